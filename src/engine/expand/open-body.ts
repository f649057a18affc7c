/** Opening what is not a leaf for an executor: regions, waits, requests, and evaluations under a retry policy. */
import { unreachable } from "../../base/errors.ts";
import { isExpression } from "../../model/plan/expression.ts";
import type { Process } from "../../model/plan/plan.ts";
import { phases } from "../../model/run/phase.ts";
import type { Inputs } from "../../model/run/values.ts";
import { Refusal } from "../decide/decision.ts";
import type { Decision } from "../decide/decision.ts";
import { computeOutputs } from "./bind.ts";
import { buildQuestion } from "./order.ts";
import { createCalleeScope, findInputs } from "./scope.ts";

/** Opens the body of a bound process. `inputs` are recorded with it when they are not yet in the state. Throws Refusals. */
export function openBody(
  decision: Decision,
  task: number,
  number: number,
  process: Process,
  inputs: Inputs | undefined,
): void {
  const { state } = decision;
  const own = inputs ?? findInputs(state, task);
  const scope = { ...createCalleeScope(state, decision.run, task), inputs: own };
  const base = {
    kind: "task.opened",
    task,
    at: decision.at,
    process: number,
    retried: false,
    ...(inputs === undefined ? {} : { inputs }),
  } as const;
  switch (process.body.kind) {
    case "region": {
      const { region } = process.body;
      const limit =
        region.childrenAtMost === undefined ? undefined : decision.resolve(region.childrenAtMost, scope);
      const targets = resolveTargets(decision, number, scope);
      return decision.record({
        ...base,
        ...(limit === undefined || limit <= 0 ? {} : { limit }),
        ...(targets === undefined ? {} : { targets }),
      });
    }
    case "wait": {
      const durationMs =
        process.body.durationMs === undefined ? undefined : decision.resolve(process.body.durationMs, scope);
      return decision.record({
        ...base,
        ...(durationMs === undefined ? {} : { until: decision.at + durationMs }),
      });
    }
    case "request":
    case "listing": {
      const request = buildQuestion(decision, task, process, own);
      decision.record(base);
      decision.effects.push({ kind: "request.send", task, request });
      return;
    }
    case "eval": {
      const results = computeOutputs(decision, process, scope, undefined);
      return decision.settle(task, phases.succeeded, {
        process: number,
        ...(inputs === undefined ? {} : { inputs }),
        ...results,
      });
    }
    case "task":
      throw new Refusal({ code: "unknown-process", message: `${process.id} needs an executor` });
    default:
      return unreachable(process.body);
  }
}

/** Local indexes of computed targets; undefined when the plan itself names them. */
function resolveTargets(
  decision: Decision,
  number: number,
  scope: Parameters<Decision["resolve"]>[1],
): readonly number[] | undefined {
  const index = decision.state.index.regions[number];
  const order = index?.region.order;
  if (index === undefined || order?.kind !== "graph" || !isExpression(order.targets)) return undefined;
  const names = decision
    .resolve<string>(order.targets as never, scope)
    .split(/\s+/)
    .filter((name) => name !== "");
  if (names.length === 0) return undefined;
  return names.map((name) => {
    const local = index.byName.get(name);
    if (local === undefined)
      throw new Refusal({ code: "expression-failed", message: `target '${name}' is not defined` });
    return local;
  });
}
