/**
 * Keeps the tables by which runs are found and counted (schema.ts, findingTables) in the transaction that changes the runs.
 * Nothing is written for a run that stays under way with the same labels, which is what most changes leave.
 */
import type { DatabaseSync } from "node:sqlite";
import { unfinishedRunPhases } from "../../ports/history-store.ts";
import { unknownRun } from "../refusals/refusals.ts";
import { readText } from "./row-codec.ts";

/** What a row of `run` says that it is found by; labels as they are stored. */
export interface Findable {
  readonly runId: string;
  readonly phase: string;
  readonly labels: string;
}

const unfinished: ReadonlySet<string> = new Set(unfinishedRunPhases);

const insertLabels = "INSERT INTO run_label SELECT key, value, ?, ? FROM json_each(?)";
// The whole key is given, because others may have the same label by the thousand.
const deleteLabels = `DELETE FROM run_label
  WHERE (name, value, unfinished, run_id) IN (SELECT key, value, ?, ? FROM json_each(?))`;
const countMore = "INSERT INTO run_count VALUES (?, 1) ON CONFLICT (phase) DO UPDATE SET count = count + 1";
const countLess = "UPDATE run_count SET count = count - 1 WHERE phase = ?";

/** What a stored run is found by, and its name. MillraceError `store/unknown-run`. */
export function getFindable(
  prepare: DatabaseSync["prepare"],
  runId: string,
): Findable & { readonly name: string } {
  const row = prepare("SELECT name, phase, labels FROM run WHERE run_id = ?").get(runId);
  if (row === undefined) throw unknownRun(runId);
  return {
    runId,
    name: readText(row, "name"),
    phase: readText(row, "phase"),
    labels: readText(row, "labels"),
  };
}

/** Takes a change of a run's row: `before` is absent for a new run, `after` for one that is deleted. */
export function noteFindable(
  prepare: DatabaseSync["prepare"],
  before: Findable | undefined,
  after: Findable | undefined,
): void {
  const was = before !== undefined && unfinished.has(before.phase);
  const is = after !== undefined && unfinished.has(after.phase);
  const isFoundAlike = was === is && before?.labels === after?.labels;
  if (!isFoundAlike) {
    if (before !== undefined) writeLabels(prepare, deleteLabels, before, was);
    if (after !== undefined) writeLabels(prepare, insertLabels, after, is);
  }
  if (before?.phase === after?.phase) return;
  if (before !== undefined && !was) prepare(countLess).run(before.phase);
  if (after !== undefined && !is) prepare(countMore).run(after.phase);
}

function writeLabels(
  prepare: DatabaseSync["prepare"],
  statement: string,
  { runId, labels }: Findable,
  isUnfinished: boolean,
): void {
  if (labels !== "{}") prepare(statement).run(isUnfinished ? 1 : 0, runId, labels);
}
