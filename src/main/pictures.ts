/** What presenters see of a run: rows for lists, pictures with the state. */
import type { RunPicture, RunRow } from "../api/house.ts";
import { isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { Outlook } from "../model/run/outlook.ts";
import type { RunState } from "../model/run/run-state.ts";
import type { RunDocument, RunSummary } from "../ports/history-store.ts";
import { readExpiry } from "../runtime/expired-runs.ts";
import type { RunRecord } from "../runtime/recover/run-record.ts";
import { getLanguage } from "./languages.ts";

export function toRow(summary: RunSummary): RunRow {
  const shown = summary.view["phase"];
  const expiresAt = readExpiry(summary);
  const { priority, parameters, namespace } = summary.view;
  return {
    runId: summary.runId,
    name: summary.name,
    phase: summary.phase,
    shownPhase: typeof shown === "string" && shown !== "" ? shown : summary.phase,
    createdAt: summary.createdAt,
    ...(summary.startedAt === undefined ? {} : { startedAt: summary.startedAt }),
    ...(summary.endedAt === undefined ? {} : { endedAt: summary.endedAt }),
    ...(summary.message === undefined ? {} : { message: summary.message }),
    labels: summary.labels,
    done: summary.progress.done,
    total: summary.progress.total,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...readOwes(summary),
    ...readPayload(summary),
    ...(typeof priority === "number" ? { priority } : {}),
    ...(typeof namespace === "string" ? { namespace } : {}),
    ...(typeof parameters === "string" ? { parameters } : {}),
  };
}

function readOwes({ view }: RunSummary): Pick<RunRow, "owes"> {
  const { owes } = view;
  return typeof owes === "number" ? { owes } : {};
}

function readPayload({ view }: RunSummary): Pick<RunRow, "payload"> {
  const { payload, origin } = view;
  if (!isJsonObject(payload ?? null)) return {};
  const { key, id } = payload as JsonObject;
  const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
  return { payload: { key: text(key), id: text(id), workflow: text(origin) } };
}

export function toPicture(
  summary: RunSummary,
  state: RunState,
  document: RunDocument,
  record: RunRecord,
  outlook?: Outlook,
): RunPicture {
  return {
    row: toRow(summary),
    state,
    view: getLanguage(document.language).view,
    language: document.language,
    source: document.source,
    file: document.file,
    submission: record.submission,
    annotations: record.annotations,
    ...(outlook === undefined ? {} : { outlook }),
  };
}
