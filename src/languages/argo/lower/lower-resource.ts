/**
 * A resource template becomes a request to the objects that this house keeps (Argo fields.md, ResourceTemplate).
 * It is done when the success condition holds, and at once without one; any requirement of the failure condition fails
 * it (Argo, workflow/executor/resource.go). Kinds that nobody keeps here are refused when the task runs, because a
 * manifest may have tags; what is plainly of such a kind is warned about.
 */
import type { Body, ObjectRequestTemplate, TaskInput } from "../../../model/plan/plan.ts";
import type { Artifact, ResourceTemplate, Template } from "../read/types.ts";
import { lowerTaskInput } from "./lower-task.ts";
import { dialects, intern, lowerText, report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

/** Kinds that can be acted on here. */
const keptKinds: readonly string[] = [
  "Workflow",
  "WorkflowTemplate",
  "ClusterWorkflowTemplate",
  "CronWorkflow",
  "ConfigMap",
  "Secret",
];

export function lowerResource(
  desk: Lowering,
  template: Template,
  resource: ResourceTemplate,
  place: Place,
): Extract<Body, { kind: "request" }> {
  const { action = "", manifest = "", successCondition = "", failureCondition = "" } = resource;
  const at = (...path: string[]): Place => ({
    document: place.document,
    path: [...place.path, "resource", ...path],
  });
  warnAboutKind(desk, manifest, at("manifest"));
  const file = findManifestFile(template, resource);
  warnAboutKind(desk, file?.raw?.data ?? "", at("manifestFrom"));
  const request: ObjectRequestTemplate = {
    action: lowerText(desk, action),
    manifest: lowerText(desk, manifest),
    mergeStrategy: lowerText(desk, resource.mergeStrategy ?? "strategic"),
    flags: (resource.flags ?? []).map((flag) => lowerText(desk, flag)),
    isOwned: resource.setOwnerReference === true,
    isWatched: action !== "delete" && (successCondition !== "" || failureCondition !== ""),
  };
  return {
    kind: "request",
    request,
    ...lowerManifestFile(desk, file),
    ...lowerCondition(desk, "accept", successCondition, dialects.allRequirements),
    ...lowerCondition(desk, "refuse", failureCondition, dialects.anyRequirement),
  };
}

/** The input artifact that has the manifest. */
function findManifestFile(template: Template, { manifestFrom }: ResourceTemplate): Artifact | undefined {
  const name = manifestFrom?.artifact?.name;
  if (name === undefined) return undefined;
  return template.inputs?.artifacts?.find((input) => input.name === name) ?? { name };
}

/** The manifest is the content of an input artifact as it is: tags in it are not replaced (Argo, StageFiles). */
function lowerManifestFile(
  desk: Lowering,
  artifact: Artifact | undefined,
): { readonly manifestFrom?: TaskInput } {
  if (artifact === undefined) return {};
  const path = artifact.path === undefined || artifact.path === "" ? "/manifest" : artifact.path;
  const [input] = lowerTaskInput(desk, { ...artifact, path });
  return input === undefined ? {} : { manifestFrom: input };
}

function lowerCondition(desk: Lowering, field: "accept" | "refuse", source: string, dialect: string) {
  return source === "" ? {} : { [field]: intern(desk, dialect, source, "boolean") };
}

function warnAboutKind(desk: Lowering, manifest: string, place: Place): void {
  const kind = /^kind:[ \t]*["']?([A-Za-z]+)["']?[ \t]*$/m.exec(manifest)?.[1];
  if (kind === undefined || keptKinds.includes(kind)) return;
  const message = `objects of kind ${kind} are kept by a cluster only; the task will fail`;
  report(
    desk,
    "warning",
    "argo/unsupported-kind",
    message,
    place,
    `kinds that are kept here: ${keptKinds.join(", ")}`,
  );
}
