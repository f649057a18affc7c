/**
 * CronWorkflows of a file with what the command line says over them (argo cron create --schedule, --name, -p and so on).
 * The text is made anew: nothing of the original's form is left, and only documents of that kind.
 */
import { isJsonObject } from "../../../base/json.ts";
import type { Json, JsonObject } from "../../../base/json.ts";
import type { CronOverrides } from "../../../model/run/language.ts";
import { listObjectValues } from "./list-objects.ts";

export function adjustCron(source: string, overrides: CronOverrides): string {
  const objects = listObjectValues(source).filter((object) => object["kind"] === "CronWorkflow");
  return objects
    .map((object) => `${JSON.stringify(adjustObject(object, overrides), undefined, 2)}\n`)
    .join("---\n");
}

function adjustObject(object: JsonObject, overrides: CronOverrides): JsonObject {
  const { name, labels, schedule } = overrides;
  const metadata = readObject(object, "metadata");
  const { schedule: _old, ...spec } = readObject(object, "spec");
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(name === undefined ? {} : { name }),
      ...(labels === undefined ? {} : { labels: { ...readObject(metadata, "labels"), ...labels } }),
    },
    spec: {
      ...(schedule === undefined ? readObject(object, "spec") : { ...spec, schedules: [schedule] }),
      workflowSpec: adjustSpec(readObject(spec, "workflowSpec"), overrides),
    },
  };
}

function adjustSpec(spec: JsonObject, { entrypoint, parameters = {} }: CronOverrides): JsonObject {
  const given = readObject(spec, "arguments");
  const list: readonly Json[] = Array.isArray(given["parameters"]) ? given["parameters"] : [];
  const others = list.filter((one) => !isJsonObject(one) || !isOverridden(one, parameters));
  const added = Object.entries(parameters).map(([name, value]) => ({ name, value }));
  return {
    ...spec,
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(added.length === 0 ? {} : { arguments: { ...given, parameters: [...others, ...added] } }),
  };
}

function isOverridden({ name }: JsonObject, parameters: Readonly<Record<string, string>>): boolean {
  return typeof name === "string" && Object.hasOwn(parameters, name);
}

function readObject(object: JsonObject, field: string): JsonObject {
  const value = object[field];
  return isJsonObject(value) ? value : {};
}
