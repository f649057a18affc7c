/** One template becomes one process. */
import type { Expression } from "../../../model/plan/expression.ts";
import type { Argument, Body, HttpRequest, Process } from "../../../model/plan/plan.ts";
import type { Templated } from "../../../model/plan/expression.ts";
import { decodeBase64 } from "../../../expressions/go/base64.ts";
import { decodeUtf8 } from "../../../expressions/go/utf8.ts";
import type { HttpHeader, HttpTemplate, Template } from "../read/types.ts";
import { findKey, reportMissingKey } from "./lower-environment.ts";
import { listContainers, noteHints } from "./lower-hints.ts";
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
import { dialects, intern, lowerText, report } from "./lowering.ts";
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
  if (template.http !== undefined) return lowerHttp(desk, template.http, place);
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

/** Argo fields.md, HTTP: GET, 30 s, any 2xx unless the document says otherwise. */
function lowerHttp(desk: Lowering, http: HttpTemplate, place: Place): Body {
  const body = readBody(desk, http, place);
  const request: Templated<HttpRequest> = {
    method: lowerText(desk, http.method === undefined || http.method === "" ? "GET" : http.method),
    url: lowerText(desk, http.url ?? ""),
    headers: (http.headers ?? []).flatMap((header) => lowerHeader(desk, header, place)),
    ...(body === undefined ? {} : { body }),
    timeoutMs: (http.timeoutSeconds ?? 30) * 1000,
    verifyTls: http.insecureSkipVerify !== true,
  };
  const { successCondition } = http;
  if (successCondition === undefined || successCondition === "") return { kind: "request", request };
  return { kind: "request", request, accept: intern(desk, dialects.expr, successCondition, "boolean") };
}

function readBody(desk: Lowering, http: HttpTemplate, place: Place): string | Expression | undefined {
  const bytes = http.bodyFrom?.bytes;
  if (bytes === undefined)
    return http.body === undefined || http.body === "" ? undefined : lowerText(desk, http.body);
  const decoded = decodeBase64(bytes);
  if (typeof decoded !== "number") return decodeUtf8(decoded);
  report(desk, "error", "argo/not-base64", "bodyFrom.bytes must be base64 text", {
    document: place.document,
    path: [...place.path, "http", "bodyFrom"],
  });
  return undefined;
}

function lowerHeader(
  desk: Lowering,
  header: HttpHeader,
  place: Place,
): readonly Templated<HttpRequest>["headers"][number][] {
  const name = lowerText(desk, header.name ?? "");
  const selector = header.valueFrom?.secretKeyRef;
  if (selector === undefined) return [{ name, value: lowerText(desk, header.value ?? ""), secret: false }];
  const value = findKey(desk, selector, "Secret");
  if (value !== undefined) return [{ name, value: lowerText(desk, value), secret: true }];
  if (selector.optional !== true)
    reportMissingKey(desk, selector, "Secret", {
      document: place.document,
      path: [...place.path, "http", "headers"],
    });
  return [];
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
