/** Gives names to parts of values: `source as pattern | body`. */
import type { NodeOf, Pattern } from "./ast.ts";
import { listVariables } from "./ast.ts";
import { bind, evaluate, evaluateValues, runAt } from "./machine.ts";
import type { Env, Item, Items } from "./machine.ts";
import { getMember } from "./paths.ts";
import { JqError, fail, isArray, typeOf } from "./values.ts";
import type { JqValue } from "./values.ts";

export function* bindPatterns(node: NodeOf<"bind">, input: Item, env: Env): Items {
  for (const value of evaluateValues(node.source, input.value, env))
    yield* tryPatterns(node, 0, value, input, env);
}

/** With alternatives all their names exist, null where the one that fits does not have them. */
function* tryPatterns(node: NodeOf<"bind">, at: number, value: JqValue, input: Item, env: Env): Items {
  const pattern = node.patterns[at];
  if (pattern === undefined) return;
  const names = node.patterns.length === 1 ? [] : [...new Set(node.patterns.flatMap(listVariables))];
  const blank = names.reduce((outer, name) => bind(outer, { kind: "variable", name, value: null }), env);
  try {
    for (const inner of destructure(pattern, value, blank)) yield* evaluate(node.body, input, inner);
  } catch (error) {
    if (!(error instanceof JqError) || at === node.patterns.length - 1) throw error;
    yield* tryPatterns(node, at + 1, value, input, env);
  }
}

/** The names of a pattern, once for each way in which its computed keys come out. */
export function* destructure(pattern: Pattern, value: JqValue, env: Env): Generator<Env, void, undefined> {
  switch (pattern.kind) {
    case "variable":
      return yield bind(env, { kind: "variable", name: pattern.name, value });
    case "array":
      return yield* destructureItems(pattern, 0, value, env);
    case "object":
      return yield* destructureMembers(pattern, 0, value, env);
  }
}

type PatternOf<K extends Pattern["kind"]> = Extract<Pattern, { readonly kind: K }>;

function* destructureItems(
  pattern: PatternOf<"array">,
  at: number,
  value: JqValue,
  env: Env,
): Generator<Env, void, undefined> {
  const item = pattern.items[at];
  if (item === undefined) return yield env;
  if (value !== null && !isArray(value))
    return runAt(pattern, () => fail(`Cannot index ${typeOf(value)} with number`));
  for (const inner of destructure(item, getMember(value, at), env))
    yield* destructureItems(pattern, at + 1, value, inner);
}

function* destructureMembers(
  pattern: PatternOf<"object">,
  at: number,
  value: JqValue,
  env: Env,
): Generator<Env, void, undefined> {
  const member = pattern.members[at];
  if (member === undefined) return yield env;
  for (const key of evaluateValues(member.key, value, env)) {
    if (typeof key !== "string")
      return runAt(pattern, () => fail(`Cannot use ${typeOf(key)} as the key of an object`));
    const found = runAt(pattern, () => getMember(value, key));
    const named =
      member.variable === undefined
        ? env
        : bind(env, { kind: "variable", name: member.variable, value: found });
    const inners = member.value === undefined ? [named] : destructure(member.value, found, named);
    for (const inner of inners) yield* destructureMembers(pattern, at + 1, value, inner);
  }
}
