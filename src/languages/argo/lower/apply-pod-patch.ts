/**
 * `podSpecPatch`: a strategic merge patch of the pod, as YAML or JSON text (Argo fields.md, Template).
 * What it changes about commands is applied: their program, environment and mounts, and the volumes of the pod.
 * The rest (placement, resources) has no effect here, and a warning says so. A patch must be YAML before its tags are
 * replaced; one that is not can only set what its tags hold, which is told as well.
 */
import { isJsonObject } from "../../../base/json.ts";
import type { Json, JsonObject } from "../../../base/json.ts";
import { findYamlValue } from "../read/load-any-yaml.ts";
import type { Template } from "../read/types.ts";
import { noteHint } from "./lower-hints.ts";
import type { Lowering, Place } from "./lowering.ts";
import { mergeStrategically } from "./merge-template.ts";

/** Fields of a container that reach its command. */
const commandFields = ["image", "command", "args", "env", "envFrom", "workingDir", "volumeMounts"] as const;

/** A template with the workflow's patch and then its own applied. `place` is the template's. */
export function applyPodPatches(desk: Lowering, template: Template, place: Place): Template {
  const own: Place = { document: place.document, path: [...place.path, "podSpecPatch"] };
  const byRun = desk.runPodPatch === undefined ? template : applyPatch(desk, template, desk.runPodPatch, own);
  return template.podSpecPatch === undefined ? byRun : applyPatch(desk, byRun, template.podSpecPatch, own);
}

function applyPatch(desk: Lowering, template: Template, text: string, place: Place): Template {
  const patch = findYamlValue(text);
  if (!isJsonObject(patch)) {
    noteHint(desk, "a podSpecPatch that is YAML only after its tags are replaced", place);
    return template;
  }
  const { containers, volumes, ...rest } = patch;
  const left = new Set(Object.keys(rest));
  let patched = template;
  for (const container of Array.isArray(containers) ? containers : []) {
    if (!isJsonObject(container)) continue;
    for (const field of Object.keys(container))
      if (field !== "name" && !isCommandField(field)) left.add(field);
    patched = patchContainer(patched, container);
  }
  if (Array.isArray(volumes)) patched = mergeInto(patched, { volumes });
  for (const field of left) noteHint(desk, `${field} of a podSpecPatch`, place);
  return patched;
}

function isCommandField(field: string): boolean {
  return (commandFields as readonly string[]).includes(field);
}

/** `main` is the container or script of a template; others are members of its container set, init containers, sidecars. */
function patchContainer(template: Template, patch: JsonObject): Template {
  const { name } = patch;
  const picked = Object.fromEntries(Object.entries(patch).filter(([field]) => isCommandField(field)));
  if (Object.keys(picked).length === 0 || typeof name !== "string") return template;
  if (name === "main" && template.container !== undefined) return mergeInto(template, { container: picked });
  if (name === "main" && template.script !== undefined) return mergeInto(template, { script: picked });
  const named = { name, ...picked };
  const has = (list: readonly { readonly name?: string }[] | undefined): boolean =>
    list?.some((one) => one.name === name) === true;
  if (has(template.containerSet?.containers))
    return mergeInto(template, { containerSet: { containers: [named] } });
  if (has(template.sidecars)) return mergeInto(template, { sidecars: [named] });
  return template;
}

/** Templates are JSON by construction of the reader; a patch has the fields of Kubernetes' own types. */
function mergeInto(template: Template, patch: Json): Template {
  return mergeStrategically(template as unknown as JsonObject, patch) as unknown as Template;
}
