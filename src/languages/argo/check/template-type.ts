/** What kind of body a template has, and what follows from it (Argo workflow_types.go, Template). */
import type { Template } from "../read/types.ts";

/** Field names of the bodies, in Argo's order, with the type names that its messages use. */
const bodyFields = {
  container: "Container",
  containerSet: "ContainerSet",
  steps: "Steps",
  script: "Script",
  resource: "Resource",
  dag: "DAG",
  suspend: "Suspend",
  data: "Data",
  http: "HTTP",
  plugin: "Plugin",
} as const;

export type TemplateBody = keyof typeof bodyFields;
export type TemplateType = (typeof bodyFields)[TemplateBody];

const bodyNames: readonly TemplateBody[] = [
  "container",
  "containerSet",
  "steps",
  "script",
  "resource",
  "dag",
  "suspend",
  "data",
  "http",
  "plugin",
];

const podTypes: ReadonlySet<string> = new Set(["Container", "ContainerSet", "Script", "Resource", "Data"]);

/** The bodies that a template has; a valid one has exactly one. */
export function listBodies(template: Template): readonly TemplateBody[] {
  return bodyNames.filter((body) => template[body] !== undefined);
}

/** The type that Argo gives a template: its first body; undefined when it has none. */
export function findTemplateType(template: Template): TemplateType | undefined {
  for (const body of bodyNames) if (template[body] !== undefined) return bodyFields[body];
  return undefined;
}

/** True for templates that become one pod. */
export function isPodType(type: TemplateType | undefined): boolean {
  return type !== undefined && podTypes.has(type);
}

/** True for templates that do work themselves; suspend, steps and dag do not. */
export function isLeafType(type: TemplateType | undefined): boolean {
  return isPodType(type) || type === "HTTP" || type === "Plugin";
}

/** True for templates with a result and an exit code. */
export function hasResult(template: Template): boolean {
  const { container, script, data, http, plugin, containerSet } = template;
  if ((container ?? script ?? data ?? http ?? plugin) !== undefined) return true;
  return containerSet?.containers?.some((member) => member.name === "main") === true;
}
