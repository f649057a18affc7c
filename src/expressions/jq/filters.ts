/**
 * Built-in functions that take filters, or give other than one value. They loop where a definition in jq would recurse,
 * because every level of recursion costs stack.
 */
import type { JqNode, NodeOf } from "./ast.ts";
import { listPaths } from "./assign.ts";
import { chargeSlots, chargeWork, evaluate, evaluateValues, locate, made, part, runAt } from "./machine.ts";
import type { Env, Item, Items } from "./machine.ts";
import { deletePaths, getPath, listMembers } from "./paths.ts";
import { JqError, describe, fail, isArray, isObject, isTruthy } from "./values.ts";
import type { JqValue } from "./values.ts";

type FilterFunction = (args: readonly JqNode[], input: Item, env: Env, node: NodeOf<"call">) => Items;

const missing: JqNode = { kind: "identity", offset: 0 };

function* passNothing(): Items {
  yield* [];
}

function* raiseInput(input: Item, node: NodeOf<"call">): Items {
  yield* [];
  throw locate(new JqError(input.value), node.offset);
}

function* raise(message: JqNode, input: Item, env: Env, node: NodeOf<"call">): Items {
  yield* [];
  for (const value of evaluateValues(message, input.value, env))
    throw locate(new JqError(value), node.offset);
}

function* select(condition: JqNode, input: Item, env: Env): Items {
  for (const value of evaluateValues(condition, input.value, env)) if (isTruthy(value)) yield input;
}

function* collectPaths(filter: JqNode, input: Item, env: Env): Items {
  for (const path of listPaths(filter, input.value, env)) yield made(path, input);
}

function* getPaths(argument: JqNode, input: Item, env: Env, node: NodeOf<"call">): Items {
  for (const path of evaluateValues(argument, input.value, env)) {
    yield runAt(node, () => {
      if (!isArray(path)) return fail("Path must be specified as an array");
      const value = getPath(input.value, path);
      return { ...path.reduce<Item>((item, key) => part(item, key, null), input), value };
    });
  }
}

function* deleteParts(filter: JqNode, input: Item, env: Env, node: NodeOf<"call">): Items {
  const paths = [...listPaths(filter, input.value, env)];
  yield made(
    runAt(node, () => deletePaths(input.value, paths, (slots) => chargeSlots(env.machine, slots))),
    input,
  );
}

/** `limit` asks for no value beyond the last one. */
function* limit(args: readonly JqNode[], input: Item, env: Env, node: NodeOf<"call">): Items {
  const [count = missing, filter = missing] = args;
  for (const most of evaluateValues(count, input.value, env)) {
    if (typeof most !== "number") return runAt(node, () => fail(`${describe(most)} is no count`));
    // Less than nothing means no bound (jq 1.7).
    yield* takeFirst(most < 0 ? Infinity : most, filter, input, env);
  }
}

function* takeFirst(most: number, filter: JqNode, input: Item, env: Env): Items {
  if (!(most > 0)) return;
  let taken = 0;
  for (const item of evaluate(filter, input, env)) {
    yield item;
    taken += 1;
    if (taken >= most) return;
  }
}

function* skip(args: readonly JqNode[], input: Item, env: Env, node: NodeOf<"call">): Items {
  const [count = missing, filter = missing] = args;
  for (const least of evaluateValues(count, input.value, env)) {
    if (typeof least !== "number") return runAt(node, () => fail(`${describe(least)} is no count`));
    let passed = 0;
    for (const item of evaluate(filter, input, env)) {
      passed += 1;
      if (passed > least) yield item;
    }
  }
}

function* takeLast(filter: JqNode, input: Item, env: Env): Items {
  let last = made(null, input);
  for (const item of evaluate(filter, input, env)) last = item;
  yield last;
}

function* isEmpty(filter: JqNode, input: Item, env: Env): Items {
  const { done } = evaluate(filter, input, env).next();
  yield made(done === true, input);
}

/** `any` and `all` over a filter, ended by the first value that decides. */
function* quantify(wanted: boolean, args: readonly JqNode[], input: Item, env: Env): Items {
  const [source = missing, condition = missing] = args;
  for (const value of evaluateValues(source, input.value, env)) {
    for (const holds of evaluateValues(condition, value, env)) {
      if (isTruthy(holds) === wanted) return yield made(wanted, input);
    }
  }
  yield made(!wanted, input);
}

function* range(args: readonly JqNode[], input: Item, env: Env, node: NodeOf<"call">): Items {
  const zero: JqNode = { kind: "literal", value: 0, offset: 0 };
  const step: JqNode = { kind: "literal", value: 1, offset: 0 };
  const [from = missing, to = missing, by = step] = args.length === 1 ? [zero, ...args] : args;
  for (const first of evaluateValues(from, input.value, env)) {
    for (const end of evaluateValues(to, input.value, env)) {
      for (const each of evaluateValues(by, input.value, env))
        yield* count(first, end, each, input, env, node);
    }
  }
}

function* count(from: JqValue, to: JqValue, by: JqValue, input: Item, env: Env, node: NodeOf<"call">): Items {
  if (typeof from !== "number" || typeof to !== "number" || typeof by !== "number")
    return runAt(node, () => fail("Range bounds must be numeric"));
  for (let at = from; by > 0 ? at < to : by < 0 ? at > to : at < to; at += by) {
    chargeWork(env.machine, 1);
    yield made(at, input);
  }
}

/** The value, then what the filter makes of it, then what it makes of that, and so on, each branch to its end. */
function* recurse(filter: JqNode, input: Item, env: Env): Items {
  const open: Items[] = [];
  yield input;
  open.push(evaluate(filter, input, env));
  while (open.length > 0) {
    chargeWork(env.machine, 1);
    const next = open.at(-1)?.next();
    if (next === undefined || next.done === true) open.pop();
    else {
      chargeSlots(env.machine, 1);
      yield next.value;
      open.push(evaluate(filter, next.value, env));
    }
  }
}

/** The value and all that lies in it, each before what lies in it. */
function* descend(input: Item, env: Env): Items {
  const open: Item[] = [input];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    chargeWork(env.machine, 1);
    const { value } = item;
    yield item;
    if (!isArray(value) && !isObject(value)) continue;
    const from = item;
    const members = listMembers(value, env.machine.keyOrder);
    for (const [key, member] of members.toReversed()) open.push(part(from, key, member));
  }
}

/** Values as long as a condition holds for them, each made from the one before. */
function* repeatWhile(args: readonly JqNode[], input: Item, env: Env): Items {
  const [condition = missing, update = missing] = args;
  const body: JqNode = {
    kind: "if",
    condition,
    then: { kind: "identity", offset: 0 },
    otherwise: { kind: "call", name: "empty", args: [], offset: 0 },
    offset: condition.offset,
  };
  for (const first of evaluate(body, input, env))
    yield* recurse({ kind: "pipe", left: update, right: body, offset: update.offset }, first, env);
}

/** The first values for which a condition holds, each made from the one before. */
function* repeatUntil(args: readonly JqNode[], input: Item, env: Env): Items {
  const [condition = missing, update = missing] = args;
  const open: Iterator<Item>[] = [[input].values()];
  while (open.length > 0) {
    chargeWork(env.machine, 1);
    const next = open.at(-1)?.next();
    if (next === undefined || next.done === true) {
      open.pop();
      continue;
    }
    for (const holds of evaluateValues(condition, next.value.value, env)) {
      if (isTruthy(holds)) yield next.value;
      else open.push(evaluate(update, next.value, env));
    }
  }
}

/** By name and number of arguments. */
export const filterFunctions: ReadonlyMap<string, FilterFunction> = new Map<string, FilterFunction>([
  ["empty/0", passNothing],
  ["error/0", (_, input, __, node) => raiseInput(input, node)],
  ["error/1", ([message = missing], input, env, node) => raise(message, input, env, node)],
  ["select/1", ([condition = missing], input, env) => select(condition, input, env)],
  ["path/1", ([filter = missing], input, env) => collectPaths(filter, input, env)],
  ["getpath/1", ([path = missing], input, env, node) => getPaths(path, input, env, node)],
  ["del/1", ([filter = missing], input, env, node) => deleteParts(filter, input, env, node)],
  ["limit/2", limit],
  ["skip/2", skip],
  ["first/1", ([filter = missing], input, env) => takeFirst(1, filter, input, env)],
  ["last/1", ([filter = missing], input, env) => takeLast(filter, input, env)],
  ["isempty/1", ([filter = missing], input, env) => isEmpty(filter, input, env)],
  ["any/2", (args, input, env) => quantify(true, args, input, env)],
  ["all/2", (args, input, env) => quantify(false, args, input, env)],
  ["range/1", range],
  ["range/2", range],
  ["range/3", range],
  ["recurse/0", (_, input, env) => descend(input, env)],
  ["recurse/1", ([filter = missing], input, env) => recurse(filter, input, env)],
  ["repeat/1", ([filter = missing], input, env) => recurse(filter, input, env)],
  ["while/2", repeatWhile],
  ["until/2", repeatUntil],
]);
