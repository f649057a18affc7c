/** `reduce` and `foreach`: loops that carry a state over the values of a filter. */
import type { NodeOf } from "./ast.ts";
import { destructure } from "./destructure.ts";
import { chargeWork, evaluate, evaluateValues, made } from "./machine.ts";
import type { Env, Item, Items } from "./machine.ts";

/** The state is what the update gave last, and null when it gave nothing (jq 1.7). */
export function* evaluateReduce(node: NodeOf<"reduce">, input: Item, env: Env): Items {
  for (const start of evaluate(node.init, input, env)) {
    let state = start;
    for (const value of evaluateValues(node.source, input.value, env)) {
      for (const inner of destructure(node.pattern, value, env)) {
        let next: Item | undefined;
        for (const item of evaluate(node.update, state, inner)) next = item;
        chargeWork(env.machine, 1);
        state = next ?? made(null, input);
      }
    }
    yield state;
  }
}

/** Every state is passed on, or what the third part makes of it. */
export function* evaluateForeach(node: NodeOf<"foreach">, input: Item, env: Env): Items {
  for (const start of evaluate(node.init, input, env)) {
    let state = start;
    for (const value of evaluateValues(node.source, input.value, env)) {
      for (const inner of destructure(node.pattern, value, env)) {
        for (const item of evaluate(node.update, state, inner)) {
          chargeWork(env.machine, 1);
          state = item;
          if (node.extract === undefined) yield item;
          else yield* evaluate(node.extract, item, inner);
        }
      }
    }
  }
}
