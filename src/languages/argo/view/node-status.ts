/** One node of `status.nodes` (Argo fields.md, NodeStatus). */
import { unreachable } from "../../../base/errors.ts";
import type { JsonObject } from "../../../base/json.ts";
import { isExpression } from "../../../model/plan/expression.ts";
import type { Expression } from "../../../model/plan/expression.ts";
import { hasEnded, taskKinds } from "../../../model/run/phase.ts";
import type { CommandEnding } from "../../../model/run/attempt.ts";
import type { Outlook } from "../../../model/run/outlook.ts";
import type { RunState } from "../../../model/run/run-state.ts";
import { ownAddress, timeToText } from "../evaluate/sibling-values.ts";
import { signalExitCode } from "../../../base/signals.ts";
import type { Edges } from "./edges.ts";
import { displayName, nameToId, nodeName } from "./node-names.ts";
import { nodeMessage, nodePhase, phaseWord } from "./node-message.ts";
import { describeEstimate, describeInputs, describeOutputs, describeResources } from "./node-values.ts";
import type { Resources } from "./node-values.ts";
import { describeNodeWait } from "./synchronization-status.ts";
import { findBoundary, findProcess, nodeType } from "./tree.ts";

/** What is known of all nodes when one is described. */
export interface StatusContext {
  readonly state: RunState;
  readonly edges: Edges;
  readonly id: (task: number) => string;
  readonly resources: readonly (Resources | undefined)[];
  readonly done: Int32Array;
  readonly total: Int32Array;
  readonly outlook: Outlook;
}

export function describeNode(context: StatusContext, task: number): JsonObject {
  const { state, edges, id, outlook } = context;
  const { tasks } = state;
  const boundary = findBoundary(state, task);
  const message = nodeMessage(state, task) || (outlook.left?.get(task)?.says ?? "");
  const type = nodeType(state, task);
  const children = [
    ...[...(edges.children.get(task) ?? [])].map(id),
    ...findContainers(state, task)
      .filter(({ after }) => after.length === 0)
      .map(({ nodeId }) => nodeId),
  ];
  const outbound = type === "Steps" || type === "DAG" ? edges.outbound(task).map(id) : [];
  const startedAt = tasks.startedAt[task] ?? 0;
  const endedAt = tasks.endedAt[task] ?? 0;
  const host = state.attemptFacts.get(task)?.host;
  return {
    id: id(task),
    name: nodeName(state, task),
    displayName: displayName(state, task),
    type,
    ...describeTemplate(state, task),
    phase: nodePhase(state, task),
    ...optional("boundaryID", boundary < 0 ? undefined : id(boundary)),
    ...optional("message", message === "" ? undefined : message),
    startedAt: startedAt === 0 ? null : timeToText(startedAt),
    finishedAt: endedAt === 0 || !hasEnded(tasks.phase[task] ?? 0) ? null : timeToText(endedAt),
    ...optional(
      "progress",
      (context.total[task] ?? 0) === 0 ? undefined : `${context.done[task] ?? 0}/${context.total[task] ?? 0}`,
    ),
    ...optional("estimatedDuration", describeEstimate(findEstimate(context, task))),
    ...optional("resourcesDuration", describeResources(context.resources[task])),
    ...optional("inputs", describeInputs(state, task)),
    ...optional("outputs", describeOutputs(state, task)),
    ...(children.length === 0 ? {} : { children }),
    ...(outbound.length === 0 ? {} : { outboundNodes: outbound }),
    ...optional("hostNodeName", host),
    ...describeDaemon(state, task),
    ...optional("nodeFlag", describeFlag(state, task)),
    ...optional("memoizationStatus", describeMemo(state, task)),
    ...optional("synchronizationStatus", describeNodeWait(state, task)),
  };
}

/** The first task is estimated as the run is, all others by the mean of their template. */
function findEstimate({ state, outlook }: StatusContext, task: number): number | undefined {
  const id = findProcess(state, task)?.id;
  if (outlook.estimate === undefined || id === undefined) return undefined;
  return task === 0 ? outlook.estimate.runMs : outlook.estimate.byProcess[id];
}

function optional<K extends string, V>(name: K, value: V | undefined): { readonly [key in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [key in K]: V });
}

/** Argo fields.md, MemoizationStatus: known once the cache has answered. The namespace is no part of a cache's name. */
function describeMemo(state: RunState, task: number): JsonObject | undefined {
  const memo = state.memos.get(task);
  if (memo === undefined || memo.state === "asked") return undefined;
  const cacheName = memo.cache.slice(memo.cache.indexOf("/") + 1);
  return { hit: memo.state === "hit", key: memo.key, cacheName };
}

/** What others see of a daemon that is ready; a task with retries shows its last attempt's. */
function describeDaemon(state: RunState, task: number): JsonObject {
  const worker = state.attempts.get(task)?.at(-1) ?? task;
  return state.serving.has(worker) ? { daemoned: true, podIP: ownAddress } : {};
}

function describeFlag(state: RunState, task: number): JsonObject | undefined {
  const kind = state.tasks.kind[task];
  if (kind === taskKinds.hook) return { hooked: true };
  return kind === taskKinds.attempt ? { retried: true } : undefined;
}

/** Name of the template, or the reference to a stored one, and where its name was looked up. */
export function describeTemplate(state: RunState, task: number): JsonObject {
  const owner = findBoundary(state, task);
  const around = owner < 0 ? "" : (findProcess(state, owner)?.id ?? "");
  const space = spaceOf(around);
  const own = state.tasks.kind[task] === taskKinds.stage ? undefined : findProcess(state, task)?.id;
  const templateScope = scopeName(state, space);
  if (own === undefined || own.includes(">")) return { templateScope };
  const home = spaceOf(own);
  const template = own.slice(home.length);
  if (home === space) return { templateName: template, templateScope };
  const isCluster = home.startsWith("cluster:");
  const name = home.slice(isCluster ? "cluster:".length : 0, -1);
  return { templateRef: { name, template, ...(isCluster ? { clusterScope: true } : {}) }, templateScope };
}

/** The prefix of a process id that says in which object its template stands. */
function spaceOf(id: string): string {
  return id.slice(0, id.indexOf("/") + 1);
}

function scopeName(state: RunState, space: string): string {
  if (space === "") {
    const scope = state.index.plan.notes["templateScope"];
    return typeof scope === "string" ? scope : `local/${state.name}`;
  }
  return space.startsWith("cluster:")
    ? `cluster/${space.slice("cluster:".length, -1)}`
    : `namespaced/${space.slice(0, -1)}`;
}

interface ContainerNode {
  readonly name: string;
  readonly nodeId: string;
  readonly after: readonly string[];
}

/** The commands of an attempt that has several: nodes of type Container (Argo, containerSet). */
function findContainers(state: RunState, task: number): readonly ContainerNode[] {
  const body = findProcess(state, task)?.body;
  if (body?.kind !== "task" || nodeType(state, task) !== "Pod") return [];
  const mains = body.task.commands.filter(({ role }) => role === "main");
  if (mains.length < 2) return [];
  const own = nodeName(state, task);
  return mains.map(({ name, after }) => ({
    name: sourceOf(name),
    nodeId: nameToId(state, `${own}.${sourceOf(name)}`),
    after: after.map(sourceOf),
  }));
}

/** Names of containers have no tags in a valid document. */
function sourceOf(name: string | Expression): string {
  return isExpression(name) ? name.source : name;
}

/** Container nodes of a task, when it has several commands. */
export function describeContainers(
  context: StatusContext,
  task: number,
): readonly (JsonObject & { readonly id: string })[] {
  const { state } = context;
  const containers = findContainers(state, task);
  const endings = state.reasons.get(task)?.commands;
  return containers.map(({ name, nodeId }) => {
    const { phase, message } = describeEnding(endings?.[name], phaseWord(state.tasks.phase[task] ?? 0));
    const children = containers.filter(({ after }) => after.includes(name)).map((one) => one.nodeId);
    return {
      id: nodeId,
      name: `${nodeName(state, task)}.${name}`,
      displayName: name,
      type: "Container",
      ...describeTemplate(state, task),
      phase,
      boundaryID: context.id(task),
      ...(message === "" ? {} : { message }),
      startedAt:
        (state.tasks.startedAt[task] ?? 0) === 0 ? null : timeToText(state.tasks.startedAt[task] ?? 0),
      finishedAt: (state.tasks.endedAt[task] ?? 0) === 0 ? null : timeToText(state.tasks.endedAt[task] ?? 0),
      ...(children.length === 0 ? {} : { children }),
    };
  });
}

function describeEnding(
  ending: CommandEnding | undefined,
  otherwise: string,
): { readonly phase: string; readonly message: string } {
  if (ending === undefined) return { phase: otherwise, message: "" };
  switch (ending.kind) {
    case "exited":
      return ending.code === 0
        ? { phase: "Succeeded", message: "" }
        : { phase: "Failed", message: `Error (exit code ${ending.code})` };
    case "signaled":
      return { phase: "Failed", message: `Error (exit code ${signalExitCode(ending.signal)})` };
    case "not-run":
      return { phase: "Omitted", message: "" };
    default:
      return unreachable(ending);
  }
}
