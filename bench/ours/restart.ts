/**
 * How soon work goes on after `kill -9`: a run of many tasks is killed halfway, a second process takes it over, and
 * the time counts from the start of that process to the first event that it adds to the history.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { DatabaseSync } from "node:sqlite";
import type { BenchContext } from "../harness/workload.ts";
import { writeFanOut } from "./documents.ts";
import { getRunCommand, makeEnvironment, getResumeCommand } from "./millrace.ts";

/** Milliseconds from the start of the second process to the next step. */
export async function measureRestart(context: BenchContext, tasks: number): Promise<number> {
  const document = writeFanOut(context, "engine", tasks);
  const environment = makeEnvironment(context);
  const home = environment["MILLRACE_HOME"] ?? "";
  const first = start(getRunCommand(context, document), context, environment);
  // A task leaves two events: it is opened, and it is settled.
  await waitForEvents(home, tasks);
  first.kill("SIGKILL");
  await exitOf(first);
  const { name, lastSeq } = readRun(home);
  const startedAt = performance.now();
  const second = start(getResumeCommand(context, name), context, environment);
  const exited = exitOf(second);
  await waitForEvents(home, lastSeq + 1);
  const tookMs = performance.now() - startedAt;
  await exited;
  if (readRun(home).phase !== "succeeded") throw new Error("the run did not go on to its end");
  return tookMs;
}

function start(
  command: readonly [string, ...string[]],
  context: BenchContext,
  environment: Readonly<Record<string, string>>,
): ChildProcess {
  const [program, ...args] = command;
  return spawn(program, args, {
    cwd: context.scratchFolder,
    env: { ...process.env, ...environment },
    stdio: "ignore",
  });
}

function exitOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", () => resolve());
  });
}

/** Resolves when the history of the home holds so many events. Looking costs the writer nothing: it reads a snapshot. */
async function waitForEvents(home: string, count: number): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    if (findLastSeq(home) >= count) return;
    await wait(2);
  }
  throw new Error(`the history did not come to ${count} events`);
}

function findLastSeq(home: string): number {
  try {
    return readRun(home).lastSeq;
  } catch {
    // Not there yet, or its tables are just being made.
    return 0;
  }
}

function readRun(home: string): { readonly name: string; readonly phase: string; readonly lastSeq: number } {
  const database = new DatabaseSync(join(home, "history.db"), { readOnly: true });
  try {
    const row = database
      .prepare(
        "SELECT name, phase, (SELECT max(first_seq + count - 1) FROM event_batch WHERE run_id = run.run_id) AS last FROM run",
      )
      .get();
    if (row === undefined) throw new Error("there is no run yet");
    return { name: String(row["name"]), phase: String(row["phase"]), lastSeq: Number(row["last"] ?? 0) };
  } finally {
    database.close();
  }
}
