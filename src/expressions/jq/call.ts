/**
 * Calls of functions: those of the program, those that filters were handed to, those that are built in.
 * What is built in comes in three kinds: functions of values (`natives/`), functions of filters (`filters.ts`), and
 * definitions in jq itself (`prelude.ts`).
 */
import { EvalError } from "../context.ts";
import type { Definition, NodeOf } from "./ast.ts";
import { signature } from "./ast.ts";
import { filterFunctions } from "./filters.ts";
import {
  bind,
  enterCall,
  evaluate,
  evaluateValues,
  findBinding,
  chargeWork,
  locate,
  made,
  measureWork,
  runAt,
} from "./machine.ts";
import type { Env, Item, Items } from "./machine.ts";
import { findNative } from "./natives/table.ts";
import type { Native } from "./natives/table.ts";
import { findPrelude } from "./prelude.ts";
import type { JqValue } from "./values.ts";

type Call = NodeOf<"call">;

export function callFunction(node: Call, input: Item, env: Env): Items {
  const name = signature(node.name, node.args.length);
  const found = findBinding(
    env,
    (bound) => (bound.kind === "closure" || bound.kind === "function") && bound.name === name,
  );
  if (found?.bound.kind === "closure") return evaluate(found.bound.body, input, found.bound.env);
  if (found?.bound.kind === "function")
    return callDefinition(found.bound.definition, found.env, node, input, env);
  const filter = filterFunctions.get(name);
  if (filter !== undefined) return filter(node.args, input, env, node);
  const native = findNative(name);
  if (native !== undefined) return callNative(native, node, input, env);
  const definition = findPrelude(name);
  if (definition !== undefined) return callBuiltIn(definition, node, input, env);
  throw new EvalError("expression/jq", `${name} is not defined`, node.offset);
}

/** An error in a built-in definition has the place of the call. */
function* callBuiltIn(definition: Definition, node: Call, input: Item, env: Env): Items {
  try {
    yield* callDefinition(definition, undefined, node, input, env);
  } catch (error) {
    throw locate(error, node.offset);
  }
}

/** A value parameter is both a variable and a function; several values mean several calls, the first one outermost. */
function* callDefinition(
  definition: Definition,
  home: Env | undefined,
  node: Call,
  input: Item,
  env: Env,
): Items {
  const { machine } = env;
  const outer = home ?? { machine, outer: undefined, bound: undefined, calls: env.calls };
  const inside = enterCall(outer, home?.bound, env.calls);
  for (const ready of bindArguments(definition, node, 0, inside, input, env))
    yield* evaluate(definition.body, input, ready);
}

function* bindArguments(
  definition: Definition,
  node: Call,
  at: number,
  inside: Env,
  input: Item,
  env: Env,
): Generator<Env, void, undefined> {
  const param = definition.params[at];
  const body = node.args[at];
  if (param === undefined || body === undefined) return yield inside;
  if (!param.startsWith("$")) {
    const closure = bind(inside, { kind: "closure", name: signature(param, 0), body, env });
    return yield* bindArguments(definition, node, at + 1, closure, input, env);
  }
  const name = param.slice(1);
  for (const value of evaluateValues(body, input.value, env)) {
    const literal = { kind: "literal", value, offset: body.offset } as const;
    const closure = bind(inside, { kind: "closure", name: signature(name, 0), body: literal, env });
    const ready = bind(closure, { kind: "variable", name, value });
    yield* bindArguments(definition, node, at + 1, ready, input, env);
  }
}

/** The last argument is the outermost loop, as in jq. */
function* callNative(native: Native, node: Call, input: Item, env: Env): Items {
  for (const args of listArguments(node, node.args.length, input, env)) {
    chargeWork(
      env.machine,
      args.reduce<number>((sum, one) => sum + measureWork(one), measureWork(input.value)),
    );
    yield made(
      runAt(node, () => native(input.value, args, env.machine)),
      input,
    );
  }
}

function* listArguments(
  node: Call,
  count: number,
  input: Item,
  env: Env,
): Generator<readonly JqValue[], void, undefined> {
  const last = node.args[count - 1];
  if (last === undefined) return yield [];
  for (const value of evaluateValues(last, input.value, env)) {
    for (const head of listArguments(node, count - 1, input, env)) yield [...head, value];
  }
}
