/** `status` of a workflow (Argo fields.md, WorkflowStatus). */
import type { Json, JsonObject } from "../../../base/json.ts";
import type { Outlook } from "../../../model/run/outlook.ts";
import type { RunState } from "../../../model/run/run-state.ts";
import { jsonToText } from "../evaluate/json-text.ts";
import { timeToText } from "../evaluate/sibling-values.ts";
import { collectEdges } from "./edges.ts";
import { describeOutcome } from "./node-message.ts";
import { nodeId } from "./node-names.ts";
import { describeContainers, describeNode } from "./node-status.ts";
import type { StatusContext } from "./node-status.ts";
import { describeEstimate, describeFile, describeResources, sumTree, sumWhole } from "./node-values.ts";
import { describeSynchronization } from "./synchronization-status.ts";
import { isVisible } from "./tree.ts";

export function describeStatus(state: RunState, outlook: Outlook = {}): JsonObject {
  const { phase, message } = describeOutcome(state);
  const sums = sumTree(state, outlook.reported);
  const nodes = describeNodes(state, sums, outlook);
  const whole = sumWhole(state, outlook.reported);
  const estimated = describeEstimate(outlook.estimate?.runMs);
  const resources = describeResources(sums.resources[0]);
  const outputs = describePublished(state);
  const synchronization = describeSynchronization(state);
  return {
    phase,
    ...(message === "" ? {} : { message }),
    startedAt: state.startedAt === 0 ? null : timeToText(state.startedAt),
    finishedAt: state.ended === undefined ? null : timeToText(state.endedAt),
    progress: `${whole.done}/${whole.total}`,
    ...(estimated === undefined ? {} : { estimatedDuration: estimated }),
    ...(resources === undefined ? {} : { resourcesDuration: resources }),
    ...(Object.keys(nodes).length === 0 ? {} : { nodes }),
    ...(outputs === undefined ? {} : { outputs }),
    ...(synchronization === undefined ? {} : { synchronization }),
    conditions: [
      { type: "PodRunning", status: state.running.size > 0 ? "True" : "False" },
      ...(state.ended === undefined ? [] : [{ type: "Completed", status: "True" }]),
      ...(outlook.metricProblems === undefined
        ? []
        : [{ type: "MetricsError", status: "True", message: outlook.metricProblems.join(", ") }]),
    ],
    ...(state.suspended ? { suspended: true } : {}),
  };
}

function describeNodes(state: RunState, sums: ReturnType<typeof sumTree>, outlook: Outlook): JsonObject {
  const ids = new Map<number, string>();
  const id = (task: number): string => {
    const known = ids.get(task) ?? nodeId(state, task);
    ids.set(task, known);
    return known;
  };
  const context: StatusContext = { state, edges: collectEdges(state), id, outlook, ...sums };
  const nodes: [string, Json][] = [];
  for (let task = 0; task < state.tasks.size; task += 1) {
    if (!isVisible(state, task)) continue;
    nodes.push([id(task), describeNode(context, task)]);
    for (const container of describeContainers(context, task)) nodes.push([container.id, container]);
  }
  return Object.fromEntries(nodes);
}

/** Outputs that were published for the whole run. */
function describePublished(state: RunState): JsonObject | undefined {
  const parameters = Object.entries(state.publishedValues).map(([name, value]) => ({
    name,
    value: jsonToText(value),
  }));
  const artifacts = Object.entries(state.publishedFiles).map(([name, file]) =>
    describeFile(name, file, undefined),
  );
  if (parameters.length === 0 && artifacts.length === 0) return undefined;
  return {
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(artifacts.length === 0 ? {} : { artifacts }),
  };
}
