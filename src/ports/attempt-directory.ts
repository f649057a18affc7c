/**
 * The layout of an attempt's directory: the contract between runtime, executors and people.
 *
 * ```
 * order.json         the AttemptOrder, without secret values (those are handed over in memory)
 * <command>.script   script text, when the command has one
 * <command>.out      standard output, byte for byte
 * <command>.err      standard error, byte for byte
 * root/              private copy of the absolute paths that the attempt declares: `/tmp/x` lies at `root/tmp/x`
 * exit               the exit record: made when the attempt starts, kept open by its supervisor while it runs, and
 *                    complete when it holds a whole `end` line, which is written last
 * ```
 *
 * Every attempt pays for each file and most of all for each directory, so there are no more of them than that.
 */
export const attemptFiles = {
  order: "order.json",
  root: "root",
  exit: "exit",
} as const;

/** The file that receives a command's output stream, relative to the attempt's directory. */
export function attemptLogFile(command: string, stream: "out" | "err"): string {
  return `${command}.${stream}`;
}

/** The file that holds a command's script text, relative to the attempt's directory or to where the executor keeps its own files. */
export function attemptScriptFile(command: string): string {
  return `${command}.script`;
}
