/** How runs come to an engine and leave it: submitted, taken over from the history, let go of, deleted. */
import { existsSync } from "node:fs";
import { isJsonObject } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import type { SubmitAnswer, SubmitRequest } from "../api/house.ts";
import type { RunSummary } from "../ports/history-store.ts";
import type { LiveRun } from "../runtime/live-run.ts";
import { loadRunState } from "../runtime/recover/run-record.ts";
import { openFolderLimits } from "../stores/folder/folder-limits.ts";
import { deleteRun } from "./delete-run.ts";
import type { Desk, Driven } from "./desk.ts";
import { addStoredDefinitions } from "./fetch-definitions.ts";
import { finishFiles } from "./finish-files.ts";
import { addHomeDefinitions } from "./home-definitions.ts";
import { getLanguage } from "./languages.ts";
import { unknownRun } from "./missing-run.ts";
import { makeRun } from "./new-run.ts";
import { findStartedRuns } from "./started-runs.ts";
import { systemClock } from "./system-clock.ts";
import { readDefinitions } from "./read-definitions.ts";
import { takeRequestSecrets } from "./take-request-secrets.ts";

/** Compiles a document, with the stored definitions that it needs, and starts its run; once for each identity. */
export function submitRun(desk: Desk, request: SubmitRequest): Promise<SubmitAnswer> {
  const { home, history, secrets, runtime } = desk;
  const isTaken = async (name: string): Promise<boolean> =>
    desk.driven.has(name) || (await history.findRun(name)) !== undefined;
  return desk.inTurn(async () => {
    const earlier = await findEarlier(desk, request);
    if (earlier !== undefined) return earlier;
    const parted = takeRequestSecrets(addHomeDefinitions(request, home), secrets);
    const complete = await readDefinitions(home, (reader) => addStoredDefinitions(parted, reader));
    const made = await makeRun(complete, systemClock.now(), isTaken, desk.plans, desk.hostPaths, () =>
      openFolderLimits(home.limits).read(),
    );
    if (!made.ok) return made;
    const joined = await findSame(desk, made.run.summary, request.force === true);
    if (joined !== undefined) return { ...joined, warnings: made.warnings };
    desk.drive(made.run, made.document);
    runtime.startRun(made.run, made.document);
    return { ok: true, name: made.run.name, runId: made.run.runId, warnings: made.warnings };
  });
}

/** The run that answers a submission with a payload, if one does. */
async function findSame(
  desk: Desk,
  { view }: RunSummary,
  force: boolean,
): Promise<Extract<SubmitAnswer, { ok: true }> | undefined> {
  const { payload } = view;
  const key = isJsonObject(payload ?? null) ? (payload as JsonObject)["key"] : undefined;
  if (typeof key !== "string") return undefined;
  const { findJoined } = await import("./payloads.ts");
  return findJoined(desk, key, force);
}

/** A submission may name the identity of its run. If that run exists, the submission was carried out before. */
async function findEarlier(
  { runtime, history }: Desk,
  { submission }: SubmitRequest,
): Promise<SubmitAnswer | undefined> {
  const uid = submission.facts?.["uid"];
  if (typeof uid !== "string") return undefined;
  const found = runtime.find(uid) ?? (await history.findRun(uid));
  return found === undefined ? undefined : { ok: true, name: found.name, runId: found.runId, warnings: [] };
}

/** Submits, and resolves once the run is on the disk. */
export async function submitDurably(desk: Desk, request: SubmitRequest): Promise<SubmitAnswer> {
  const answer = await submitRun(desk, request);
  if (answer.ok) await desk.runtime.settleDurably();
  return answer;
}

/** Takes over unfinished runs (all, or one by name or id, whether finished or not, with what its tasks have started). */
export function adoptRuns(desk: Desk, name: string | undefined): Promise<readonly string[]> {
  return desk.inTurn(async () => {
    const found = name === undefined ? undefined : await desk.history.findRun(name);
    if (name !== undefined && found === undefined) {
      // One that was just submitted is not in the history yet.
      if (desk.driven.has(name)) return [];
      throw unknownRun(name);
    }
    const wanted =
      found === undefined
        ? await desk.history.listRuns({ unfinishedOnly: true })
        : [found, ...(await listStarted(desk, found.name))];
    await useKeptLimits(desk);
    const loaded: Driven[] = [];
    for (const summary of wanted) if (!desk.driven.has(summary.name)) loaded.push(await load(desk, summary));
    return takeOver(desk, loaded);
  });
}

/** What tasks of a run have started, and what that has started in turn. */
async function listStarted(desk: Desk, parent: string): Promise<readonly RunSummary[]> {
  const started = await findStartedRuns(desk.history, parent);
  const further = await Promise.all(started.map(({ name }) => listStarted(desk, name)));
  return [...started, ...further.flat()];
}

export interface Adopted {
  readonly taken: readonly string[];
  /** Runs that cannot be driven, with the reason. */
  readonly failed: ReadonlyMap<string, Error>;
}

/** Takes over every unfinished run that can be read, and every one that owes callbacks. */
export function adoptAll(desk: Desk): Promise<Adopted> {
  return desk.inTurn(async () => {
    await useKeptLimits(desk);
    const loaded: Driven[] = [];
    const failed = new Map<string, Error>();
    const wanted = [
      ...(await desk.history.listRuns({ unfinishedOnly: true })),
      ...(await desk.history.listRuns({ owing: true })),
    ];
    // In the order in which they lie on the disk.
    for (const summary of wanted.toSorted((a, b) => (a.runId < b.runId ? -1 : 1))) {
      if (desk.driven.has(summary.name)) continue;
      try {
        loaded.push(await load(desk, summary));
      } catch (error) {
        failed.set(summary.name, error instanceof Error ? error : new Error(String(error)));
      }
    }
    return { taken: takeOver(desk, loaded), failed };
  });
}

/** Takes over runs that have ended and owe callbacks still. One that cannot be read is left to whoever looks at it. */
export function adoptOwing(desk: Desk): Promise<readonly string[]> {
  return desk.inTurn(async () => {
    const owing = (await desk.history.listRuns({ owing: true })).filter(({ name }) => !desk.driven.has(name));
    const loaded = await Promise.allSettled(owing.map((summary) => load(desk, summary)));
    return takeOver(
      desk,
      loaded.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])),
    );
  });
}

/** Before runs go on: a ConfigMap may have got another limit since they were submitted. */
async function useKeptLimits({ home, runtime }: Desk): Promise<void> {
  if (!existsSync(home.definitions)) return;
  const { readKeptLimits } = await import("./kept-limits.ts");
  runtime.setKeptLimits(await readKeptLimits(home));
}

async function load(desk: Desk, summary: RunSummary): Promise<Driven> {
  const { state, document, record } = await loadRunState(desk.history, summary, desk.plans);
  const language = getLanguage(document.language);
  const run: LiveRun = {
    runId: summary.runId,
    name: summary.name,
    state,
    evaluator: language.createEvaluator(record.plan),
    language,
    inbox: [],
    more: true,
    pendingEvents: [],
    pendingEffects: [],
    committedSeq: state.seq,
    summary,
    summaryAt: 0,
    quarantined: undefined,
  };
  return { run, document, record };
}

/** All at once, so that nothing of one run begins before the others have taken what they hold. */
function takeOver(desk: Desk, loaded: readonly Driven[]): readonly string[] {
  for (const { run, document } of loaded) desk.drive(run, document);
  desk.runtime.adoptRuns(loaded.map(({ run }) => run));
  return loaded.map(({ run }) => run.name);
}

/** The end of each run, epoch ms, up to which its files are finished: one that stays for its callbacks is looked at often. */
const finishedUpTo = new WeakMap<LiveRun, number>();

async function finishOnce(desk: Desk, run: LiveRun): Promise<void> {
  const { endedAt } = run.state;
  if (finishedUpTo.get(run) === endedAt) return;
  await finishFiles(desk, run);
  finishedUpTo.set(run, endedAt);
}

/** What became of a run that was to leave; `owing`: it has ended, and stays for its callbacks. */
export type Retired = "gone" | "owing" | "staying";

/** Lets go of a run that has ended, after finishing its files. `abandons`: what it owes is given up. */
export async function retireRun(desk: Desk, name: string, abandons = false): Promise<Retired> {
  const found = desk.driven.get(name);
  if (found?.run.state.ended === undefined) return "staying";
  await desk.runtime.settleDurably();
  await finishOnce(desk, found.run);
  if (desk.runtime.release(found.run.runId, abandons)) {
    desk.forget(found.run);
    return "gone";
  }
  const { ended, callbacksOwed } = found.run.state;
  return ended !== undefined && callbacksOwed.size > 0 ? "owing" : "staying";
}

/**
 * Deletes a run that has ended, also one that owes callbacks: they are given up, because somebody says so.
 * MillraceError `run/unknown` or `run/not-ended`.
 */
export async function removeRun(desk: Desk, name: string): Promise<void> {
  await retireRun(desk, name, true);
  await desk.inTurn(() =>
    deleteRun(desk.home, desk.history, name, (summary) => desk.driven.has(summary.name)),
  );
}
