/**
 * Evaluates the tree of a jq program. Every node costs a step each time it is entered, every value that is passed on
 * costs one, and what is built costs bytes.
 */
import { EvalError } from "../context.ts";
import { applyOperator, negate } from "./arithmetic.ts";
import { evaluateAssign } from "./assign.ts";
import type { JqNode, NodeOf } from "./ast.ts";
import { callFunction } from "./call.ts";
import { bindPatterns } from "./destructure.ts";
import { evaluateForeach, evaluateReduce } from "./fold.ts";
import { applyFormat } from "./formats.ts";
import {
  Break,
  bind,
  chargeSlots,
  chargeText,
  chargeWork,
  demandTrail,
  evaluate,
  evaluateValues,
  findBinding,
  made,
  measureWork,
  part,
  runAt,
} from "./machine.ts";
import type { Env, Item, Items } from "./machine.ts";
import { getMember, listMembers } from "./paths.ts";
import { JqError, fail, isTruthy, typeOf } from "./values.ts";
import type { JqObject, JqValue } from "./values.ts";

/** All values that one node gives for an input; `Machine.run` is this. */
export function evaluateNode(node: JqNode, input: Item, env: Env): Items {
  switch (node.kind) {
    case "identity":
      return one(input);
    case "literal":
      return one(node.value === null && input.value === null ? input : made(node.value, input));
    case "variable":
      return one(made(readVariable(node, env), input));
    case "index":
      return evaluateIndex(node, input, env);
    case "slice":
      return evaluateSlice(node, input, env);
    case "iterate":
      return evaluateIterate(node, input, env);
    case "text":
      return evaluateText(node, input, env);
    case "format":
      return evaluateFormat(node, input, env);
    case "array":
      return evaluateArray(node, input, env);
    case "object":
      return evaluateObject(node, input, env);
    case "call":
      return callFunction(node, input, env);
    case "pipe":
      return evaluatePipe(node, input, env);
    case "comma":
      return evaluateComma(node, input, env);
    case "and":
    case "or":
      return evaluateLogic(node, input, env);
    case "alternative":
      return evaluateAlternative(node, input, env);
    case "binary":
      return evaluateBinary(node, input, env);
    case "assign":
      return evaluateAssign(node, input, env);
    case "negate":
      return evaluateNegate(node, input, env);
    case "if":
      return evaluateIf(node, input, env);
    case "try":
      return evaluateTry(node, input, env);
    case "reduce":
      return evaluateReduce(node, input, env);
    case "foreach":
      return evaluateForeach(node, input, env);
    case "label":
      return evaluateLabel(node, input, env);
    case "break":
      return evaluateBreak(node, env);
    case "bind":
      return bindPatterns(node, input, env);
    case "function":
      return evaluate(
        node.body,
        input,
        bind(env, { kind: "function", ...nameOf(node), definition: node.definition }),
      );
  }
}

function nameOf({ definition }: NodeOf<"function">): { readonly name: string } {
  return { name: `${definition.name}/${definition.params.length}` };
}

function* one(item: Item): Items {
  yield item;
}

function readVariable({ name, offset }: NodeOf<"variable">, env: Env): JqValue {
  const found = findBinding(env, (bound) => bound.kind === "variable" && bound.name === name);
  if (found?.bound.kind === "variable") return found.bound.value;
  throw new EvalError("expression/jq", `$${name} is not defined`, offset);
}

function* evaluateIndex(node: NodeOf<"index">, input: Item, env: Env): Items {
  for (const key of evaluateValues(node.key, input.value, env)) {
    for (const item of evaluate(node.target, input, env)) {
      yield runAt(node, () =>
        part(
          item,
          key,
          getMember(item.value, key, (steps) => chargeWork(env.machine, steps)),
        ),
      );
    }
  }
}

function* evaluateSlice(node: NodeOf<"slice">, input: Item, env: Env): Items {
  for (const start of evaluateBound(node.from, input, env)) {
    for (const end of evaluateBound(node.to, input, env)) {
      const key: JqObject = new Map([
        ["start", start],
        ["end", end],
      ]);
      for (const item of evaluate(node.target, input, env)) {
        const size = typeof item.value === "string" || Array.isArray(item.value) ? item.value.length : 0;
        chargeSlots(env.machine, size);
        yield runAt(node, () => part(item, key, getMember(item.value, key)));
      }
    }
  }
}

function* evaluateBound(
  node: JqNode | undefined,
  input: Item,
  env: Env,
): Generator<JqValue, void, undefined> {
  if (node === undefined) yield null;
  else yield* evaluateValues(node, input.value, env);
}

function* evaluateIterate(node: NodeOf<"iterate">, input: Item, env: Env): Items {
  for (const item of evaluate(node.target, input, env)) {
    const members = runAt(node, () => {
      demandTrail(item);
      chargeWork(env.machine, measureWork(item.value) * 8);
      return listMembers(item.value, env.machine.keyOrder);
    });
    for (const [key, member] of members) {
      chargeWork(env.machine, 1);
      yield runAt(node, () => part(item, key, member));
    }
  }
}

/** The last interpolation is the outermost loop, as in jq. */
function* evaluateText(node: NodeOf<"text">, input: Item, env: Env): Items {
  for (const text of joinParts(node, node.parts.length, input, env)) yield made(text, input);
}

function* joinParts(
  node: NodeOf<"text">,
  count: number,
  input: Item,
  env: Env,
): Generator<string, void, undefined> {
  const last = node.parts[count - 1];
  if (last === undefined) yield "";
  else if (typeof last === "string") {
    for (const head of joinParts(node, count - 1, input, env)) yield chargeText(env.machine, head + last);
  } else {
    for (const value of evaluateValues(last, input.value, env)) {
      const tail = chargeText(
        env.machine,
        runAt(node, () => applyFormat(node.format, value, env.machine.keyOrder)),
      );
      for (const head of joinParts(node, count - 1, input, env)) yield chargeText(env.machine, head + tail);
    }
  }
}

function* evaluateFormat(node: NodeOf<"format">, input: Item, env: Env): Items {
  yield made(
    chargeText(
      env.machine,
      runAt(node, () => applyFormat(node.format, input.value, env.machine.keyOrder)),
    ),
    input,
  );
}

function* evaluateArray(node: NodeOf<"array">, input: Item, env: Env): Items {
  const values: JqValue[] = [];
  chargeSlots(env.machine, 0);
  if (node.body !== undefined) {
    for (const value of evaluateValues(node.body, input.value, env)) {
      chargeSlots(env.machine, 1);
      values.push(value);
    }
  }
  yield made(values, input);
}

function* evaluateObject(node: NodeOf<"object">, input: Item, env: Env): Items {
  for (const object of joinMembers(node, 0, new Map(), input, env)) {
    chargeSlots(env.machine, object.size * 2);
    yield made(object, input);
  }
}

/** The first member is the outermost loop. */
function* joinMembers(
  node: NodeOf<"object">,
  at: number,
  sofar: JqObject,
  input: Item,
  env: Env,
): Generator<JqObject, void, undefined> {
  const member = node.members[at];
  if (member === undefined) return yield sofar;
  for (const key of evaluateValues(member.key, input.value, env)) {
    if (typeof key !== "string")
      return runAt(member.key, () => fail(`Object keys must be strings, but this one is ${typeOf(key)}`));
    for (const value of evaluateValues(member.value, input.value, env)) {
      yield* joinMembers(node, at + 1, new Map(sofar).set(key, value), input, env);
    }
  }
}

function* evaluatePipe(node: NodeOf<"pipe">, input: Item, env: Env): Items {
  for (const item of evaluate(node.left, input, env)) {
    chargeWork(env.machine, 1);
    yield* evaluate(node.right, item, env);
  }
}

function* evaluateComma(node: NodeOf<"comma">, input: Item, env: Env): Items {
  yield* evaluate(node.left, input, env);
  yield* evaluate(node.right, input, env);
}

/** The right side is not looked at when the left decides. */
function* evaluateLogic(node: NodeOf<"and" | "or">, input: Item, env: Env): Items {
  for (const left of evaluateValues(node.left, input.value, env)) {
    if (isTruthy(left) === (node.kind === "or")) yield made(node.kind === "or", input);
    else for (const right of evaluateValues(node.right, input.value, env)) yield made(isTruthy(right), input);
  }
}

/** What is true on the left, errors aside; the right side when nothing is. */
function* evaluateAlternative(node: NodeOf<"alternative">, input: Item, env: Env): Items {
  let isFound = false;
  for (const item of untilError(evaluate(node.left, input, env))) {
    if (!isTruthy(item.value)) continue;
    isFound = true;
    yield item;
  }
  if (!isFound) yield* evaluate(node.right, input, env);
}

function* untilError(items: Items): Items {
  try {
    yield* items;
  } catch (error) {
    if (!(error instanceof JqError)) throw error;
  }
}

/** The right side is the outer loop, as in jq. */
function* evaluateBinary(node: NodeOf<"binary">, input: Item, env: Env): Items {
  for (const right of evaluateValues(node.right, input.value, env)) {
    for (const left of evaluateValues(node.left, input.value, env)) {
      yield made(
        runAt(node, () => applyOperator(node.operator, left, right, env.machine)),
        input,
      );
    }
  }
}

function* evaluateNegate(node: NodeOf<"negate">, input: Item, env: Env): Items {
  for (const value of evaluateValues(node.operand, input.value, env)) {
    yield made(
      runAt(node, () => negate(value)),
      input,
    );
  }
}

function* evaluateIf(node: NodeOf<"if">, input: Item, env: Env): Items {
  for (const condition of evaluateValues(node.condition, input.value, env)) {
    if (isTruthy(condition)) yield* evaluate(node.then, input, env);
    else if (node.otherwise === undefined) yield input;
    else yield* evaluate(node.otherwise, input, env);
  }
}

/** What an error costs that is caught: far more than a value. */
const errorSteps = 100;

function* evaluateTry(node: NodeOf<"try">, input: Item, env: Env): Items {
  try {
    yield* evaluate(node.body, input, env);
  } catch (error) {
    if (!(error instanceof JqError)) throw error;
    chargeWork(env.machine, errorSteps);
    if (node.handler !== undefined) yield* evaluate(node.handler, made(error.value, input), env);
  }
}

function* evaluateLabel(node: NodeOf<"label">, input: Item, env: Env): Items {
  const id = ++env.machine.labels;
  try {
    yield* evaluate(node.body, input, bind(env, { kind: "label", name: node.name, id }));
  } catch (error) {
    if (!(error instanceof Break) || error.id !== id) throw error;
  }
}

function evaluateBreak({ name, offset }: NodeOf<"break">, env: Env): never {
  const found = findBinding(env, (bound) => bound.kind === "label" && bound.name === name);
  if (found?.bound.kind === "label") throw new Break(found.bound.id);
  throw new EvalError("expression/jq", `$*label-${name} is not defined`, offset);
}
