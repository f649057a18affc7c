/**
 * Which names of the environment an expression refers to, as far as the text tells.
 */
import type { ExprNode, MemberNode } from "./ast.ts";

interface Walk {
  readonly paths: Map<string, readonly string[]>;
  /** Names bound by `let` around the current node. */
  readonly bound: string[];
}

function record(walk: Walk, path: readonly string[]): void {
  walk.paths.set(JSON.stringify(path), path);
}

/** `$env.a.b` and `$env["a"].b` mean `a.b`. */
function dropEnv(path: readonly string[]): readonly string[] {
  return path[0] === "$env" ? path.slice(1) : path;
}

interface StaticPath {
  readonly root: ExprNode;
  readonly path: string[];
  /** Computed indexes met on the way; they are expressions of their own. */
  readonly dynamic: readonly ExprNode[];
}

/** Follows members down to what they start from; a computed index cuts off what stands behind it. */
function tracePath(node: MemberNode): StaticPath {
  let path: string[] = [];
  const dynamic: ExprNode[] = [];
  let current: ExprNode = node;
  for (;;) {
    if (current.kind === "chain") {
      current = current.inner;
    } else if (current.kind === "member") {
      if (current.property.kind === "string") {
        path.unshift(current.property.value);
      } else {
        path = [];
        dynamic.push(current.property);
      }
      current = current.object;
    } else {
      return { root: current, path, dynamic };
    }
  }
}

function walkMember(walk: Walk, node: MemberNode): void {
  const { root, path, dynamic } = tracePath(node);
  for (const index of dynamic) walkNode(walk, index);
  if (root.kind !== "identifier") walkNode(walk, root);
  else if (!walk.bound.includes(root.name)) record(walk, dropEnv([root.name, ...path]));
}

/** A method or a function of the environment: the function itself is what is referred to. */
function walkCallee(walk: Walk, callee: ExprNode): void {
  if (callee.kind === "identifier" && !walk.bound.includes(callee.name)) record(walk, [callee.name]);
  else walkNode(walk, callee);
}

function walkBinary(walk: Walk, node: ExprNode): void {
  const rights: ExprNode[] = [];
  let current = node;
  while (current.kind === "binary") {
    rights.push(current.right);
    current = current.left;
  }
  walkNode(walk, current);
  for (const right of rights.reverse()) walkNode(walk, right);
}

function walkAll(walk: Walk, nodes: readonly (ExprNode | undefined)[]): void {
  for (const node of nodes) if (node !== undefined) walkNode(walk, node);
}

function walkNode(walk: Walk, node: ExprNode): void {
  switch (node.kind) {
    case "identifier":
      if (!walk.bound.includes(node.name)) record(walk, dropEnv([node.name]));
      return;
    case "member":
      return walkMember(walk, node);
    case "chain":
      return walkNode(walk, node.inner);
    case "unary":
      return walkNode(walk, node.operand);
    case "binary":
      return walkBinary(walk, node);
    case "comparison":
      return walkAll(walk, node.operands);
    case "slice":
      return walkAll(walk, [node.object, node.from, node.to]);
    case "call":
      walkCallee(walk, node.callee);
      return walkAll(walk, node.args);
    case "builtin":
      return walkAll(walk, node.args);
    case "predicate":
      return walkNode(walk, node.body);
    case "conditional":
      return walkAll(
        walk,
        node.then === node.condition
          ? [node.condition, node.otherwise]
          : [node.condition, node.then, node.otherwise],
      );
    case "let":
      walkNode(walk, node.value);
      walk.bound.push(node.name);
      walkNode(walk, node.body);
      walk.bound.pop();
      return;
    case "sequence":
      return walkAll(walk, node.nodes);
    case "array":
      return walkAll(walk, node.items);
    case "map":
      return walkAll(
        walk,
        node.pairs.flatMap((pair) => [pair.key, pair.value]),
      );
    case "bool":
    case "bytes":
    case "float":
    case "integer":
    case "nil":
    case "pointer":
    case "string":
      return;
  }
}

/**
 * The member paths that start from names of the environment, each once, in the order of the text:
 * `steps["a-b"].outputs.result` gives `["steps", "a-b", "outputs", "result"]`.
 * A computed index ends the path; the whole environment (`$env` alone) gives the empty path.
 */
export function listReferences(node: ExprNode): readonly (readonly string[])[] {
  const walk: Walk = { paths: new Map(), bound: [] };
  walkNode(walk, node);
  return [...walk.paths.values()];
}
