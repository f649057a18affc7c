/** From a submission to a run that can be started: compile, name, and make its state. */
import type { Diagnostic } from "../base/diagnostic.ts";
import type { SubmitRequest } from "../api/house.ts";
import { indexPlan } from "../model/plan/plan-index.ts";
import type { HostPathRule } from "../model/run/host-paths.ts";
import type { PlanIndex } from "../model/plan/plan-index.ts";
import type { Compiled, Language, Submission } from "../model/run/language.ts";
import { createRunState } from "../model/run/run-state.ts";
import type { RunDocument } from "../ports/history-store.ts";
import type { LiveRun } from "../runtime/live-run.ts";
import type { PlanPool } from "../runtime/recover/plan-pool.ts";
import { encodeRunRecord, factsOf } from "../runtime/recover/run-record.ts";
import type { RunRecord } from "../runtime/recover/run-record.ts";
import { findMissingDrivers } from "./artifact-drivers.ts";
import { findRefusedHostPaths } from "./host-paths.ts";
import { findLanguage } from "./languages.ts";
import { makeSuffix, makeUuid } from "./random-id.ts";

export type NewRun =
  | {
      readonly ok: true;
      readonly run: LiveRun;
      readonly document: RunDocument;
      readonly warnings: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Compiles the document. `isTaken` says whether a run of that name exists; a name that does gets a number. `readLimits`
 * reads the limits of locks that are stored beside the documents.
 */
export async function makeRun(
  request: SubmitRequest,
  now: number,
  isTaken: (name: string) => Promise<boolean>,
  plans?: PlanPool,
  hostPaths: readonly HostPathRule[] = [],
  readLimits: () => ReadonlyMap<string, number> = () => new Map(),
): Promise<NewRun> {
  const language = findLanguage(request.source, request.file);
  const facts = { uid: makeUuid(), suffix: makeSuffix(), createdAt: now, ...request.submission.facts };
  const submission: Submission = { ...request.submission, facts };
  // Few submissions have one, and a digest is slow to load.
  const payload = submission.payload === undefined ? undefined : await import("./payload-identity.ts");
  const compiled = language.compile(
    request.source,
    request.file,
    payload === undefined ? submission : payload.withPayload(submission),
  );
  const diagnostics = [
    ...compiled.diagnostics,
    ...findOpenLimits(compiled.openLimits ?? [], readLimits),
    ...findMissingDrivers(compiled.drivers ?? []),
    ...findRefusedHostPaths(compiled.hostPaths ?? [], hostPaths),
  ];
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  if (compiled.plan === undefined || errors.length > 0) return { ok: false, diagnostics };
  const index = plans?.indexOf(compiled.plan) ?? indexPlan(compiled.plan);
  const identity = payload?.identifyPayload(index.plan.origin ?? "", submission);
  const record: RunRecord = {
    plan: index.plan,
    submission:
      identity === undefined ? submission : { ...submission, facts: { ...facts, payload: identity } },
    labels: compiled.labels,
    annotations: compiled.annotations,
  };
  const name = await findFreeName(compiled.name, isTaken);
  const run = createLiveRun(language, String(facts.uid), name, record, index, now);
  const document = encodeRunRecord(language.id, request.source, request.file, record);
  return { ok: true, run, document, warnings: diagnostics };
}

/** Warnings of locks whose limits nobody has said, neither in a document nor to the home. */
function findOpenLimits(
  open: NonNullable<Compiled["openLimits"]>,
  readLimits: () => ReadonlyMap<string, number>,
): readonly Diagnostic[] {
  if (open.length === 0) return [];
  const stored = readLimits();
  return open.filter(({ key }) => !stored.has(key)).map(({ warning }) => warning);
}

function createLiveRun(
  language: Language,
  runId: string,
  name: string,
  record: RunRecord,
  index: PlanIndex,
  now: number,
): LiveRun {
  const { payload } = record.submission.facts;
  return {
    runId,
    name,
    state: createRunState(index, runId, name, factsOf(record)),
    evaluator: language.createEvaluator(record.plan),
    language,
    inbox: [],
    more: false,
    pendingEvents: [],
    pendingEffects: [],
    committedSeq: 0,
    summary: {
      runId,
      name,
      phase: "waiting",
      createdAt: now,
      labels: record.labels,
      progress: { done: 0, total: 0 },
      view: payload === undefined ? {} : { payload, origin: record.plan.origin ?? "" },
    },
    summaryAt: 0,
    quarantined: undefined,
  };
}

/** A document with a fixed name can be run again: the next runs get a number. */
async function findFreeName(name: string, isTaken: (name: string) => Promise<boolean>): Promise<string> {
  let candidate = name;
  for (let number = 2; await isTaken(candidate); number += 1) candidate = `${name}-${number}`;
  return candidate;
}
