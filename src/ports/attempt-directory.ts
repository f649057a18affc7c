/**
 * The layout of an attempt's directory: the contract between runtime, executors and people.
 *
 * ```
 * order.json         the AttemptOrder, without secret values (those are handed over in memory)
 * script             script text, when the command has one (`script.<command>` when there are several commands)
 * root/              private copy of the absolute paths that the attempt declares: `/tmp/x` lies at `root/tmp/x`
 * logs/<command>.out standard output, byte for byte
 * logs/<command>.err standard error, byte for byte
 * exit               the exit record: made when the attempt starts, kept open by its supervisor while it runs, and
 *                    complete when it holds a whole `end` line, which is written last
 * ```
 */
export const attemptFiles = {
  order: "order.json",
  script: "script",
  root: "root",
  logs: "logs",
  exit: "exit",
} as const;

/** The file that receives a command's output stream, relative to the attempt's directory. */
export function attemptLogFile(command: string, stream: "out" | "err"): string {
  return `${attemptFiles.logs}/${command}.${stream}`;
}
