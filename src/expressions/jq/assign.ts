/** The assignments. Their left sides are paths; what they give is the input with the parts at these paths changed. */
import { applyOperator } from "./arithmetic.ts";
import type { AssignOperator, BinaryOperator, JqNode, NodeOf } from "./ast.ts";
import { chargeSlots, chargeWork, evaluate, evaluateValues, made, runAt, toPath } from "./machine.ts";
import type { Env, Item, Items } from "./machine.ts";
import { createDrafts, deletePaths, updatePath } from "./paths.ts";
import { isTruthy } from "./values.ts";
import type { JqList, JqValue } from "./values.ts";

export function* evaluateAssign(node: NodeOf<"assign">, input: Item, env: Env): Items {
  if (node.operator === "|=") {
    const { value } = input;
    yield made(
      modify(node, value, env, (old) => evaluateValues(node.right, old, env)),
      input,
    );
    return;
  }
  // The right side sees the whole input, and each of its values gives a result of its own.
  for (const right of evaluateValues(node.right, input.value, env)) {
    const change = (old: JqValue): JqValue => combine(node.operator, old, right, env);
    yield made(
      modify(node, input.value, env, (old) => [change(old)]),
      input,
    );
  }
}

const arithmetic: Readonly<Record<Exclude<AssignOperator, "=" | "|=" | "//=">, BinaryOperator>> = {
  "+=": "+",
  "-=": "-",
  "*=": "*",
  "/=": "/",
  "%=": "%",
};

function combine(operator: AssignOperator, old: JqValue, right: JqValue, env: Env): JqValue {
  switch (operator) {
    case "=":
    case "|=":
      return right;
    case "//=":
      return isTruthy(old) ? old : right;
    case "%=":
    case "*=":
    case "+=":
    case "-=":
    case "/=":
      return applyOperator(arithmetic[operator], old, right, env.machine);
  }
}

/** Each part becomes the first value that the change gives for it; parts without one are deleted in the end. */
function modify(
  node: NodeOf<"assign">,
  value: JqValue,
  env: Env,
  change: (old: JqValue) => Iterable<JqValue>,
): JqValue {
  const charge = (slots: number): void => chargeSlots(env.machine, slots);
  const drafts = createDrafts(charge);
  const deleted: JqList[] = [];
  let result = value;
  for (const path of listPaths(node.left, value, env)) {
    result = runAt(node, () =>
      updatePath(
        result,
        path,
        (old) => {
          for (const changed of change(old)) return changed;
          deleted.push(path);
          return old;
        },
        drafts,
      ),
    );
  }
  return deleted.length === 0 ? result : runAt(node, () => deletePaths(result, deleted, charge));
}

/** The paths that a filter gives for a value. */
export function* listPaths(node: JqNode, value: JqValue, env: Env): Generator<JqList, void, undefined> {
  for (const item of evaluate(node, { value, trail: "root" }, env)) {
    chargeWork(env.machine, 1);
    yield runAt(node, () => toPath(item));
  }
}
