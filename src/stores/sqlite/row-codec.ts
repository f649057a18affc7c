/** Rows of `run` and `run_document` and the port's records: the only place where a column becomes a typed value. */
import type { SQLOutputValue } from "node:sqlite";
import { type JsonObject, isJsonObject } from "../../base/json.ts";
import type { RunDocument, RunSummary } from "../../ports/history-store.ts";
import { computeChecksum } from "./checksum.ts";

export type Row = Record<string, SQLOutputValue>;

/** The columns of `run` that `encodeSummary` fills, in its order. */
export const summaryColumns = [
  "run_id",
  "name",
  "phase",
  "created_at",
  "started_at",
  "ended_at",
  "message",
  "labels",
  "progress_done",
  "progress_total",
  "view",
] as const;

/** Values for `summaryColumns`, in its order. */
export function encodeSummary(summary: RunSummary): (string | number | null)[] {
  return [
    summary.runId,
    summary.name,
    summary.phase,
    summary.createdAt,
    summary.startedAt ?? null,
    summary.endedAt ?? null,
    summary.message ?? null,
    JSON.stringify(summary.labels),
    summary.progress.done,
    summary.progress.total,
    JSON.stringify(summary.view),
  ];
}

/** Throws a SyntaxError or TypeError when the row was damaged. */
export function decodeSummary(row: Row): RunSummary {
  const startedAt = row["started_at"];
  const endedAt = row["ended_at"];
  const message = row["message"];
  return {
    runId: readText(row, "run_id"),
    name: readText(row, "name"),
    phase: readText(row, "phase"),
    createdAt: readNumber(row, "created_at"),
    ...(typeof startedAt === "number" ? { startedAt } : {}),
    ...(typeof endedAt === "number" ? { endedAt } : {}),
    ...(typeof message === "string" ? { message } : {}),
    labels: decodeLabels(readText(row, "labels")),
    progress: { done: readNumber(row, "progress_done"), total: readNumber(row, "progress_total") },
    view: decodeObject(readText(row, "view")),
  };
}

/** Values for (run_id, language, file, source, submission, body_crc). */
export function encodeDocument(runId: string, document: RunDocument): (string | number)[] {
  const submission = JSON.stringify(document.submission);
  return [
    runId,
    document.language,
    document.file,
    document.source,
    submission,
    documentCrc(document, submission),
  ];
}

/** Undefined when the checksum does not fit. */
export function decodeDocument(row: Row): RunDocument | undefined {
  const submission = readText(row, "submission");
  const document = {
    language: readText(row, "language"),
    source: readText(row, "source"),
    file: readText(row, "file"),
  };
  if (documentCrc(document, submission) !== row["body_crc"]) return undefined;
  return { ...document, submission: decodeObject(submission) };
}

function documentCrc(document: Omit<RunDocument, "submission">, submission: string): number {
  return [document.language, document.file, document.source, submission].reduce(
    (before, text) => computeChecksum(text, before),
    0,
  );
}

export function readText(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw new TypeError(`column ${column} holds no text`);
  return value;
}

export function readNumber(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number") throw new TypeError(`column ${column} holds no number`);
  return value;
}

function decodeObject(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value))
    throw new TypeError("a column that should hold a JSON object holds something else");
  return value;
}

function decodeLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [key, value] of Object.entries(decodeObject(text))) {
    if (typeof value !== "string") throw new TypeError(`label ${key} is no text`);
    labels[key] = value;
  }
  return labels;
}
