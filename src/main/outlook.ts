/** What is known of a run besides its events: its estimate from earlier runs, and what its attempts say of their progress. */
import { closeSync, lstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject } from "../base/json.ts";
import { isExpression } from "../model/plan/expression.ts";
import type { Plan } from "../model/plan/plan.ts";
import { parseProgress } from "../model/run/outlook.ts";
import type { Estimate, LeftAttempt, Outlook, Progress } from "../model/run/outlook.ts";
import type { RunState } from "../model/run/run-state.ts";
import { attemptFiles } from "../ports/attempt-directory.ts";
import type { HistoryReader, RunSummary } from "../ports/history-store.ts";
import { attemptFolder } from "./attempt-folder.ts";
import type { Home } from "./home.ts";

/** The estimate for a run: the newest good run of the same origin that began before it. */
export async function findEstimate(
  reader: HistoryReader,
  run: Pick<RunSummary, "runId" | "createdAt">,
  origin: string | undefined,
): Promise<Estimate | undefined> {
  if (origin === undefined) return undefined;
  // The first of them may be the run itself.
  const rows = await reader.listRuns({ origin: { id: origin, createdUntil: run.createdAt }, limit: 2 });
  const like = rows.find(({ runId }) => runId !== run.runId);
  return like === undefined ? undefined : readEstimate(like);
}

function readEstimate({ startedAt, endedAt, view }: RunSummary): Estimate | undefined {
  if (startedAt === undefined || endedAt === undefined) return undefined;
  const took = view["took"];
  const byProcess = Object.entries(took !== undefined && isJsonObject(took) ? took : {}).flatMap(
    ([id, ms]) => (typeof ms === "number" ? [[id, ms] as const] : []),
  );
  return { runMs: endedAt - startedAt, byProcess: Object.fromEntries(byProcess) };
}

/** All that is known of a run; undefined when that is nothing. */
export function gatherOutlook(
  home: Home,
  name: string,
  state: RunState,
  summary: RunSummary,
  estimate: Estimate | undefined,
  left?: ReadonlyMap<number, LeftAttempt>,
): Outlook | undefined {
  const reported = readReported(home, name, state);
  const problems = summary.view["metricProblems"];
  const metricProblems = Array.isArray(problems) ? problems.filter((one) => typeof one === "string") : [];
  const outlook: Outlook = {
    ...(estimate === undefined ? {} : { estimate }),
    ...(reported.size === 0 ? {} : { reported }),
    ...(metricProblems.length === 0 ? {} : { metricProblems }),
    ...(left === undefined || left.size === 0 ? {} : { left }),
  };
  return Object.keys(outlook).length === 0 ? undefined : outlook;
}

/** Which processes of a plan tell of their progress; by plan, because most have none and a picture is made often. */
const progressFiles = new WeakMap<Plan, ReadonlyMap<number, string>>();

function listProgressFiles(plan: Plan): ReadonlyMap<number, string> {
  let known = progressFiles.get(plan);
  if (known === undefined) {
    known = new Map(
      plan.processes.flatMap(({ body }, process) => {
        const path = body.kind === "task" ? body.task.progressFile : undefined;
        return path === undefined || isExpression(path) ? [] : [[process, path] as const];
      }),
    );
    progressFiles.set(plan, known);
  }
  return known;
}

function readReported(home: Home, name: string, state: RunState): ReadonlyMap<number, Progress> {
  const files = listProgressFiles(state.index.plan);
  const reported = new Map<number, Progress>();
  if (files.size === 0) return reported;
  const { tasks } = state;
  for (let task = 0; task < tasks.size; task += 1) {
    const path = files.get(tasks.process[task] as number);
    if (path === undefined || tasks.startedAt[task] === 0 || state.attempts.has(task)) continue;
    const file = join(attemptFolder(home, name, state, task), attemptFiles.root, path);
    const progress = parseProgress(readTail(file));
    if (progress !== undefined) reported.set(task, progress);
  }
  return reported;
}

/** A progress line is short. */
const tailBytes = 256;

/** The end of a file; empty when there is none, or when something else than a file lies there. */
function readTail(path: string): string {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return "";
  const handle = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(Math.min(stat.size, tailBytes));
    const count = readSync(handle, buffer, 0, buffer.length, stat.size - buffer.length);
    return buffer.toString("utf8", 0, count);
  } finally {
    closeSync(handle);
  }
}
