/** What the history keeps of a run besides its events, and how a state is built from both. */
import type { Json, JsonObject } from "../../base/json.ts";
import { MillraceError } from "../../base/errors.ts";
import { evolve } from "../../engine/evolve/evolve.ts";
import { indexPlan } from "../../model/plan/plan-index.ts";
import type { PlanIndex } from "../../model/plan/plan-index.ts";
import type { Plan } from "../../model/plan/plan.ts";
import { decodeEvents } from "../../model/run/event-codec.ts";
import type { Submission } from "../../model/run/language.ts";
import { createRunState } from "../../model/run/run-state.ts";
import type { RunState } from "../../model/run/run-state.ts";
import type { HistoryReader, RunDocument, RunSummary } from "../../ports/history-store.ts";
import type { PlanPool } from "./plan-pool.ts";

/** Version of the plan's form in the history. */
const planVersion = 1;

/** Everything about a submission that its run will ever need. */
export interface RunRecord {
  readonly plan: Plan;
  readonly submission: Submission;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export function encodeRunRecord(
  language: string,
  source: string,
  file: string,
  record: RunRecord,
): RunDocument {
  return { language, source, file, submission: { planVersion, ...(record as unknown as JsonObject) } };
}

export function decodeRunRecord(document: RunDocument): RunRecord {
  if (document.submission["planVersion"] !== planVersion) {
    throw new MillraceError(
      "history/plan-version",
      "invalid",
      `the run was started with plan version ${JSON.stringify(document.submission["planVersion"])}, and this Millrace reads ${planVersion}`,
      { hint: "Use the version of Millrace that started the run." },
    );
  }
  return document.submission as unknown as RunRecord;
}

/** Facts that evaluators and views see: those of the submission, with the run's labels and annotations. */
export function factsOf(record: RunRecord): { readonly [key: string]: Json } {
  return { ...record.submission.facts, labels: record.labels, annotations: record.annotations };
}

/** A record with what it has in common with other runs of the pool. */
function shareRecord(
  stored: RunDocument,
  pool: PlanPool | undefined,
): { readonly index: PlanIndex; readonly document: RunDocument; readonly record: RunRecord } {
  const own = decodeRunRecord(stored);
  if (pool === undefined) return { index: indexPlan(own.plan), document: stored, record: own };
  const index = pool.indexOf(own.plan);
  const record = { ...own, plan: index.plan };
  const { language, file } = stored;
  const source = pool.textOf(stored.source);
  const document = encodeRunRecord(pool.textOf(language), source, pool.textOf(file), record);
  return { index, document, record };
}

/** The state of a stored run: its plan, and the fold of its events. Plans that are in the pool are shared. */
export async function loadRunState(
  history: HistoryReader,
  summary: RunSummary,
  pool?: PlanPool,
): Promise<{ readonly state: RunState; readonly document: RunDocument; readonly record: RunRecord }> {
  const stored = await history.readDocument(summary.runId);
  const { index, document, record } = shareRecord(stored, pool);
  const state = createRunState(index, summary.runId, summary.name, factsOf(record));
  for (const batch of await history.readEvents(summary.runId)) {
    for (const event of decodeEvents(batch.body)) evolve(state, event);
  }
  return { state, document, record };
}
