/** A stored definition as text: for people in lines, for programs as the object that a cluster would show. */
import type { DefinitionPicture } from "../../api/definitions.ts";
import { isJsonObject } from "../../base/json.ts";
import type { Json, JsonObject } from "../../base/json.ts";
import { isCronSuspended, readCronStatus } from "../../model/run/cron-status.ts";
import type { FlagTable } from "../arguments/flag-table.ts";
import { formatDuration, formatMoment, formatTime } from "../render/durations.ts";
import { formatFields } from "../render/table.ts";
import { cleanText } from "../render/text-width.ts";

/** The document with what a cluster would have added to it. `generation` is the version. */
export function definitionToJson(definition: DefinitionPicture): JsonObject {
  const { document, uid, version, createdAt, status, kind } = definition;
  const metadata = isJsonObject(document["metadata"]) ? document["metadata"] : {};
  const { suspend: _override, schedule: _own, ...shown } = status;
  const full = {
    ...document,
    metadata: { ...metadata, uid, generation: version, creationTimestamp: formatTime(createdAt) },
    ...(Object.keys(shown).length === 0 ? {} : { status: shown }),
  };
  const spec = document["spec"];
  return kind === "CronWorkflow" && isJsonObject(spec)
    ? { ...full, spec: { ...spec, suspend: isSuspended(definition) } }
    : full;
}

/** Whether a CronWorkflow starts nothing by time. */
export function isSuspended({ document, status, version }: DefinitionPicture): boolean {
  const spec = readObject(document, "spec");
  return isCronSuspended(readCronStatus(status), version, spec["suspend"] === true);
}

/** Schedules of a CronWorkflow; the old single one counts as well. */
export function listSchedules({ document }: DefinitionPicture): readonly string[] {
  const { schedule, schedules } = readObject(document, "spec");
  const several = Array.isArray(schedules) ? schedules.filter((one) => typeof one === "string") : [];
  return several.length > 0 || typeof schedule !== "string" ? several : [schedule];
}

export function timezoneOf({ document }: DefinitionPicture): string {
  return readText(readObject(document, "spec"), "timezone");
}

/** The flag that keeps a selection of definitions to one namespace. */
export const definitionNamespaceFlag = {
  namespace: {
    kind: "text",
    short: "n",
    value: "NAME",
    help: "of those that are not named, only the ones of this namespace",
  },
} as const satisfies FlagTable;

/** Whether a definition is of the namespace; every one is when nobody asks for any, and so is what belongs to none. */
export function isInNamespace(definition: DefinitionPicture, namespace: string | undefined): boolean {
  const own = namespaceOf(definition);
  return namespace === undefined || own === "" || own === namespace;
}

/** Empty for what belongs to none. */
function namespaceOf({ document, kind }: DefinitionPicture): string {
  if (kind === "ClusterWorkflowTemplate") return "";
  return readText(readObject(document, "metadata"), "namespace") || "default";
}

/** `Name: value` lines. */
export function formatDefinition(definition: DefinitionPicture, now: number): readonly string[] {
  const { name, kind, version, createdAt, updatedAt, labels } = definition;
  const shownLabels = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  return formatFields([
    ["Name", cleanText(name)],
    ["Namespace", cleanText(namespaceOf(definition))],
    ["Kind", kind],
    ["Version", String(version)],
    ["Created", formatMoment(createdAt, now)],
    ["Updated", updatedAt === createdAt ? "" : formatMoment(updatedAt, now)],
    ["Labels", cleanText(shownLabels.join(","))],
    ...(kind === "CronWorkflow" ? describeCron(definition, now) : []),
    ...describeSpec(definition),
    ...describeData(definition),
  ]);
}

function describeCron(definition: DefinitionPicture, now: number): readonly (readonly [string, string])[] {
  const { document, status } = definition;
  const spec = readObject(document, "spec");
  const cron = readCronStatus(status);
  const deadline = spec["startingDeadlineSeconds"];
  const conditions = cron.conditions ?? [];
  return [
    ["Schedules", cleanText(listSchedules(definition).join(", "))],
    ["Timezone", cleanText(timezoneOf(definition))],
    ["Suspended", String(isSuspended(definition))],
    ["StartingDeadlineSeconds", typeof deadline === "number" ? String(deadline) : ""],
    ["ConcurrencyPolicy", cleanText(readText(spec, "concurrencyPolicy")) || "Allow"],
    ["LastScheduledTime", cron.lastScheduledTime ?? ""],
    ["NextScheduledTime", describeNextRun(definition, now)],
    ["Active Workflows", (cron.active ?? []).map((run) => run.name).join(", ")],
    ["Phase", cron.phase ?? ""],
    ["Succeeded", cron.succeeded === undefined ? "" : String(cron.succeeded)],
    ["Failed", cron.failed === undefined ? "" : String(cron.failed)],
    ["Conditions", conditions.map(({ type, message }) => `${type}: ${message}`).join("; ")],
  ];
}

/** The moment, and how far it is away; nobody serving the home is another matter. */
function describeNextRun({ nextRunAt }: DefinitionPicture, now: number): string {
  if (nextRunAt === undefined) return "";
  return `${formatTime(nextRunAt)} (in ${formatDuration(Math.max(0, nextRunAt - now))})`;
}

function describeSpec({ document, kind }: DefinitionPicture): readonly (readonly [string, string])[] {
  const outer = readObject(document, "spec");
  const spec = kind === "CronWorkflow" ? readObject(outer, "workflowSpec") : outer;
  const parameters = listNames(readObject(spec, "arguments")["parameters"]);
  return [
    ["Template", cleanText(readText(readObject(spec, "workflowTemplateRef"), "name"))],
    ["Entrypoint", cleanText(readText(spec, "entrypoint"))],
    ["Templates", cleanText(listNames(spec["templates"]).join(", "))],
    ["Parameters", cleanText(parameters.join(", "))],
  ];
}

/** What a ConfigMap says, a line for each key; of a long or many-lined text its size. */
function describeData({ kind, document }: DefinitionPicture): readonly (readonly [string, string])[] {
  if (kind !== "ConfigMap") return [];
  const texts = Object.entries(readObject(document, "data")).map(
    ([key, value]): readonly [string, string] => {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      const isShort = text.length <= 200 && !/[\r\n]/u.test(text.trimEnd());
      const shown = isShort ? cleanText(text.trimEnd()) : `(${text.length} characters)`;
      return [cleanText(key), shown === "" ? '""' : shown];
    },
  );
  const bytes = Object.entries(readObject(document, "binaryData")).map(([key, value]) => {
    const { length } = Buffer.from(typeof value === "string" ? value : "", "base64");
    return [cleanText(key), `(${length} bytes)`] as const;
  });
  return [...texts, ...bytes];
}

function listNames(list: Json | undefined): readonly string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((member: Json) => (isJsonObject(member) ? readText(member, "name") : []));
}

function readObject(object: JsonObject, field: string): JsonObject {
  const value = object[field];
  return isJsonObject(value) ? value : {};
}

function readText(object: JsonObject, field: string): string {
  const value = object[field];
  return typeof value === "string" ? value : "";
}
