/** How the benchmarks start `millrace serve`, and what they look at while it is up. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { projectFolder, runProgram } from "../harness/programs.ts";
import { Unavailable, type BenchContext } from "../harness/workload.ts";
import { getServeCommand, needMillrace } from "./millrace.ts";

/** A serve that is up. */
export interface Served {
  readonly pid: number;
  /** From the start of the process until it served. */
  readonly startMs: number;
  stop(): Promise<void>;
}

/** Starts a serve of the home and resolves when it serves. */
export function startServe(context: BenchContext, home: string, parallel: number): Promise<Served> {
  const [program, ...args] = getServeCommand(home, parallel);
  const startedAt = performance.now();
  const child = spawn(program, args, { cwd: context.scratchFolder, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", () => resolve());
  });
  return new Promise((resolve, reject) => {
    let said = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (text: string) => {
      said += text;
      if (!said.startsWith("serving ")) return;
      const { pid = 0 } = child;
      const startMs = performance.now() - startedAt;
      resolve({ pid, startMs, stop: () => (child.kill("SIGTERM"), ended) });
    });
    void ended.then(() => reject(new Error("serve ended before it served")), reject);
  });
}

/** A home with so many runs that wait for a lock and so many stored schedules. */
export async function fillHome(context: BenchContext, runs: number, schedules: number): Promise<string> {
  const home = context.freshPath("home");
  const script = join(projectFolder, "bench", "ours", "fill-home.ts");
  await runProgram(process.execPath, [script, home, String(runs), String(schedules)]);
  return home;
}

/** CPU time that a process has used, of all its threads, in milliseconds. */
export function readCpuMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).reduce((sum, task) => {
    const [nanoseconds = "0"] = readFileSync(join(tasks, task, "schedstat"), "utf8").split(" ");
    return sum + Number(nanoseconds) / 1e6;
  }, 0);
}

/** Throws Unavailable unless serve can be measured here. */
export function needServe(): void {
  needMillrace();
  if (!existsSync("/proc/self/schedstat")) throw new Unavailable("there is no /proc/PID/schedstat here");
}
