/** Compares a run, as `get -o json` gives it, with what a script expects of it. */
import type { NodeWish, RunWish, Wanted } from "./script.ts";

interface NodeObject {
  readonly name: string;
  readonly displayName: string;
  readonly type: string;
  readonly phase: string;
  readonly message?: string;
  readonly children?: readonly string[];
  readonly estimatedDuration?: number;
  readonly inputs?: { readonly parameters?: readonly { readonly name: string; readonly value?: string }[] };
}

export interface RunObject {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly status: {
    readonly phase: string;
    readonly message?: string;
    readonly finishedAt?: string;
    readonly estimatedDuration?: number;
    readonly nodes?: Readonly<Record<string, NodeObject>>;
  };
}

/** Empty when the run is as wished; otherwise all that is not. */
export function compareRun(wish: RunWish, { metadata, status }: RunObject): string {
  const nodes = Object.values(status.nodes ?? {});
  const count = nodes.length;
  const { phase, nodeCount, nodeCountAtMost } = wish;
  const problems = [
    phase === undefined || phase.split("|").includes(status.phase)
      ? ""
      : `phase ${status.phase}, not ${phase}`,
    compareText("message", wish.message, status.message),
    wish.hasEnded === true && typeof status.finishedAt !== "string" ? "has not ended" : "",
    wish.waits === true && !nodes.some((node) => node.type === "Suspend" && node.phase === "Running")
      ? "nothing waits"
      : "",
    wish.works === true && !nodes.some((node) => node.type === "Pod" && node.phase === "Running")
      ? "nothing works"
      : "",
    wish.isEstimated === true && (status.estimatedDuration ?? 0) <= 0 ? "is not estimated" : "",
    nodeCount === undefined || count === nodeCount ? "" : `${count} nodes, not ${nodeCount}`,
    nodeCountAtMost === undefined || count <= nodeCountAtMost ? "" : `${count} nodes`,
    ...Object.entries(wish.annotations ?? {}).map(([name, value]) =>
      metadata.annotations?.[name] === value ? "" : `annotation ${name} is not ${value}`,
    ),
    ...Object.entries(wish.nodes ?? {}).map(([name, wanted]) =>
      compareNode(name.replace("{run}", metadata.name), wanted, nodes),
    ),
    ...Object.entries(wish.nodesOfType ?? {}).map(([type, wanted]) =>
      nodes.some((node) => node.type === type) &&
      nodes.every((node) => node.type !== type || node.phase === wanted)
        ? ""
        : `not every ${type} is ${wanted}`,
    ),
  ].filter((problem) => problem !== "");
  const shown = nodes.map((node) => `${node.name}=${node.phase}(${node.message ?? ""})`).join(" ");
  return problems.length === 0
    ? ""
    : `${metadata.name}: ${problems.join("; ")} | ${status.message ?? ""} | ${shown}`;
}

function compareText(what: string, wanted: Wanted | undefined, found = ""): string {
  if (wanted === undefined) return "";
  const isThere = typeof wanted === "string" ? found.includes(wanted) : wanted.test(found);
  return isThere ? "" : `${what} '${found}' is not ${String(wanted)}`;
}

function compareNode(name: string, wanted: NodeWish, nodes: readonly NodeObject[]): string {
  const node = nodes.find((one) => one.displayName === name) ?? nodes.find((one) => one.name === name);
  if (node === undefined) return wanted.isAbsent === true ? "" : `no node ${name}`;
  if (wanted.isAbsent === true) return `there is a node ${name}`;
  const { phase, type, childCount } = wanted;
  const problems = [
    phase === undefined || phase.split("|").includes(node.phase) ? "" : `is ${node.phase}, not ${phase}`,
    type === undefined || node.type === type ? "" : `is a ${node.type}, not a ${type}`,
    compareText("message", wanted.message, node.message),
    childCount === undefined || (node.children?.length ?? 0) === childCount
      ? ""
      : `${node.children?.length ?? 0} children, not ${childCount}`,
    wanted.isEstimated === true && (node.estimatedDuration ?? 0) <= 0 ? "is not estimated" : "",
    ...Object.entries(wanted.inputs ?? {}).map(([input, value]) =>
      node.inputs?.parameters?.some((one) => one.name === input && one.value === value) === true
        ? ""
        : `input ${input} is not ${value}`,
    ),
  ].filter((problem) => problem !== "");
  return problems.map((problem) => `node ${name} ${problem}`).join("; ");
}
