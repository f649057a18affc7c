/** Starting the program of a slot, and talking with it. */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/** The process of a slot. Once it is gone, nothing here does anything any more. */
export interface SlotProcess {
  readonly pid: number;
  /** Gives it text on its standard input. */
  write(text: string): void;
  /** No more text comes; what it says is still told. */
  end(): void;
  /** The same; what it says is not told any more, and the event loop does not wait for it. */
  detach(): void;
}

export interface SlotProcessListener {
  /** Text from its standard output, its bytes as Latin-1, in pieces of any size. */
  said(text: string): void;
  /** Called once, when its process is gone. */
  gone(): void;
}

/**
 * Starts a program in a session of its own, without arguments, in a folder of its choice. Its environment is exactly the
 * one that is given, and `noticeFile` takes its standard error. An Error when it could not be started.
 */
export type StartSlot = (
  path: string,
  environment: Readonly<Record<string, string>>,
  noticeFile: string,
  listener: SlotProcessListener,
) => SlotProcess | Error;

/** With Node's own means, which every machine has. */
export const startWithNode: StartSlot = (path, environment, noticeFile, listener) => {
  const notice = openSync(noticeFile, "a", 0o600);
  let child: ChildProcess;
  try {
    child = spawn(path, [], {
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
    return describeFailure(path);
  }
  // A slot that is gone shows as `exit`; the broken pipe that comes with it says nothing more.
  stdin.on("error", ignoreReportedElsewhere);
  stdout.on("error", ignoreReportedElsewhere);
  stdout.setEncoding("latin1");
  stdout.on("data", (text: string) => listener.said(text));
  child.on("exit", () => listener.gone());
  return {
    pid,
    write: (text) => void stdin.write(text),
    end: () => void stdin.end(),
    detach: () => {
      stdin.end();
      stdout.destroy();
      child.unref();
    },
  };
};

export function describeFailure(path: string): Error {
  return new Error(`the program of a slot could not be started: ${path}`);
}

function ignoreReportedElsewhere(): void {
  // The `exit` event, or the value that was returned, has told it already.
}
