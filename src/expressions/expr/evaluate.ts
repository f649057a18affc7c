/**
 * Evaluates a tree by walking it. Every node visited costs a step; what is built costs bytes.
 * Names come from the environment only: nothing of JavaScript is reachable from an expression.
 */
import { chargeBytes, chargeSteps, EvalError, failEvaluation } from "../context.ts";
import type { EvalContext } from "../context.ts";
import { goTypeName, isFunction, isHost } from "../value.ts";
import type { MapKey, Value } from "../value.ts";
import { applyBinary, applyUnary } from "./apply-operator.ts";
import type {
  BinaryNode,
  CallNode,
  ComparisonNode,
  ConditionalNode,
  ExprNode,
  MapNode,
  MemberNode,
} from "./ast.ts";
import { callBuiltin } from "./builtins/table.ts";
import { fetchMember, sliceValue } from "./fetch.ts";
import { runPredicateBuiltin } from "./predicates.ts";
import type { Env, Scope } from "./scope.ts";

/** The mark of a `?.` that met nil: the rest of the chain is skipped. */
const broken = Symbol("broken chain");

function findRoot(env: Env, name: string): Value | undefined {
  return isHost(env) ? env.find(name) : env.get(name);
}

function readName(scope: Scope, name: string, offset: number): Value {
  for (let variable = scope.variables; variable !== undefined; variable = variable.outer) {
    if (variable.name === name) return variable.value;
  }
  if (name === "$env") return scope.env;
  const found = findRoot(scope.env, name);
  if (found === undefined) throw new EvalError("expression/unknown-name", `unknown name ${name}`, offset);
  return found;
}

function readPointer(scope: Scope, name: string, offset: number): Value {
  const { pointer } = scope;
  if (pointer === undefined)
    throw new EvalError("expression/invalid-operation", `cannot use #${name} outside of a predicate`, offset);
  if (name === "") return pointer.element;
  if (name === "index") return BigInt(pointer.index);
  if (name === "acc" && pointer.accumulated !== undefined) return pointer.accumulated;
  throw new EvalError("expression/unknown-name", `unknown pointer #${name}`, offset);
}

function toCondition(value: Value, what: string): boolean {
  if (typeof value === "boolean") return value;
  return failEvaluation(`${what} must be a bool, but is ${goTypeName(value)}`);
}

/** `&&`, `||` and `??` look at their right side only when they must, and then give it as it is. */
function applyLazy(node: BinaryNode, left: Value, scope: Scope): Value | undefined {
  switch (node.operator) {
    case "&&":
    case "and":
      return toCondition(left, `the left side of ${node.operator}`) ? evaluateNode(node.right, scope) : false;
    case "||":
    case "or":
      return toCondition(left, `the left side of ${node.operator}`) ? true : evaluateNode(node.right, scope);
    case "??":
      return left ?? evaluateNode(node.right, scope);
    case "!=":
    case "%":
    case "*":
    case "**":
    case "+":
    case "-":
    case "..":
    case "/":
    case "<":
    case "<=":
    case "==":
    case ">":
    case ">=":
    case "^":
    case "contains":
    case "endsWith":
    case "in":
    case "matches":
    case "startsWith":
      return undefined;
  }
}

/** Takes the left spine in a loop: chains of operators may be thousands long. */
function evaluateBinary(node: BinaryNode, scope: Scope): Value {
  const spine: BinaryNode[] = [];
  let start: ExprNode = node;
  while (start.kind === "binary") {
    spine.push(start);
    start = start.left;
  }
  let value = evaluateNode(start, scope);
  for (let current = spine.pop(); current !== undefined; current = spine.pop()) {
    chargeSteps(scope.context, 1);
    value = evaluateOperator(current, value, scope);
  }
  return value;
}

function evaluateOperator(node: BinaryNode, left: Value, scope: Scope): Value {
  try {
    const lazy = applyLazy(node, left, scope);
    return lazy === undefined
      ? applyBinary(node.operator, left, evaluateNode(node.right, scope), scope.context)
      : lazy;
  } catch (error) {
    throw locate(error, node.offset);
  }
}

/** Gives an error that does not know its place the place of the node that raised it. */
function locate(error: unknown, offset: number): unknown {
  if (!(error instanceof EvalError) || error.offset !== undefined) return error;
  return new EvalError(error.code, error.message, offset);
}

function evaluateComparison(node: ComparisonNode, scope: Scope): Value {
  const [first, ...rest] = node.operands;
  if (first === undefined) return true;
  let left = evaluateNode(first, scope);
  for (const [index, operand] of rest.entries()) {
    const right = evaluateNode(operand, scope);
    if (applyBinary(node.operators[index] ?? "<", left, right, scope.context) !== true) return false;
    left = right;
  }
  return true;
}

/** A part of a chain: members, calls and slices pass on that the chain is broken. */
function evaluateLink(node: ExprNode, scope: Scope): Value | typeof broken {
  switch (node.kind) {
    case "member":
      return evaluateMember(node, scope);
    case "call":
      return evaluateCall(node, scope);
    case "slice": {
      const object = evaluateLink(node.object, scope);
      if (object === broken) return broken;
      chargeSteps(scope.context, 1);
      return sliceValue(
        object,
        node.from === undefined ? undefined : evaluateNode(node.from, scope),
        node.to === undefined ? undefined : evaluateNode(node.to, scope),
      );
    }
    case "array":
    case "binary":
    case "bool":
    case "builtin":
    case "bytes":
    case "chain":
    case "comparison":
    case "conditional":
    case "float":
    case "identifier":
    case "integer":
    case "let":
    case "map":
    case "nil":
    case "pointer":
    case "predicate":
    case "sequence":
    case "string":
    case "unary":
      return evaluateNode(node, scope);
  }
}

function evaluateMember(node: MemberNode, scope: Scope): Value | typeof broken {
  const object = evaluateLink(node.object, scope);
  if (object === broken) return broken;
  if (node.optional && object === null) return broken;
  chargeSteps(scope.context, 1);
  const key = evaluateNode(node.property, scope);
  if (object === scope.env && typeof key === "string") return fetchRoot(node, key, scope);
  return fetchMember(object, key);
}

/** `$env.name` is as strict as `name`, unless it is asked with `?.`. */
function fetchRoot(node: MemberNode, name: string, scope: Scope): Value {
  const found = findRoot(scope.env, name);
  if (found !== undefined) return found;
  if (node.optional || node.property.kind !== "string") return null;
  throw new EvalError("expression/unknown-name", `unknown name ${name}`, node.offset);
}

function evaluateCall(node: CallNode, scope: Scope): Value | typeof broken {
  const callee = evaluateLink(node.callee, scope);
  if (callee === broken) return broken;
  if (!isFunction(callee)) return refuseCall(node, callee);
  const args = node.args.map((arg) => evaluateNode(arg, scope));
  chargeSteps(scope.context, 1 + args.length);
  return callee.call(args, scope.context);
}

function describeCallee(node: ExprNode): string {
  if (node.kind === "identifier") return node.name;
  if (node.kind === "member" && node.property.kind === "string") return node.property.value;
  return "this value";
}

function refuseCall(node: CallNode, callee: Value): never {
  const name = describeCallee(node.callee);
  if (callee === null)
    throw new EvalError("expression/unknown-function", `unknown function ${name}`, node.offset);
  throw new EvalError(
    "expression/invalid-operation",
    `cannot call ${name}: it is ${goTypeName(callee)}`,
    node.offset,
  );
}

function evaluateConditional(node: ConditionalNode, scope: Scope): Value {
  const value = evaluateNode(node.condition, scope);
  const holds = toCondition(value, "the condition");
  if (!holds) return evaluateNode(node.otherwise, scope);
  return node.then === node.condition ? value : evaluateNode(node.then, scope);
}

function evaluateMap(node: MapNode, scope: Scope): Value {
  chargeBytes(scope.context, node.pairs.length * 16);
  const map = new Map<MapKey, Value>();
  for (const pair of node.pairs) {
    const key = evaluateNode(pair.key, scope);
    if (typeof key !== "string")
      return failEvaluation(`a map key must be a string, but is ${goTypeName(key)}`);
    const value = evaluateNode(pair.value, scope);
    // Of equal keys the first wins, because the Go machine fills the map from the end.
    if (!map.has(key)) map.set(key, value);
  }
  return map;
}

function evaluateItems(nodes: readonly ExprNode[], scope: Scope): Value[] {
  chargeBytes(scope.context, nodes.length * 8);
  return nodes.map((node) => evaluateNode(node, scope));
}

function evaluateBuiltin(name: string, args: readonly ExprNode[], scope: Scope): Value {
  if (args.some((arg) => arg.kind === "predicate") || name === "count" || name === "sum") {
    return runPredicateBuiltin(name, args, scope, evaluateNode);
  }
  return callBuiltin(
    name,
    args.map((arg) => evaluateNode(arg, scope)),
    scope.context,
  );
}

function evaluateSequence(nodes: readonly ExprNode[], scope: Scope): Value {
  let value: Value = null;
  for (const node of nodes) value = evaluateNode(node, scope);
  return value;
}

/** The value of a node; throws EvalError. */
function evaluateNode(node: ExprNode, scope: Scope): Value {
  chargeSteps(scope.context, 1);
  switch (node.kind) {
    case "nil":
      return null;
    case "bool":
    case "integer":
    case "float":
    case "string":
    case "bytes":
      return node.value;
    case "identifier":
      return readName(scope, node.name, node.offset);
    case "pointer":
      return readPointer(scope, node.name, node.offset);
    case "binary":
      return evaluateBinary(node, scope);
    case "comparison":
      return evaluateComparison(node, scope);
    case "conditional":
      return evaluateConditional(node, scope);
    case "predicate":
      return evaluateNode(node.body, scope);
    case "let":
      return evaluateNode(node.body, {
        ...scope,
        variables: { name: node.name, value: evaluateNode(node.value, scope), outer: scope.variables },
      });
    case "sequence":
      return evaluateSequence(node.nodes, scope);
    case "array":
      return evaluateItems(node.items, scope);
    case "map":
      return evaluateMap(node, scope);
    case "builtin":
    case "call":
    case "chain":
    case "member":
    case "slice":
    case "unary":
      return evaluateLocated(node, scope);
  }
}

/** Nodes whose refusals come from deeper down and are given this node's place. */
function evaluateLocated(node: ExprNode, scope: Scope): Value {
  try {
    switch (node.kind) {
      case "unary":
        return applyUnary(node.operator, evaluateNode(node.operand, scope));
      case "builtin":
        return evaluateBuiltin(node.name, node.args, scope);
      case "chain": {
        const value = evaluateLink(node.inner, scope);
        return value === broken ? null : value;
      }
      case "array":
      case "binary":
      case "bool":
      case "bytes":
      case "call":
      case "comparison":
      case "conditional":
      case "float":
      case "identifier":
      case "integer":
      case "let":
      case "map":
      case "member":
      case "nil":
      case "pointer":
      case "predicate":
      case "sequence":
      case "slice":
      case "string": {
        // Outside a chain `?.` on nil gives nil as well.
        const value = evaluateLink(node, scope);
        return value === broken ? null : value;
      }
    }
  } catch (error) {
    throw locate(error, node.offset);
  }
}

/** Evaluates an expression. Throws EvalError, also when the budget of the context runs out. */
export function evaluateExpr(node: ExprNode, env: Env, context: EvalContext): Value {
  return evaluateNode(node, { env, context, variables: undefined, pointer: undefined });
}
