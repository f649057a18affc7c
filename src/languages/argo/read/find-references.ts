/**
 * Which stored definitions some texts refer to and do not hold themselves.
 * Every field of Argo and Kubernetes that names another object has a key that says so, whatever it stands in, so the
 * texts are searched for these keys without decoding them. A name with tags other than `workflow.parameters` is known
 * only while the run goes on: then any ConfigMap or Secret may be meant, and no template is.
 */
import { isJsonObject } from "../../../base/json.ts";
import type { Json, JsonObject } from "../../../base/json.ts";
import { anyName, describeDefinition } from "../../../model/run/definition.ts";
import type { DefinitionKey, DefinitionKind } from "../../../model/run/definition.ts";
import { listObjectValues } from "./list-objects.ts";
import { findYamlValue } from "./load-any-yaml.ts";
import { callbacksAnnotation } from "./read-callbacks.ts";

/** Most documents refer to nothing, and then they are not even parsed. */
const anyReference = /[tT]emplateRef|configMap|[sS]ecret|artifact|archiveLogs/u;

/** Who keeps artifacts or logs uses the repository of this ConfigMap, without naming it (Argo docs, artifact-repository-ref). */
const usualRepositories = "artifact-repositories";
const anyArtifact = /artifact|archiveLogs/u;
const repositorySecret = /Secret"?:/u;

/**
 * `parameters` are values for the workflow's parameters, over those in the texts. `later`: what callbacks start is wanted
 * as well.
 */
export function findReferences(
  sources: readonly string[],
  parameters: Readonly<Record<string, string>>,
  later = false,
): readonly DefinitionKey[] {
  if (!sources.some((source) => anyReference.test(source))) return [];
  const objects = sources.flatMap((source) => listObjectValues(source));
  const values = new Map<string, string>();
  for (const object of objects) readParameters(object, values);
  for (const [name, value] of Object.entries(parameters)) values.set(name, value);
  const found = new Map<string, DefinitionKey>();
  const tell: Tell = (kind, name) => {
    const settled = settle(name, values);
    const isOpen = settled.includes("{{");
    if (isOpen && kind !== "ConfigMap" && kind !== "Secret") return;
    const key = { kind, name: isOpen ? anyName : settled };
    found.set(describeDefinition(key), key);
  };
  for (const object of objects) walk(object, "", tell);
  if (sources.some((source) => anyArtifact.test(source))) tell("ConfigMap", usualRepositories);
  for (const object of objects) walkRepositories(object, tell);
  if (sources.some((source) => source.includes(callbacksAnnotation))) walkCallbacks(objects, tell, later);
  for (const object of objects) {
    const { kind } = object;
    if (typeof kind === "string") found.delete(`${kind}/${nameOf(object)}`);
  }
  return [...found.values()];
}

type Tell = (kind: DefinitionKind, name: string) => void;

function walk(value: Json, key: string, tell: Tell): void {
  if (Array.isArray(value)) {
    for (const member of value as readonly Json[]) walk(member, key, tell);
    return;
  }
  if (!isJsonObject(value)) return;
  tellReference(value, key, tell);
  for (const [name, member] of Object.entries(value)) walk(member, name, tell);
}

/** The repositories of a ConfigMap are texts, and name the Secrets of their storage. */
function walkRepositories({ kind, data }: JsonObject, tell: Tell): void {
  if (kind !== "ConfigMap" || !isJsonObject(data)) return;
  for (const text of Object.values(data)) {
    if (typeof text !== "string" || !repositorySecret.test(text)) continue;
    for (const repository of listObjectValues(text)) walk(repository, "", tell);
  }
}

/** Argo fields.md, TemplateRef, WorkflowTemplateRef, ArtifactRepositoryRef; Kubernetes core/v1, *Selector, *EnvSource, *VolumeSource. */
function tellReference(value: JsonObject, key: string, tell: Tell): void {
  const { name, configMap, secretName } = value;
  if (key === "artifactRepositoryRef" && typeof configMap === "string") tell("ConfigMap", configMap);
  if (key === "secret" && typeof secretName === "string") tell("Secret", secretName);
  if (typeof name !== "string" || name === "") return;
  if (key === "templateRef" || key === "workflowTemplateRef")
    tell(value["clusterScope"] === true ? "ClusterWorkflowTemplate" : "WorkflowTemplate", name);
  else if (key === "configMap" || key === "configMapRef" || key === "configMapKeyRef")
    tell("ConfigMap", name);
  else if (/^secret(?:Ref|KeyRef)?$|Secret$/u.test(key)) tell("Secret", name);
}

/** The annotation is a text, and names the Secrets of its headers. What it starts is looked up when that time has come. */
function walkCallbacks(value: Json, tell: Tell, later: boolean): void {
  if (Array.isArray(value)) for (const member of value as readonly Json[]) walkCallbacks(member, tell, later);
  if (!isJsonObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    if (name !== callbacksAnnotation || typeof member !== "string") walkCallbacks(member, tell, later);
    else
      walk(findYamlValue(member) ?? null, "", (kind, one) =>
        later || kind === "Secret" ? tell(kind, one) : undefined,
      );
  }
}

function readParameters({ spec }: JsonObject, values: Map<string, string>): void {
  for (const holder of [spec, isJsonObject(spec) ? spec["workflowSpec"] : undefined]) {
    const given = isJsonObject(holder) ? holder["arguments"] : undefined;
    const list = isJsonObject(given) ? given["parameters"] : undefined;
    if (!Array.isArray(list)) continue;
    for (const parameter of list as readonly Json[]) {
      if (!isJsonObject(parameter)) continue;
      const { name, value } = parameter;
      if (typeof name === "string" && typeof value === "string" && !values.has(name)) values.set(name, value);
    }
  }
}

function settle(name: string, values: ReadonlyMap<string, string>): string {
  if (!name.includes("{{")) return name;
  return name.replace(
    /\{\{\s*workflow\.parameters\.([-\w]+)\s*\}\}/gu,
    (tag, parameter: string) => values.get(parameter) ?? tag,
  );
}

function nameOf({ metadata }: JsonObject): string {
  const name = isJsonObject(metadata) ? metadata["name"] : undefined;
  return typeof name === "string" ? name : "";
}
