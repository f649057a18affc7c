/**
 * What an evaluation consists of while it runs: values with the paths that led to them, names and what they stand
 * for, and what is left to spend.
 *
 * A filter gives any number of values, so it is a generator: whoever takes no more of them (`first`, `limit`) stops
 * the work, and an error of who takes them never passes through who gave them, so `try` catches its own body only.
 */
import { chargeBytes, chargeSteps, EvalError } from "../context.ts";
import type { EvalContext } from "../context.ts";
import type { Definition, JqNode } from "./ast.ts";
import { JqError, fail, isArray, isObject, quoteShort } from "./values.ts";
import type { JqList, JqValue, KeyOrder } from "./values.ts";

/** A way from the value that `path(...)` began with; undefined stands for that value itself. */
export interface Trail {
  readonly outer: Trail | undefined;
  readonly key: JqValue;
}

/**
 * A value, and where it was found: `off` when nobody asks, `lost` when it is no part of what `path(...)` began with,
 * as the result of an addition is.
 */
export interface Item {
  readonly value: JqValue;
  readonly trail: Trail | "root" | "off" | "lost";
}

export type Items = Generator<Item, void, undefined>;

/** A name and what it stands for; names further out are found through `outer`. */
export interface Env {
  readonly machine: Machine;
  readonly outer: Env | undefined;
  readonly bound: Binding | undefined;
  /** How many calls of functions are under way. */
  readonly calls: number;
}

export type Binding =
  | { readonly kind: "variable"; readonly name: string; readonly value: JqValue }
  /** A filter that was handed to a function, and the names that hold in it. */
  | { readonly kind: "closure"; readonly name: string; readonly body: JqNode; readonly env: Env }
  | { readonly kind: "function"; readonly name: string; readonly definition: Definition }
  | { readonly kind: "label"; readonly name: string; readonly id: number };

export interface Machine {
  readonly context: EvalContext;
  readonly keyOrder: KeyOrder;
  /** Evaluates one node. It is handed in, so that the files of the evaluator form no circle. */
  readonly run: (node: JqNode, input: Item, env: Env) => Items;
  labels: number;
}

/** The signal of `break`; it passes through `try`. */
export class Break extends Error {
  readonly id: number;

  constructor(id: number) {
    super("break");
    this.id = id;
  }
}

/** Deeper recursion would exhaust the stack; loops of the built-in functions do not count. */
const maxCalls = 400;

export function createEnv(machine: Machine): Env {
  return { machine, outer: undefined, bound: undefined, calls: 0 };
}

/** All values that a filter gives for an input, with their paths when the input has one. */
export function evaluate(node: JqNode, input: Item, env: Env): Items {
  chargeWork(env.machine, 1);
  return env.machine.run(node, input, env);
}

/** The values alone. */
export function* evaluateValues(node: JqNode, input: JqValue, env: Env): Generator<JqValue, void, undefined> {
  for (const item of evaluate(node, plain(input), env)) {
    chargeWork(env.machine, 1);
    yield item.value;
  }
}

/** Gives an error the place of a node, unless it has one, or the node has none because it is built in. */
export function locate(error: unknown, offset: number): unknown {
  if (error instanceof JqError && offset >= 0) error.offset ??= offset;
  return error;
}

/** Runs an operation of a node; an error that does not know its place gets that of the node. */
export function runAt<T>({ offset }: { readonly offset: number }, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw locate(error, offset);
  }
}

export function bind(env: Env, bound: Binding): Env {
  return { machine: env.machine, outer: env, bound, calls: env.calls };
}

/** The names inside of a function's body, called from elsewhere. */
export function enterCall(env: Env, bound: Binding | undefined, calls: number): Env {
  if (calls >= maxCalls)
    throw new EvalError(
      "expression/budget-exhausted",
      `functions call each other more than ${maxCalls} levels deep`,
    );
  return { machine: env.machine, outer: env, bound, calls: calls + 1 };
}

export function findBinding(
  env: Env,
  isSearched: (bound: Binding) => boolean,
): { bound: Binding; env: Env } | undefined {
  for (let at: Env | undefined = env; at !== undefined; at = at.outer) {
    if (at.bound !== undefined && isSearched(at.bound)) return { bound: at.bound, env: at };
  }
  return undefined;
}

/** A value that nobody asks the path of. */
export function plain(value: JqValue): Item {
  return { value, trail: "off" };
}

/** A value that was made, not found. */
export function made(value: JqValue, input: Item): Item {
  return { value, trail: input.trail === "off" ? "off" : "lost" };
}

/** Refuses to look for parts of what was made, when somebody asks for paths. */
export function demandTrail(item: Item): void {
  if (item.trail === "lost") fail(`Invalid path expression with result ${quoteShort(item.value)}`);
}

/** A part of an item's value. */
export function part(item: Item, key: JqValue, value: JqValue): Item {
  const { trail } = item;
  if (trail === "off") return { value, trail };
  if (trail === "lost") return fail(`Invalid path expression with result ${quoteShort(item.value)}`);
  return { value, trail: { outer: trail === "root" ? undefined : trail, key } };
}

/** The path of an item as a list of keys. */
export function toPath(item: Item): JqList {
  const { trail } = item;
  if (trail === "root") return [];
  if (trail === "off" || trail === "lost")
    return fail(`Invalid path expression with result ${quoteShort(item.value)}`);
  const keys: JqValue[] = [];
  for (let at: Trail | undefined = trail; at !== undefined; at = at.outer) keys.push(at.key);
  return keys.reverse();
}

/** Pays for the slots of a list or object that is about to be made. */
export function chargeSlots(machine: Machine, slots: number): void {
  chargeBytes(machine.context, 16 + slots * 8);
}

/** Pays for a text that was made. */
export function chargeText(machine: Machine, text: string): string {
  chargeBytes(machine.context, text.length * 2);
  return text;
}

/** What it costs to look at a value as a whole, without what lies deeper in it. */
export function measureWork(value: JqValue): number {
  if (typeof value === "string" || isArray(value)) return value.length >> 4;
  return isObject(value) ? value.size >> 2 : 0;
}

export function chargeWork(machine: Machine, steps: number): void {
  chargeSteps(machine.context, steps);
}
