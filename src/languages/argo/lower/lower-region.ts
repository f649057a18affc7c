/** Templates with children: steps become stages, a dag becomes a graph. */
import type { Argument, Body, Node, Pointer, Region } from "../../../model/plan/plan.ts";
import type { DagTemplate, Template } from "../read/types.ts";
import { lowerDepends } from "./lower-depends.ts";
import { lowerNode } from "./lower-node.ts";
import { dialects, intern } from "./lowering.ts";
import type { Lowering, PendingProcess, Place } from "./lowering.ts";
import { noteResults } from "./owner.ts";
import type { Owner } from "./owner.ts";

/** The body of a steps or dag template; notes which results its texts need. */
export function lowerRegion(
  desk: Lowering,
  pending: PendingProcess,
  template: Template,
  entryArguments: readonly Argument[],
): Body {
  const members = template.dag?.tasks ?? (template.steps ?? []).flat();
  const indexOf = new Map<string, number>();
  members.forEach((member, index) => indexOf.set(member.name ?? "", index));
  const owner: Owner = {
    id: pending.id,
    template,
    space: pending.space,
    indexOf,
    mentioned: new Set(),
    mentionsAny: false,
  };
  noteOutputs(owner, template);
  const place: Place = { document: pending.source.document, path: pending.source.path };
  const region =
    template.dag === undefined
      ? lowerSteps(desk, owner, template, place, entryArguments)
      : lowerDag(desk, owner, template, template.dag, place, entryArguments);
  markCaptured(desk, owner, region.nodes);
  return { kind: "region", region };
}

function lowerSteps(
  desk: Lowering,
  owner: Owner,
  template: Template,
  place: Place,
  entryArguments: readonly Argument[],
): Region {
  const nodes: Node[] = [];
  const stages: number[][] = [];
  (template.steps ?? []).forEach((group, stage) => {
    const members: number[] = [];
    group.forEach((step, index) => {
      const at: Place = { document: place.document, path: [...place.path, "steps", stage, index] };
      const node = lowerNode(desk, owner, step, noOrder, at, entryArguments);
      if (node === undefined) return;
      members.push(nodes.length);
      nodes.push(node);
    });
    stages.push(members);
  });
  return { nodes, order: { kind: "stages", stages }, ...lowerLimits(template), errorCountsAs: "failed" };
}

function lowerDag(
  desk: Lowering,
  owner: Owner,
  template: Template,
  dag: DagTemplate,
  place: Place,
  entryArguments: readonly Argument[],
): Region {
  const tasks = dag.tasks ?? [];
  const nodes: Node[] = [];
  const { document } = place;
  const path: Pointer = [...place.path, "dag", "tasks"];
  tasks.forEach((task, index) => {
    const at: Place = { document, path: [...path, index] };
    const order = lowerDepends(desk, task, tasks, owner.indexOf, at);
    const node = lowerNode(desk, owner, task, order, at, entryArguments);
    if (node !== undefined) nodes.push(node);
  });
  const targets = lowerTargets(desk, owner, dag.target) ?? listLeavesByName(nodes);
  return {
    nodes,
    order: {
      kind: "graph",
      ...(targets === undefined ? {} : { targets }),
      // Argo starts whatever its dependencies allow before it looks at the phases of targets (dag.go, executeDAG), whatever
      // `failFast` says: documents count on that for their tasks that run after a failure.
      stopOnFailure: false,
      // With failFast off Argo looks at all targets, and the last bad one decides (dag.go, assessDAGPhase).
      ...(dag.failFast === false ? { blames: "last" } : {}),
    },
    ...lowerLimits(template),
    errorCountsAs: "errored",
  };
}

function lowerTargets(
  desk: Lowering,
  owner: Owner,
  target: string | undefined,
): readonly number[] | ReturnType<typeof intern> | undefined {
  if (target === undefined || target.trim() === "") return undefined;
  if (target.includes("{{")) return intern(desk, dialects.text, target, "text");
  return target
    .trim()
    .split(/\s+/u)
    .flatMap((name) => owner.indexOf.get(name) ?? []);
}

/**
 * Without a `target` the tasks that nobody depends on are asked for their phases in the order of their names
 * (Argo, findLeafTaskNames). Undefined where that is the order of the document, as the plan has it by itself.
 */
function listLeavesByName(nodes: readonly Node[]): readonly number[] | undefined {
  const needed = new Set(nodes.flatMap(({ needs }) => needs));
  const leaves = [...nodes.keys()].filter((local) => !needed.has(local));
  const nameOf = (local: number | undefined): string => nodes[local ?? -1]?.name ?? "";
  if (leaves.every((local, place) => place === 0 || nameOf(leaves[place - 1]) <= nameOf(local)))
    return undefined;
  return leaves.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function lowerLimits(template: Template): {
  readonly endOnFailure: boolean;
  readonly childrenAtMost?: number;
} {
  const { failFast, parallelism } = template;
  return {
    endOnFailure: failFast ?? false,
    ...(parallelism === undefined || parallelism <= 0 ? {} : { childrenAtMost: parallelism }),
  };
}

const noOrder = { needs: [] } as const;

function noteOutputs(owner: Owner, template: Template): void {
  for (const { value, valueFrom } of template.outputs?.parameters ?? []) {
    noteResults(owner, value);
    noteResults(owner, valueFrom?.parameter);
    noteResults(owner, valueFrom?.expression);
  }
  for (const artifact of template.outputs?.artifacts ?? []) noteResults(owner, artifact.fromExpression);
  if (template.dag?.target !== undefined) noteResults(owner, template.dag.target);
}

/** Marks the processes behind the mentioned nodes; a call that is only known at run time may be any. */
function markCaptured(desk: Lowering, owner: Owner, nodes: readonly Node[]): void {
  if (owner.mentioned.size === 0 && !owner.mentionsAny) return;
  for (const node of nodes) {
    if (!owner.mentionsAny && !owner.mentioned.has(node.name)) continue;
    if (node.call.kind === "named") desk.captureAll = true;
    else desk.captured.add(node.call.process);
  }
}
