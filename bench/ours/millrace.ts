/**
 * How the benchmarks start Millrace: the bundled command in a process of its own, as users call it, with an empty state
 * folder.
 * This is the only place in `bench/` that knows arguments and environment of the command.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { projectFolder, runProgram, timeProgram, type RunOptions } from "../harness/programs.ts";
import { Unavailable, type BenchContext } from "../harness/workload.ts";

const launcher = join(projectFolder, "bin", "millrace.cjs");
const bundle = join(projectFolder, "dist", "millrace.cjs");

/**
 * Plain processes. One more at a time than there are cores, so that no core is idle while an ended step is recorded and
 * the next one is handed out: the anchors hand out at once, and two of them at a time keep two cores busy.
 */
function runArguments(file: string, context: BenchContext): readonly string[] {
  return ["run", file, "--executor", "process", "--parallel", String(context.cores + 1)];
}

/** Throws Unavailable unless the command has been built. */
export function needMillrace(): void {
  if (!existsSync(bundle)) throw new Unavailable("the command is not built (npm run build)");
}

/** The environment of a command whose state lies in a new folder, so that no run sees another. */
export function makeEnvironment(context: BenchContext): Readonly<Record<string, string>> {
  const home = context.freshPath("home");
  mkdirSync(home, { recursive: true });
  return { MILLRACE_HOME: home, NO_COLOR: "1" };
}

/** Runs a document to its end, with the output going to a file as it would in CI; returns the wall time in seconds. */
export function timeDocument(context: BenchContext, file: string, options: RunOptions = {}): Promise<number> {
  const env = { ...makeEnvironment(context), ...options.env };
  const stdoutFile = options.stdoutFile ?? context.freshPath("output");
  return timeProgram(launcher, runArguments(file, context), {
    cwd: context.scratchFolder,
    ...options,
    env,
    stdoutFile,
  });
}

/** Runs any command of Millrace and returns what it printed. */
export function runCommand(args: readonly string[], options: RunOptions): Promise<string> {
  return runProgram(launcher, args, options);
}

/** The command line that starts a document, for callers that handle the process themselves. */
export function getRunCommand(context: BenchContext, file: string): readonly [string, ...string[]] {
  return [launcher, ...runArguments(file, context)];
}

/** The command line that takes over a run that another process left. */
export function getResumeCommand(context: BenchContext, name: string): readonly [string, ...string[]] {
  return [launcher, "resume", name, "--executor", "process", "--parallel", String(context.cores)];
}

/** The command line that serves a home. */
export function getServeCommand(home: string, parallel: number): readonly [string, ...string[]] {
  const flags = ["--executor", "process", "--parallel", String(parallel), "--home", home];
  return [launcher, "serve", ...flags];
}

/** The command line that prints the log of the latest run as it grows. */
export function getFollowCommand(): readonly [string, ...string[]] {
  return [launcher, "logs", "@latest", "--follow"];
}
