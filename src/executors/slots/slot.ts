/**
 * An execution slot: one persistent POSIX `sh` in a session of its own.
 *
 * The engine never spawns user commands itself, because a spawn from Node blocks its loop for longer the more memory
 * it holds. The slot forks cheaply, takes attempts as text on its standard input, and writes one `end` line per attempt to
 * its standard output. User output never passes through here.
 *
 * What must stay true: the exit record is whole on disk before the `end` line is sent, and a slot whose engine is gone
 * finishes its attempt, meets the end of its input, and leaves.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readHow } from "./exit-record.ts";
import { quoteForShell } from "./shell-quote.ts";

/** What the slot said when an attempt ended. */
export interface SlotReport {
  readonly status: number;
  readonly how: "plain" | "signaled" | "refused";
}

export interface Slot {
  readonly pid: number;
  /**
   * Runs one attempt; the slot must be idle. `text` is the shell text that runs the commands. It begins in the attempt's
   * directory, with the exit record as standard output.
   */
  run(directory: string, text: string): void;
  /** Lets the slot go once its attempt has ended; it still counts until it is gone. */
  release(): void;
  /** The same, and nobody waits for it any more: the engine may leave before it. */
  detach(): void;
  /** Kills the slot with everything in its process group. */
  kill(): void;
}

export interface SlotListener {
  reported(slot: Slot, report: SlotReport): void;
  /** The shell is gone; called once, after `release` as well. */
  gone(slot: Slot): void;
}

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
s=$1 k=
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

/** Starts a slot. `noticeFile` takes the shell's own messages; `environment` is what every attempt starts from. */
export function openSlot(
  environment: Readonly<Record<string, string>>,
  noticeFile: string,
  listener: SlotListener,
): Slot | Error {
  const notice = openSync(noticeFile, "a", 0o600);
  let child: ChildProcess;
  try {
    child = spawn("/bin/sh", [], {
      detached: true,
      cwd: "/",
      env: environment,
      stdio: ["pipe", "pipe", notice],
    });
  } finally {
    closeSync(notice);
  }
  const { stdin, stdout, pid } = child;
  if (pid === undefined || stdin === null || stdout === null) {
    child.on("error", ignoreReportedElsewhere);
    return new Error("a shell could not be started: /bin/sh");
  }
  // A slot that is gone shows as `exit`; the broken pipe that comes with it says nothing more.
  stdin.on("error", ignoreReportedElsewhere);
  stdout.on("error", ignoreReportedElsewhere);
  stdin.write(`E=${quoteForShell(noticeFile)}\n${prelude}`);
  const slot: Slot = {
    pid,
    run: (directory, text) => void stdin.write(wrapAttempt(directory, text)),
    release: () => void stdin.end(),
    detach: () => {
      stdin.end();
      stdout.destroy();
      child.unref();
    },
    kill: () => killGroup(pid),
  };
  readReports(stdout, (report) => listener.reported(slot, report));
  child.on("exit", () => listener.gone(slot));
  return slot;
}

function ignoreReportedElsewhere(): void {
  // The `exit` event, or the value that `openSlot` returned, has told it already.
}

/**
 * Keeps the record open as standard output for as long as the attempt lasts: that is how a later engine
 * finds the living slot. The text puts the log in its place for the commands. (A descriptor of its own would be
 * moved to and fro by the shell for each line that is written.)
 */
function wrapAttempt(directory: string, text: string): string {
  return `s=126 k=refused; cd ${quoteForShell(directory)} && { b; ${text}; f $?; } >exit; r\n`;
}

function readReports(stdout: NodeJS.ReadableStream, tell: (report: SlotReport) => void): void {
  let rest = "";
  stdout.setEncoding("latin1");
  stdout.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [word, status = "", how = ""] = line.split(" ");
      if (word === "end") tell({ status: Number(status), how: readHow(how) });
    }
  });
}

/** Kills a process group; a group that is gone already is fine. */
export function killGroup(pid: number): void {
  sendSignal(-pid, "SIGKILL");
}

/** Sends a signal; false when nothing is there to receive it. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ESRCH" || error.code === "EPERM"))
      return false;
    throw error;
  }
}
