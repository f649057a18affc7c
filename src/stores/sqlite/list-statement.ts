/**
 * The statement that lists runs. It names the index that it relies on, so that it fails instead of reading all runs
 * when it cannot have it; a file that no newer Millrace has written to does not have them and is small.
 */
import type { RunFilter } from "../../ports/history-store.ts";
import { unfinishedRunPhases } from "../../ports/history-store.ts";
import { callbacksVersion, findingVersion, viewTexts } from "./schema.ts";

export interface ListStatement {
  readonly text: string;
  readonly values: readonly (string | number)[];
}

interface Condition {
  readonly text: string;
  readonly values: readonly (string | number)[];
  /** The index by which the runs are found that fulfil it. */
  readonly index?: string;
}

const isUnfinished = `phase IN (${unfinishedRunPhases.map((phase) => `'${phase}'`).join(", ")})`;

const newestFirst = "created_at DESC, run_id DESC";

/** `version` is that of the file's schema. */
export function makeListStatement(filter: RunFilter, version: number): ListStatement {
  const { label, expiring } = filter;
  const finds = version >= findingVersion;
  const conditions = listConditions(filter, version);
  const index = finds && label === undefined ? conditions.find((one) => one.index !== undefined)?.index : "";
  const from = [
    label !== undefined && finds ? "run_label CROSS JOIN run ON run.run_id = run_label.run_id" : "run",
    ...(index === undefined || index === "" ? [] : [`INDEXED BY ${index}`]),
  ];
  const all = [...(label === undefined ? [] : [meetLabel(label, filter, finds)]), ...conditions];
  const where = all.length === 0 ? "" : `WHERE ${all.map(({ text }) => text).join(" AND ")}`;
  const order = expiring === undefined ? newestFirst : `${viewTexts.expiresAt}, ${newestFirst}`;
  return {
    text: `SELECT run.* FROM ${from.join(" ")} ${where} ORDER BY ${order} LIMIT ?`,
    values: [...all.flatMap(({ values }) => values), filter.limit ?? -1],
  };
}

/** The first with an index is the one that the runs are found by. */
function listConditions(filter: RunFilter, version: number): readonly Condition[] {
  const { expiring, origin } = filter;
  return [
    ...(expiring === undefined ? [] : [expires(expiring)]),
    ...(origin === undefined
      ? []
      : [
          {
            text: `phase = 'succeeded' AND ${viewTexts.origin} = ? AND created_at <= ?`,
            values: [origin.id, origin.createdUntil],
            index: "run_by_origin",
          },
        ]),
    ...listCallbackConditions(filter, version),
    ...(filter.withMetrics === undefined
      ? []
      : [{ text: `${viewTexts.metrics} IS NOT NULL`, values: [], index: "run_with_metrics" }]),
    ...(filter.unfinishedOnly === true ? [{ text: isUnfinished, values: [], index: "run_unfinished" }] : []),
    ...(filter.withLocks === undefined ? [] : [{ text: `${viewTexts.locks} IS NOT NULL`, values: [] }]),
  ];
}

function listCallbackConditions({ owing, payload }: RunFilter, version: number): readonly Condition[] {
  const find = (text: string, index: string, values: readonly string[] = []): Condition => ({
    text,
    values,
    ...(version >= callbacksVersion ? { index } : {}),
  });
  const { owes, payloadKey } = viewTexts;
  const { key } = payload ?? {};
  return [
    ...(payload === undefined ? [] : [find(`${payloadKey} IS NOT NULL`, "run_by_payload")]),
    ...(key === undefined ? [] : [find(`${payloadKey} = ?`, "run_by_payload", [key])]),
    ...(owing === undefined ? [] : [find(`${owes} IS NOT NULL`, "run_owing")]),
  ];
}

function expires({ after, until }: NonNullable<RunFilter["expiring"]>): Condition {
  return {
    text: [
      `${viewTexts.expiresAt} IS NOT NULL`,
      ...(after === undefined ? [] : [`${viewTexts.expiresAt} > ?`]),
      ...(until === undefined ? [] : [`${viewTexts.expiresAt} <= ?`]),
    ].join(" AND "),
    values: [after, until].flatMap((at) => (at === undefined ? [] : [at])),
    index: "run_by_expiry",
  };
}

function meetLabel(
  { name, value }: NonNullable<RunFilter["label"]>,
  filter: RunFilter,
  finds: boolean,
): Condition {
  const values = [name, value];
  if (!finds) return { text: "EXISTS (SELECT 1 FROM json_each(labels) WHERE key = ? AND value = ?)", values };
  const unfinished = filter.unfinishedOnly === true ? " AND run_label.unfinished = 1" : "";
  return { text: `run_label.name = ? AND run_label.value = ?${unfinished}`, values };
}

/** Counts runs by phase, in rows of `phase` and `count`. Only those under way are counted now. */
export function makeCountStatement(version: number): string {
  if (version < findingVersion) return "SELECT phase, count(*) AS count FROM run GROUP BY phase";
  const underWay = `SELECT phase, count(*) AS count FROM run INDEXED BY run_unfinished WHERE ${isUnfinished} GROUP BY phase`;
  return `SELECT phase, count FROM run_count UNION ALL ${underWay}`;
}
