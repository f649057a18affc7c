/**
 * Documents in their present form (argo convert): fields that Argo 4 has replaced by lists, `schedule`, `mutex` and
 * `semaphore`, are moved into these. Everything else, and objects of other kinds, stays as it is written.
 */
import { isJsonObject } from "../../../base/json.ts";
import type { Json, JsonObject } from "../../../base/json.ts";
import { listObjectValues } from "./list-objects.ts";

/** The objects of a file, in order; what cannot be read is left out. */
export function convertOld(source: string): readonly JsonObject[] {
  return listObjectValues(source).map(convertObject);
}

const specKinds: readonly (Json | undefined)[] = ["Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate"];

function convertObject(object: JsonObject): JsonObject {
  if (specKinds.includes(object["kind"])) return change(object, "spec", convertSpec);
  if (object["kind"] !== "CronWorkflow") return object;
  return change(object, "spec", (spec) =>
    change(moveToList(spec, "schedule", "schedules"), "workflowSpec", convertSpec),
  );
}

function convertSpec(spec: JsonObject): JsonObject {
  const own = change(spec, "synchronization", convertSynchronization);
  return changeMembers(change(own, "templateDefaults", convertTemplate), "templates", convertTemplate);
}

function convertTemplate(template: JsonObject): JsonObject {
  const own = change(template, "synchronization", convertSynchronization);
  const convertCall = (call: JsonObject): JsonObject => change(call, "inline", convertTemplate);
  const withDag = change(own, "dag", (dag) => changeMembers(dag, "tasks", convertCall));
  const { steps } = withDag;
  if (!Array.isArray(steps)) return withDag;
  const groups = steps.map((group: Json) =>
    Array.isArray(group) ? group.map((call: Json) => (isJsonObject(call) ? convertCall(call) : call)) : group,
  );
  return { ...withDag, steps: groups };
}

function convertSynchronization(synchronization: JsonObject): JsonObject {
  return moveToList(moveToList(synchronization, "mutex", "mutexes"), "semaphore", "semaphores");
}

/** What stands in the old field is the last member of the list; the same text is not put there twice. */
function moveToList(object: JsonObject, old: string, list: string): JsonObject {
  const { [old]: value, ...rest } = object;
  if (value === undefined || value === null || value === "") return object;
  const present = rest[list];
  const members: readonly Json[] = Array.isArray(present) ? present : [];
  return { ...rest, [list]: members.includes(value) ? members : [...members, value] };
}

function change(object: JsonObject, field: string, convert: (value: JsonObject) => JsonObject): JsonObject {
  const value = object[field];
  return isJsonObject(value) ? { ...object, [field]: convert(value) } : object;
}

function changeMembers(
  object: JsonObject,
  field: string,
  convert: (value: JsonObject) => JsonObject,
): JsonObject {
  const list = object[field];
  if (!Array.isArray(list)) return object;
  return {
    ...object,
    [field]: list.map((member: Json) => (isJsonObject(member) ? convert(member) : member)),
  };
}
