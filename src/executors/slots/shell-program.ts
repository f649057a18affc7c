/**
 * The slot program that every system has: a POSIX `sh` that reads each attempt as shell text.
 *
 * Exit codes above 128 cannot be told from signals, and processor time comes in steps of 10 ms; what it costs is a fork
 * of the shell for each attempt. Where there is a compiler, `native-program.ts` does better.
 */
import { writeAssignments, writeWords } from "./command-text.ts";
import type { Launch } from "./launch.ts";
import { quoteForShell } from "./shell-quote.ts";
import type { SlotProgram } from "./slot.ts";
import { startWithNode } from "./start-slot.ts";

/**
 * Functions that every slot defines first. Only built-ins: a fork here would double the cost of a short attempt.
 * - `b` begins the record, `f` finishes it, both on standard output; `r` reports to the engine.
 * - A signal cannot be told from an exit code above 128 by the code; but a shell that is not interactive prints a line
 *   on its own standard error when a signal ended its foreground command (dash, bash, busybox; not for INT and PIPE),
 *   and that is the file `$E`.
 * - TERM is caught, not ignored: a caught signal is reset in children, an ignored one would stay ignored there.
 */
const prelude = `trap : TERM
b() { echo "slot $$"; times; }
f() {
s=$1 k=plain
if [ "$s" -ne 0 ]; then
read -r w <"$E"
if [ -n "$w" ]; then
: >"$E"
if [ "$s" -gt 128 ]; then k=signaled; else k=refused; fi
fi
fi
times; echo "end $s $k"
}
r() { echo "end $s $k"; }
`;

export const shellProgram: SlotProgram = {
  name: "shell",
  path: "/bin/sh",
  start: startWithNode,
  writePrelude: (noticeFile) => `E=${quoteForShell(noticeFile)}\n${prelude}`,
  writeAttempt: (directory, launch) => wrapAttempt(directory, writeLaunch(launch)),
};

/**
 * One fork, one program. The subshell is there because a shell that redirects for a simple command does so for itself
 * too, and would say into the command's log which signal killed it.
 * The logs lie in the attempt's directory, where the slot is when it opens them.
 */
function writeLaunch(launch: Launch): string {
  const { env, workingDirectory, out, err } = launch;
  const { argv, addsToRecord } = launch.inShell ?? launch;
  const go = workingDirectory === undefined ? "" : `cd ${quoteForShell(workingDirectory)} && `;
  const program = `${go}${writeAssignments(env)}exec ${writeWords({ argv, env })}`;
  const record = addsToRecord === "" ? "" : "3>&1 5>&1 ";
  return `(${program}) </dev/null ${record}>${quoteForShell(out)} 2>${quoteForShell(err)}`;
}

/**
 * Keeps the record open as standard output for as long as the attempt lasts: that is how a later engine
 * finds the living slot. The text puts the log in its place for the commands. (A descriptor of its own would be
 * moved to and fro by the shell for each line that is written.)
 */
function wrapAttempt(directory: string, text: string): string {
  return `s=126 k=refused; cd ${quoteForShell(directory)} && { b; ${text}; f $?; } >exit; r\n`;
}
