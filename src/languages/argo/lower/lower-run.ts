/** What holds for a run as a whole: its parameters, the arguments of the first call, rules, labels. */
import type { Dynamic } from "../../../model/plan/expression.ts";
import type { Argument, RunPolicy } from "../../../model/plan/plan.ts";
import type { Submission } from "../../../model/run/language.ts";
import type { TtlStrategy, WorkflowSpec } from "../read/types.ts";
import { lowerArtifactSource } from "./lower-artifacts.ts";
import { readParameterText } from "./lower-inputs.ts";
import { lowerLocks } from "./lower-policy.ts";
import { dialects, intern, lowerText, report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

/** Values of the workflow's parameters, those of the submission over the document's. */
export function lowerValues(
  desk: Lowering,
  spec: WorkflowSpec,
  submission: Submission,
  place: Place,
): Record<string, Dynamic<string>> {
  const values: Record<string, Dynamic<string>> = Object.create(null) as Record<string, Dynamic<string>>;
  for (const [index, parameter] of (spec.arguments?.parameters ?? []).entries()) {
    const { name = "" } = parameter;
    const at: Place = { document: place.document, path: [...place.path, "parameters", index] };
    const given = Object.hasOwn(submission.parameters, name) ? submission.parameters[name] : undefined;
    const text = given ?? readParameterText(desk, parameter, at);
    if (text === undefined) {
      report(
        desk,
        "error",
        "argo/missing-parameter",
        `spec.arguments.${name}.value or spec.arguments.${name}.valueFrom is required`,
        at,
        `give it with --parameter ${name}=...`,
      );
    } else if (parameter.enum !== undefined && !parameter.enum.includes(text)) {
      report(
        desk,
        "error",
        "argo/value-not-allowed",
        `value ${JSON.stringify(text)} of parameter ${name} is not one of ${parameter.enum.join(", ")}`,
        at,
      );
    } else values[name] = lowerValue(desk, text);
  }
  for (const [name, text] of Object.entries(submission.parameters)) values[name] ??= lowerValue(desk, text);
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === "string") desk.knownValues.set(name, value);
  }
  return values;
}

/**
 * The value of a workflow parameter may use what the run knows of itself. It may also be a text that only looks like
 * that, such as another document, so what cannot be replaced stays (Argo, substituteGlobalVariables).
 */
function lowerValue(desk: Lowering, text: string): Dynamic<string> {
  return text.includes("{{") ? intern(desk, dialects.globalText, text, "text") : text;
}

export function lowerEntryArguments(
  desk: Lowering,
  spec: WorkflowSpec,
  names: readonly string[],
  place: Place,
): readonly Argument[] {
  const parameters = names.map((name): Argument => ({
    port: name,
    kind: "value",
    value: lowerText(desk, `{{workflow.parameters.${name}}}`),
    optional: false,
  }));
  const artifacts = (spec.arguments?.artifacts ?? []).flatMap((artifact, index): readonly Argument[] => {
    const at: Place = { document: place.document, path: [...place.path, "artifacts", index] };
    const value = lowerArtifactSource(desk, artifact, at);
    return value === undefined ? [] : [{ port: artifact.name ?? "", kind: "file", value, optional: true }];
  });
  return [...parameters, ...artifacts];
}

export function lowerRunPolicy(desk: Lowering, spec: WorkflowSpec, syncPlace: Place): RunPolicy {
  const { parallelism, activeDeadlineSeconds, synchronization, suspend, priority, artifactGC } = spec;
  const locks = synchronization === undefined ? [] : lowerLocks(desk, synchronization, syncPlace);
  return {
    ...(parallelism === undefined || parallelism <= 0 ? {} : { attemptsAtMost: parallelism }),
    ...(activeDeadlineSeconds === undefined ? {} : { deadlineMs: activeDeadlineSeconds * 1000 }),
    ...(locks.length === 0 ? {} : { locks }),
    ...(priority === undefined || priority === 0 ? {} : { priority }),
    ...(desk.around.namespace === "default" ? {} : { namespace: desk.around.namespace }),
    ...(suspend === true ? { suspended: true } : {}),
    ...lowerTtl(spec.ttlStrategy),
    ...(artifactGC?.forceFinalizerRemoval === true ? { abandonsCopies: true } : {}),
    ...lowerClaimRemoval(spec),
  };
}

/** Claims that a workflow makes are deleted when it has succeeded, or when it has ended (Argo fields.md, VolumeClaimGC). */
function lowerClaimRemoval({
  volumeClaimTemplates,
  volumeClaimGC,
}: WorkflowSpec): Pick<RunPolicy, "dropsVolumes"> {
  if (volumeClaimTemplates === undefined || volumeClaimTemplates.length === 0) return {};
  return { dropsVolumes: volumeClaimGC?.strategy === "OnWorkflowCompletion" ? "ended" : "succeeded" };
}

/** The time of the end's own kind counts, else that of any end; an error is no failure here (Argo, workflow/gccontroller, ttl). */
function lowerTtl(strategy: TtlStrategy | undefined): Pick<RunPolicy, "keptMs"> {
  if (strategy === undefined) return {};
  const { secondsAfterCompletion: any, secondsAfterSuccess, secondsAfterFailure } = strategy;
  const seconds = { succeeded: secondsAfterSuccess ?? any, failed: secondsAfterFailure ?? any, errored: any };
  const kept = Object.entries(seconds).flatMap(([end, time]) =>
    time === undefined ? [] : [[end, time * 1000] as const],
  );
  return kept.length === 0 ? {} : { keptMs: Object.fromEntries(kept) };
}

export function lowerLabels(desk: Lowering, spec: WorkflowSpec): Record<string, Dynamic<string>> {
  const labels: Record<string, Dynamic<string>> = {};
  for (const [name, { expression }] of Object.entries(spec.workflowMetadata?.labelsFrom ?? {})) {
    labels[name] = intern(desk, dialects.expr, expression ?? "", "text");
  }
  return labels;
}
