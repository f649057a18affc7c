/** One template becomes one process. */
import type { Argument, Body, Process } from "../../../model/plan/plan.ts";
import type { HttpTemplate, Template } from "../read/types.ts";
import { listContainers, noteHints } from "./lower-hints.ts";
import { lowerHttp } from "./lower-http.ts";
import { lowerPorts } from "./lower-inputs.ts";
import { lowerData } from "./lower-data.ts";
import { lowerMetrics } from "./lower-metrics.ts";
import { lowerDuration } from "./lower-numbers.ts";
import { applyPodPatches } from "./apply-pod-patch.ts";
import { lowerOutputs } from "./lower-outputs.ts";
import { lowerPolicy } from "./lower-policy.ts";
import { lowerResource } from "./lower-resource.ts";
import { lowerRegion } from "./lower-region.ts";
import { lowerTask } from "./lower-task.ts";
import { lowerText, report } from "./lowering.ts";
import type { Lowering, PendingProcess, Place } from "./lowering.ts";
import { mergeTemplateDefaults } from "./merge-template.ts";

/** Lowers a reserved process. Templates that need a cluster are errors, because they can be reached. */
export function lowerTemplate(
  desk: Lowering,
  pending: PendingProcess,
  entryArguments: readonly Argument[],
): Process {
  const place: Place = { document: pending.source.document, path: pending.source.path };
  const own = mergeTemplateDefaults(pending.source.template, desk.templateDefaults);
  const template = applyPodPatches(desk, own, place);
  noteTemplateHints(desk, template, place);
  const metrics = lowerMetrics(desk, template.metrics);
  if (metrics.needsResult) desk.captured.add(pending.index);
  const isRegion = template.steps !== undefined || template.dag !== undefined;
  const isLeaf = !isRegion;
  const runsCommands =
    template.container !== undefined || template.script !== undefined || template.containerSet !== undefined;
  return {
    id: pending.id,
    inputs: lowerPorts(desk, template, place),
    body: isRegion
      ? lowerRegion(desk, pending, template, entryArguments)
      : lowerLeaf(desk, template, runsCommands, place),
    outputs: lowerOutputs(desk, template, isLeaf, place),
    policy: {
      ...lowerPolicy(desk, template, isLeaf, place),
      ...(template.daemon === true && runsCommands ? { service: true as const } : {}),
    },
    ...(metrics.list.length === 0 ? {} : { metrics: metrics.list }),
    at: pending.source.path,
  };
}

const nothing: Body = { kind: "eval" };

function lowerLeaf(desk: Lowering, template: Template, runsCommands: boolean, place: Place): Body {
  if (runsCommands) return { kind: "task", task: lowerTask(desk, template, place) };
  if (template.suspend !== undefined) return lowerSuspend(desk, template, place);
  if (template.http !== undefined) return lowerRequest(desk, template.http, place);
  if (template.resource !== undefined) return lowerResource(desk, template, template.resource, place);
  if (template.data !== undefined) return lowerData(desk, template, template.data, place);
  const kind = (["plugin"] as const).find((one) => template[one] !== undefined);
  if (kind === undefined) {
    report(
      desk,
      "error",
      "argo/empty-template",
      `template ${JSON.stringify(template.name ?? "")} has no body`,
      place,
      "give it one of container, script, steps, dag, suspend, http, containerSet, data",
    );
    return nothing;
  }
  const needs = {
    plugin: "an executor plugin",
  }[kind];
  report(
    desk,
    "error",
    `argo/unsupported-${kind}`,
    `template ${JSON.stringify(template.name ?? "")} needs ${needs}, which is not supported yet`,
    { document: place.document, path: [...place.path, kind] },
  );
  return nothing;
}

function lowerSuspend(desk: Lowering, template: Template, place: Place): Body {
  const duration = template.suspend?.duration;
  if (duration === undefined || duration === "") return { kind: "wait" };
  const at = { document: place.document, path: [...place.path, "suspend", "duration"] };
  const durationMs = lowerDuration(desk, duration, "suspend.duration", at);
  return durationMs === undefined ? { kind: "wait" } : { kind: "wait", durationMs };
}

function lowerRequest(desk: Lowering, http: HttpTemplate, place: Place): Body {
  const at = { document: place.document, path: [...place.path, "http"] };
  return { kind: "request", ...lowerHttp(desk, http, at, (source) => lowerText(desk, source)) };
}

function noteTemplateHints(desk: Lowering, template: Template, place: Place): void {
  const { daemon, container, script, containerSet } = template;
  if (daemon === true && (container ?? script ?? containerSet) === undefined)
    report(desk, "warning", "argo/no-effect", "daemon has an effect only where a container runs", {
      document: place.document,
      path: [...place.path, "daemon"],
    });
  noteHints(desk, "Template", template, place);
  for (const [, container] of listContainers(template)) noteHints(desk, "Container", container, place);
  if (template.retryStrategy !== undefined)
    noteHints(desk, "RetryStrategy", template.retryStrategy, {
      document: place.document,
      path: [...place.path, "retryStrategy"],
    });
}
