/** The process that stays up, with much that waits in it: start, idleness, how soon a submitted run begins, how many a second. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { compileAnchor, projectFolder, readNumber } from "../harness/programs.ts";
import type { Anchor, BenchContext, Workload } from "../harness/workload.ts";
import { fillHome, needServe, readCpuMs, startServe, type Served } from "../ours/serve.ts";

const queuedRuns = 10_000;
const schedules = 1_000;

/** The home is the "document" of these workloads: filled once, served anew in every round. */
const prepare = (context: BenchContext): Promise<string> => fillHome(context, queuedRuns, schedules);

function atMost(title: string, value: number): Anchor {
  return { title, target: { kind: "at-most", ratio: 1 }, measure: () => Promise.resolve(value) };
}

/** One place more than there are cores, as for `run`. */
async function withServe<T>(
  context: BenchContext,
  home: string,
  measure: (served: Served) => Promise<T>,
): Promise<T> {
  const served = await startServe(context, home, context.cores + 1);
  try {
    return await measure(served);
  } finally {
    await served.stop();
  }
}

export const serveStart: Workload = {
  id: "S1",
  title: "millrace serve with 10,000 queued runs and 1,000 schedules, until it serves",
  unit: "ms",
  ratio: "cost",
  rounds: 5,
  anchors: [atMost("2 s", 2_000)],
  requires: needServe,
  prepare,
  ours: (context, home) => withServe(context, home, ({ startMs }) => Promise.resolve(startMs)),
};

/** What came up at the start is done by then: timers of a second, and the first look at the schedules. */
const settleMs = 4_000;
/**
 * After a start that took much memory V8 gives back, once, what it does not need any more: a quarter of a second of CPU
 * time. It looks for a quiet moment every eight seconds.
 */
const settleForIdleMs = 30_000;
const idleMs = 5_000;

export const serveIdle: Workload = {
  id: "S2",
  title: "CPU time of the same serve in 5 s in which nothing happens",
  unit: "ms",
  ratio: "cost",
  rounds: 3,
  anchors: [atMost("1 %", idleMs / 100)],
  requires: needServe,
  prepare,
  ours: (context, home) =>
    withServe(context, home, async ({ pid }) => {
      await wait(settleForIdleMs);
      const before = readCpuMs(pid);
      await wait(idleMs);
      return readCpuMs(pid) - before;
    }),
};

const submitScript = join(projectFolder, "bench", "ours", "submit-runs.ts");
const steadyRuns = 1_000;
const steadyPerMinute = 1_000;

export const submitToStart: Workload = {
  id: "S3",
  title:
    "submission until the first step runs, 99th of 100, 1,000 runs of three steps in a minute in the same serve",
  unit: "ms",
  ratio: "cost",
  rounds: 2,
  anchors: [atMost("50 ms", 50)],
  requires: needServe,
  prepare,
  ours: (context, home) =>
    withServe(context, home, async () => {
      await wait(settleMs);
      const args = [submitScript, home, "steadily", String(steadyRuns), String(steadyPerMinute)];
      return readNumber(process.execPath, args, { cwd: context.scratchFolder });
    }),
};

const togetherRuns = 500;
const stepsPerRun = 3;
const sendersAtOnce = 8;

export const runsTogether: Workload = {
  id: "S4",
  title: "500 runs of three steps, submitted by 8 senders in the same serve",
  unit: "s",
  ratio: "speed",
  rounds: 3,
  anchors: [
    {
      title: "posix_spawn loop in C for their steps",
      target: { kind: "report" },
      measure: (context) => {
        const folder = context.freshPath("logs");
        mkdirSync(folder);
        const steps = String(togetherRuns * stepsPerRun);
        const args = ["-o", folder, steps, String(context.cores), "/bin/date"];
        return readNumber(compileAnchor("spawn-loop"), args);
      },
    },
  ],
  requires: needServe,
  prepare,
  ours: (context, home) =>
    withServe(context, home, async () => {
      await wait(settleMs);
      const args = [submitScript, home, "together", String(togetherRuns), String(sendersAtOnce)];
      return readNumber(process.execPath, args, { cwd: context.scratchFolder });
    }),
};
