/**
 * What can be computed once from a plan: flat numbers for nodes, who waits for whom, which process is a leaf.
 * The engine works on these; building them is linear in the size of the plan.
 */
import { assertInvariant } from "../../base/errors.ts";
import type { Node, Plan, Process, Region } from "./plan.ts";

/** A region with its orders turned around. */
export interface RegionIndex {
  readonly region: Region;
  readonly process: number;
  /** Flat number of the region's first node. */
  readonly nodeBase: number;
  /** Nodes that wait for node i: dependents[dependentStart[i] .. dependentStart[i+1]), local indexes. */
  readonly dependentStart: Int32Array;
  readonly dependents: Int32Array;
  /** Stage of each node; empty for graphs. */
  readonly stageOf: Int32Array;
  /** Local indexes of the nodes that nobody needs. */
  readonly leaves: readonly number[];
  readonly byName: ReadonlyMap<string, number>;
}

export interface PlanIndex {
  readonly plan: Plan;
  readonly processById: ReadonlyMap<string, number>;
  /** All nodes of all regions by flat number. */
  readonly nodes: readonly Node[];
  /** Index of the process whose region holds the node with this flat number. */
  readonly nodeOwner: Int32Array;
  /** By process; undefined where the body is not a region. */
  readonly regions: readonly (RegionIndex | undefined)[];
  /**
   * By process: a task body with nothing that must be decided before there is room for it
   * (no retries, locks, kept results or queue limits), so that a call is bound only when it starts.
   */
  readonly startsLate: readonly boolean[];
}

export function indexPlan(plan: Plan): PlanIndex {
  const nodes: Node[] = [];
  const owners: number[] = [];
  const regions: (RegionIndex | undefined)[] = [];
  const processById = new Map<string, number>();
  plan.processes.forEach((process, number) => {
    assertInvariant(!processById.has(process.id), `process ids are unique: ${process.id}`);
    processById.set(process.id, number);
    if (process.body.kind !== "region") {
      regions.push(undefined);
      return;
    }
    regions.push(indexRegion(process.body.region, number, nodes.length));
    for (const node of process.body.region.nodes) {
      nodes.push(node);
      owners.push(number);
    }
  });
  return {
    plan,
    processById,
    nodes,
    nodeOwner: Int32Array.from(owners),
    regions,
    startsLate: plan.processes.map(mayStartLate),
  };
}

function mayStartLate(process: Process): boolean {
  const { retry, taskTimeoutMs, queueTimeoutMs, locks, memo } = process.policy;
  return (
    process.body.kind === "task" &&
    retry === undefined &&
    taskTimeoutMs === undefined &&
    queueTimeoutMs === undefined &&
    locks === undefined &&
    memo === undefined
  );
}

function indexRegion(region: Region, process: number, nodeBase: number): RegionIndex {
  const size = region.nodes.length;
  const dependentStart = new Int32Array(size + 1);
  const byName = new Map<string, number>();
  const stageOf = new Int32Array(region.order.kind === "stages" ? size : 0);
  region.nodes.forEach((node, index) => {
    byName.set(node.name, index);
    for (const need of node.needs) dependentStart[need + 1] = (dependentStart[need + 1] ?? 0) + 1;
  });
  for (let index = 0; index < size; index += 1) {
    dependentStart[index + 1] = (dependentStart[index + 1] as number) + (dependentStart[index] as number);
  }
  const dependents = new Int32Array(dependentStart[size] as number);
  const fill = dependentStart.slice(0, size);
  region.nodes.forEach((node, index) => {
    for (const need of node.needs) {
      dependents[fill[need] as number] = index;
      fill[need] = (fill[need] as number) + 1;
    }
  });
  if (region.order.kind === "stages") {
    region.order.stages.forEach((members, stage) => members.forEach((member) => (stageOf[member] = stage)));
  }
  const leaves = region.nodes.flatMap((_, index) =>
    dependentStart[index] === dependentStart[index + 1] ? [index] : [],
  );
  return { region, process, nodeBase, dependentStart, dependents, stageOf, leaves, byName };
}
