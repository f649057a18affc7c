/**
 * The memory of a run whose tasks wait: a fan-out of steps of which one runs and all others wait for room.
 * The command is ended as soon as it has been measured.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { BenchContext } from "../harness/workload.ts";
import { writeFanOut } from "./documents.ts";
import { getRunCommand, makeEnvironment } from "./millrace.ts";

/** Resident bytes of `millrace run` while `tasks` tasks of its run wait. */
export async function measureWaiting(context: BenchContext, tasks: number): Promise<number> {
  const document = writeFanOut(context, "sleep", tasks);
  const environment = makeEnvironment(context);
  const [program, ...args] = getRunCommand(context, document);
  const child = spawn(program, [...args, "--quiet"], {
    cwd: context.scratchFolder,
    env: { ...process.env, ...environment },
    stdio: "ignore",
  });
  try {
    const { pid } = child;
    if (pid === undefined) throw new Error("the command could not be started");
    // Attempts lie in the runs' folder: when it is there, the fan-out has been expanded and the first has begun.
    const begun = join(environment["MILLRACE_HOME"] ?? "", "runs");
    while (!existsSync(begun)) {
      if (child.exitCode !== null) throw new Error(`the command ended with ${child.exitCode}`);
      await wait(20);
    }
    await wait(500);
    return readResidentBytes(pid);
  } finally {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => child.once("exit", resolve));
  }
}

function readResidentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  if (kibibytes === undefined) throw new Error("the system does not say how much memory the command has");
  return Number(kibibytes) * 1024;
}
