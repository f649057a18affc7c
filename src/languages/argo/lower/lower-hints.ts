/**
 * Placement and other hints to a cluster (no-effect.ts): a run tells once that they change nothing here, and the order of
 * an attempt keeps them in the document's own words, for executors that can obey.
 */
import { isJsonObject } from "../../../base/json.ts";
import type { Json, JsonObject } from "../../../base/json.ts";
import type { Templated } from "../../../model/plan/expression.ts";
import { listNoEffect } from "../no-effect.ts";
import type { NoEffectType } from "../no-effect.ts";
import type { Container, RetryStrategy, Template, WorkflowSpec } from "../read/types.ts";
import { dialects, intern, report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

type Hints = Readonly<Record<string, Templated<Json>>>;

/** Remembers the fields that have no effect, for the one warning at the end. */
export function noteHints(
  desk: Lowering,
  type: NoEffectType,
  owner: WorkflowSpec | Template | Container | RetryStrategy,
  place: Place,
): void {
  for (const [field] of pick(owner, listNoEffect(type, "told"))) {
    noteHint(desk, field, { document: place.document, path: [...place.path, field] });
  }
}

/** `what` has no effect; only the first place of each counts. */
export function noteHint(desk: Lowering, what: string, place: Place): void {
  if (!desk.withoutEffect.has(what)) desk.withoutEffect.set(what, place);
}

/** One warning for all of them, at the place of the first. */
export function reportHints(desk: Lowering): void {
  const [first] = desk.withoutEffect.values();
  if (first === undefined) return;
  const fields = [...desk.withoutEffect.keys()];
  const verb = fields.length === 1 ? "has" : "have";
  report(desk, "warning", "argo/no-effect", `${fields.join(", ")} ${verb} no effect on one machine`, first);
}

/** What the workflow asks for all its pods. */
export function collectRunHints(desk: Lowering, spec: WorkflowSpec): Hints {
  const patch = spec.podSpecPatch === undefined ? {} : { podSpecPatch: spec.podSpecPatch };
  return lowerHints(desk, [...pick(spec, listNoEffect("WorkflowSpec", "kept")), ...Object.entries(patch)]);
}

/** What is asked for the pod of a template: its own hints over the workflow's, and those of its containers by name. */
export function collectHints(desk: Lowering, template: Template): Hints | undefined {
  const own = pick(template, listNoEffect("Template", "kept"));
  const others = Object.entries({
    podSpecPatch: template.podSpecPatch,
    retryAffinity: template.retryStrategy?.affinity,
  }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const containers = listContainers(template).flatMap(([name, container]) => {
    const hints = pick(container, listNoEffect("Container", "kept"));
    return hints.length === 0 ? [] : [[name, Object.fromEntries(hints)] as const];
  });
  const all = {
    ...desk.runHints,
    ...lowerHints(desk, [...own, ...others]),
    ...(containers.length === 0 ? {} : lowerHints(desk, [["containers", Object.fromEntries(containers)]])),
  };
  return Object.keys(all).length === 0 ? undefined : all;
}

/** Every container of a template, under the name of its command. */
export function listContainers(template: Template): readonly (readonly [string, Container])[] {
  const { container, script, containerSet, initContainers = [], sidecars = [] } = template;
  const main = container ?? script;
  const others = [...(containerSet?.containers ?? []), ...initContainers, ...sidecars];
  return [
    ...(main === undefined ? [] : [["main", main] as const]),
    ...others.map((one) => [one.name ?? "", one] as const),
  ];
}

/** The fields that are there and hold anything. */
function pick(owner: object, fields: readonly string[]): readonly (readonly [string, Json])[] {
  // The reader makes documents of JSON values only.
  const values = owner as Readonly<Record<string, Json | undefined>>;
  return fields.flatMap((field) => {
    const value = values[field];
    return value === undefined || isEmpty(value) ? [] : [[field, value] as const];
  });
}

/** Servers write empty objects for what nobody has set. */
function isEmpty(value: Json): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === "" || value === null;
}

function lowerHints(desk: Lowering, hints: readonly (readonly [string, Json])[]): Hints {
  return Object.fromEntries(hints.map(([name, value]) => [name, lowerTexts(desk, value)]));
}

/** A tag that cannot be replaced stays: a hint is no reason to fail. */
function lowerTexts(desk: Lowering, value: Json): Templated<Json> {
  if (typeof value === "string")
    return value.includes("{{") ? intern(desk, dialects.globalText, value, "text") : value;
  if (Array.isArray(value)) return value.map((item: Json) => lowerTexts(desk, item)) as Templated<Json>;
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value as JsonObject).map(([name, item]) => [name, lowerTexts(desk, item)]);
  return Object.fromEntries(entries) as Templated<Json>;
}
