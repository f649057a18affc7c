/** Templates that do work themselves (Argo validate.go, validateLeaf). */
import { canLoadYaml } from "../read/load-any-yaml.ts";
import type { Container, Parameter, ResourceTemplate, Template, VolumeMount } from "../read/types.ts";
import { checkContainerSet, checkReservedNames } from "./check-container-set.ts";
import { checkExpressionField } from "./check-expression.ts";
import { isWholeNumberOrTag } from "./check-loop.ts";
import { checkPodResources } from "./check-pod-resources.ts";
import { checkTags } from "./check-tags.ts";
import { descend, reportError, reportWarning } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import { isGoDuration } from "./durations.ts";
import { hasTag, isKnown } from "./present.ts";
import type { Scope } from "./scope-types.ts";
import type { TemplateType } from "./template-type.ts";

const actions = ["get", "create", "apply", "delete", "replace", "patch"];

export function checkLeaf(
  checker: Checker,
  site: Site,
  template: Template,
  scope: Scope,
  type: TemplateType,
): void {
  const name = template.name ?? "";
  const place = `templates.${name}`;
  const value = leaveOutReplaced(checker, site, template);
  checkTags(checker, site, scope, { value, below: [], prefix: `${place}:` });
  if (template.container !== undefined) {
    checkMountPaths(checker, site, template, template.container, place);
    checkImage(checker, site, template.container, "container", place);
  }
  if (template.script !== undefined) checkImage(checker, site, template.script, "script", place);
  if (template.containerSet !== undefined) {
    checkContainerSet(checker, descend(site, "containerSet"), template, template.containerSet, place);
  }
  checkReservedNames(checker, site, template, place);
  checkVolumes(checker, site, template, place);
  if (template.resource !== undefined) {
    checkResource(checker, descend(site, "resource"), template.resource, template, `${place}.resource`);
  }
  if (type === "Plugin") checkPlugin(checker, site, template);
  checkPodResources(checker, descend(site, "podResources"), template.podResources, place);
  checkDeadline(checker, site, template, place);
  if (template.parallelism !== undefined) {
    const text = `${place}.parallelism is only valid for steps and dag templates`;
    reportError(checker, "argo/only-steps-and-dag", site, text, ["parallelism"]);
  }
  checkSuspend(checker, site, template, place);
  checkExpressionField(checker, site, template.http?.successCondition, `${place}.http.successCondition`, [
    "http",
    "successCondition",
  ]);
  for (const [index, step] of (template.data?.transformation ?? []).entries()) {
    const below = ["data", "transformation", index, "expression"];
    checkExpressionField(
      checker,
      site,
      step.expression,
      `${place}.data.transformation[${index}].expression`,
      below,
    );
  }
}

/**
 * Values of inputs that arguments take the place of are not looked at: Argo checks what is called with arguments for every
 * input, and the entrypoint with those of the workflow (validate.go, FakeArguments).
 */
function leaveOutReplaced(checker: Checker, site: Site, template: Template): Template {
  const { inputs } = template;
  const isReplaced = ({ name = "", value }: Parameter): boolean =>
    hasTag(value ?? "") &&
    (site.depth > entryDepth || checker.isTemplate || checker.globals.has(`workflow.parameters.${name}`));
  if (inputs?.parameters?.some(isReplaced) !== true) return template;
  const parameters = inputs.parameters.map((each) => {
    if (!isReplaced(each)) return each;
    const { value: _, ...rest } = each;
    return rest;
  });
  return { ...template, inputs: { ...inputs, parameters } };
}

/** How deep the call of the entrypoint is. */
const entryDepth = 1;

function checkDeadline(checker: Checker, site: Site, template: Template, place: string): void {
  const deadline = template.activeDeadlineSeconds;
  if (deadline === undefined) return;
  if (isWholeNumberOrTag(deadline) && !(Number(deadline) < 0)) return;
  const text = `${place}.activeDeadlineSeconds must be a positive integer > 0 or an argo variable`;
  reportError(checker, "argo/bad-deadline", site, text, ["activeDeadlineSeconds"]);
}

function checkSuspend(checker: Checker, site: Site, template: Template, place: string): void {
  const duration = template.suspend?.duration;
  if (!isKnown(duration) || hasTag(duration) || /^\d+$/.test(duration) || isGoDuration(duration)) return;
  const text = `${place}.suspend.duration '${duration}' is not a duration`;
  reportWarning(checker, "argo/bad-duration", site, text, ["suspend", "duration"]);
}

function checkImage(
  checker: Checker,
  site: Site,
  container: Container,
  body: "container" | "script",
  place: string,
): void {
  if (isKnown(container.image) || isKnown(site.source.spec.templateDefaults?.[body]?.image)) return;
  reportError(checker, "argo/missing-image", site, `${place}.${body}.image may not be empty`, [body]);
}

/** Mount paths and artifact paths of a container must all differ. */
function checkMountPaths(
  checker: Checker,
  site: Site,
  template: Template,
  container: Container,
  place: string,
): void {
  const taken = new Map<string, string>();
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const path = mount.mountPath ?? "";
    const earlier = taken.get(path);
    if (earlier !== undefined) {
      const text = `${place}.container.volumeMounts[${index}].mountPath '${path}' already mounted in ${earlier}`;
      const below = ["container", "volumeMounts", index, "mountPath"];
      reportError(checker, "argo/mount-clash", site, text, below);
    }
    taken.set(path, `container.volumeMounts.${mount.name ?? ""}`);
  }
  for (const [index, artifact] of (template.inputs?.artifacts ?? []).entries()) {
    const path = artifact.path ?? "";
    const earlier = taken.get(path);
    if (earlier !== undefined) {
      const text = `${place}.inputs.artifacts[${index}].path '${path}' already mounted in ${earlier}`;
      reportError(checker, "argo/mount-clash", site, text, ["inputs", "artifacts", index, "path"]);
    }
    taken.set(path, `inputs.artifacts.${artifact.name ?? ""}`);
  }
}

/** Kubernetes refuses a pod whose mounts name no volume; Argo finds out only then, so this is a warning. */
function checkVolumes(checker: Checker, site: Site, template: Template, place: string): void {
  const { spec } = site.source;
  const names = new Set<string>();
  for (const { name = "" } of [...(spec.volumes ?? []), ...(template.volumes ?? [])]) names.add(name);
  for (const claim of spec.volumeClaimTemplates ?? []) names.add(claim.metadata?.name ?? "");
  // Templates of a stored object also get the volumes of the workflow that calls them.
  if (!site.local || checker.isTemplate) return;
  const check = (mounts: readonly VolumeMount[] | undefined, ...below: (string | number)[]): void => {
    for (const [index, { name = "" }] of (mounts ?? []).entries()) {
      if (names.has(name) || hasTag(name)) continue;
      const text = `${place} mounts volume '${name}', which the workflow does not have`;
      reportWarning(checker, "argo/unknown-volume", site, text, [...below, "volumeMounts", index]);
    }
  };
  check(template.container?.volumeMounts, "container");
  check(template.script?.volumeMounts, "script");
  for (const field of ["sidecars", "initContainers"] as const) {
    for (const [index, container] of (template[field] ?? []).entries())
      check(container.volumeMounts, field, index);
  }
}

function checkResource(
  checker: Checker,
  site: Site,
  resource: ResourceTemplate,
  template: Template,
  place: string,
): void {
  const { action = "", manifest, manifestFrom } = resource;
  if (!hasTag(action) && !actions.includes(action)) {
    const text = `${place}.action must be one of: get, create, apply, delete, replace, patch`;
    reportError(checker, "argo/bad-strategy", site, text, ["action"]);
  }
  if (action === "delete" || action === "get") return;
  if (!isKnown(manifest) && manifestFrom === undefined) {
    const text = `either ${place}.manifest or ${place}.manifestFrom must be specified`;
    return reportError(checker, "argo/bad-manifest", site, text);
  }
  if (isKnown(manifest) && manifestFrom !== undefined) {
    const rest = "specified in `Manifest` for resource template";
    const text = `shouldn't have both \`manifest\` and \`manifestFrom\` ${rest}`;
    reportError(checker, "argo/ambiguous-source", site, text);
  }
  const source = manifestFrom?.artifact;
  if (
    source !== undefined &&
    template.inputs?.artifacts?.some((input) => input.name === source.name) !== true
  ) {
    const text = `artifact ${source.name ?? ""} in \`manifestFrom\` refer to a non-exist artifact`;
    reportError(checker, "argo/bad-manifest", site, text, ["manifestFrom"]);
  }
  if (isKnown(manifest) && !canLoadYaml(manifest.replace(/\{\{.*?\}\}/gs, "placeholder"))) {
    reportError(checker, "argo/bad-manifest", site, `${place}.manifest must be a valid yaml`, ["manifest"]);
  }
}

function checkPlugin(checker: Checker, site: Site, template: Template): void {
  const count = Object.keys(template.plugin ?? {}).length;
  if (count === 1) return;
  reportError(checker, "argo/bad-plugin", site, `expected exactly one key, got ${count}`, ["plugin"]);
}
