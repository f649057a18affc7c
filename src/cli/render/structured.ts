/** Values for programs: `-o json` and `-o yaml`. */
import { isJsonObject } from "../../base/json.ts";
import type { Json, JsonObject } from "../../base/json.ts";
import type { RunPicture, RunRow } from "../../api/house.ts";
import type { Printer } from "../printer.ts";
import { callbacksToJson } from "./callbacks.ts";
import { labelsOf } from "../select/run-labels.ts";
import { formatTime } from "./durations.ts";
import { escapeControls, formatYaml } from "./yaml.ts";

export function printStructured(out: Printer, format: "json" | "yaml", value: Json): void {
  out.text(
    format === "json" ? `${escapeControls(JSON.stringify(value, undefined, 2))}\n` : formatYaml(value),
  );
}

/** A row of a list, in the form of the whole run as far as a list knows it; times as texts. */
export function rowToJson(row: RunRow): JsonObject {
  return {
    metadata: {
      name: row.name,
      namespace: row.namespace ?? "default",
      uid: row.runId,
      creationTimestamp: formatTime(row.createdAt),
      labels: labelsOf(row),
    },
    phase: row.phase,
    ...(row.expiresAt === undefined ? {} : { expiresAt: formatTime(row.expiresAt) }),
    ...(row.priority === undefined ? {} : { priority: row.priority }),
    ...(row.owes === undefined ? {} : { callbacksOwed: row.owes }),
    ...(row.payload === undefined ? {} : { payload: { key: row.payload.key, id: row.payload.id } }),
    status: {
      phase: row.shownPhase,
      ...(row.startedAt === undefined ? {} : { startedAt: formatTime(row.startedAt) }),
      ...(row.endedAt === undefined ? {} : { finishedAt: formatTime(row.endedAt) }),
      ...(row.message === undefined ? {} : { message: row.message }),
      progress: `${row.done}/${row.total}`,
    },
  };
}

/** A run in the form of its language's status, under the usual metadata. */
export function pictureToJson(picture: RunPicture): JsonObject {
  const { row, annotations, language, file } = picture;
  const { apiVersion, kind, metadata, spec } =
    picture.view.document?.(picture.source, picture.submission) ?? {};
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(kind === undefined ? {} : { kind }),
    metadata: {
      ...(metadata !== undefined && isJsonObject(metadata) ? metadata : {}),
      name: row.name,
      namespace: row.namespace ?? "default",
      uid: row.runId,
      creationTimestamp: formatTime(row.createdAt),
      labels: labelsOf(row),
      annotations,
    },
    source: { language, file, ...describeStored(picture) },
    phase: row.phase,
    ...(row.payload === undefined ? {} : { payload: { key: row.payload.key, id: row.payload.id } }),
    ...(picture.state.callbacks.length === 0 ? {} : { callbacks: callbacksToJson(picture) }),
    ...(spec === undefined ? {} : { spec }),
    status: {
      ...picture.view.status(picture.state, picture.outlook),
      ...picture.view.stored?.(picture.source, picture.submission),
    },
  };
}

/** The versions of stored definitions that the run was made from. */
function describeStored({ submission }: RunPicture): JsonObject {
  const stored = (submission.definitions ?? []).flatMap((given) =>
    given.stored === undefined ? [] : [{ ...given.stored }],
  );
  return stored.length === 0 ? {} : { definitions: stored };
}
