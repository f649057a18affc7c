/**
 * Merging of defaults under a template, and of a stored template under a workflow that refers to it.
 * The rules are those of Kubernetes' strategic merge patch with the merge keys of Argo's and Kubernetes' types:
 * objects merge by field, lists with a merge key merge by that key, every other list is replaced as a whole.
 */
import { isJsonObject } from "../../../base/json.ts";
import type { Json, JsonObject } from "../../../base/json.ts";
import type { Template, WorkflowSpec } from "../read/types.ts";

/** Lists that merge by a key of their members (patchMergeKey in the Go types). */
const mergeKeys: Readonly<Record<string, string>> = {
  parameters: "name",
  artifacts: "name",
  templates: "name",
  sidecars: "name",
  initContainers: "name",
  containers: "name",
  volumes: "name",
  volumeClaimTemplates: "name",
  env: "name",
  volumeMounts: "mountPath",
  volumeDevices: "devicePath",
  ports: "containerPort",
  hostAliases: "ip",
  imagePullSecrets: "name",
};

const bodyFields = [
  "container",
  "script",
  "steps",
  "dag",
  "suspend",
  "http",
  "resource",
  "data",
  "plugin",
  "containerSet",
] as const;

/** `over` on top of `under`. */
export function mergeStrategically(under: Json, over: Json, field = ""): Json {
  if (Array.isArray(under) && Array.isArray(over)) {
    const key = mergeKeys[field];
    return key === undefined ? over : mergeLists(under, over, key);
  }
  if (!isJsonObject(under) || !isJsonObject(over)) return over;
  const merged: Record<string, Json> = Object.assign(Object.create(null) as Record<string, Json>, under);
  for (const [name, value] of Object.entries(over)) {
    const below = under[name];
    merged[name] = below === undefined ? value : mergeStrategically(below, value, name);
  }
  return merged;
}

/** Members of both lists by key: those of `over` first, in its order (StrategicMergePatch keeps the patch's order). */
function mergeLists(under: readonly Json[], over: readonly Json[], key: string): readonly Json[] {
  const nameOf = (member: Json): Json | undefined => (isJsonObject(member) ? member[key] : undefined);
  const below = new Map(under.map((member) => [nameOf(member), member]));
  const taken = new Set<Json | undefined>();
  const merged = over.map((member) => {
    const name = nameOf(member);
    const base = name === undefined ? undefined : below.get(name);
    taken.add(name);
    return base === undefined ? member : mergeStrategically(base, member);
  });
  return [...merged, ...under.filter((member) => !taken.has(nameOf(member)))];
}

/** A template with `defaults` under it; bodies of other kinds than its own are left out. */
export function mergeTemplateDefaults(template: Template, defaults: Template | undefined): Template {
  if (defaults === undefined) return template;
  const own = bodyFields.find((field) => template[field] !== undefined);
  const under = Object.fromEntries(
    Object.entries(defaults).filter(
      ([field]) => field === own || !(bodyFields as readonly string[]).includes(field),
    ),
  );
  // Template is JSON by construction of the reader.
  return mergeStrategically(under as JsonObject, template as unknown as JsonObject) as unknown as Template;
}

/**
 * The spec of a workflow over the spec of the stored template that its workflowTemplateRef names.
 * `suspend` comes only from the workflow; a whole parameter wins over one of the same name (Argo, JoinWorkflowSpec).
 */
export function mergeSpecs(over: WorkflowSpec, under: WorkflowSpec): WorkflowSpec {
  const { suspend: _suspend, ...below } = under;
  const { workflowTemplateRef: _ref, ...above } = over;
  const merged = mergeStrategically(
    below as unknown as JsonObject,
    above as unknown as JsonObject,
  ) as unknown as WorkflowSpec;
  const parameters = replaceByName(under.arguments?.parameters ?? [], over.arguments?.parameters ?? []);
  const artifacts = replaceByName(under.arguments?.artifacts ?? [], over.arguments?.artifacts ?? []);
  return { ...merged, arguments: { parameters, artifacts } };
}

function replaceByName<T extends { readonly name?: string }>(
  under: readonly T[],
  over: readonly T[],
): readonly T[] {
  const names = new Set(over.map((member) => member.name));
  return [...over, ...under.filter((member) => !names.has(member.name))];
}
