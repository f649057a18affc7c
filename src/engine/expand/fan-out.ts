/** Fan-out: from a node's `each` to a count of members and what each of them gets. */
import type { Json } from "../../base/json.ts";
import { isExpression } from "../../model/plan/expression.ts";
import type { Each } from "../../model/plan/plan.ts";
import type { Scope } from "../../model/run/scope.ts";
import type { Items } from "../../model/run/values.ts";
import { Refusal } from "../decide/decision.ts";
import type { Decision } from "../decide/decision.ts";

/** Most members of one fan-out: numbers of tasks are 32-bit, and a typing error shall not fill the memory. */
const membersAtMost = 10_000_000;

/** How many members there are, and their items when the plan does not already hold them. Throws Refusals. */
export function expandEach(
  decision: Decision,
  each: Each,
  scope: Scope,
): { readonly count: number; readonly items?: Items } {
  if (each.kind === "sequence") return expandSequence(decision, each, scope);
  if (!isExpression(each.items)) return { count: each.items.length };
  const answer = decision.evaluate(each.items, scope);
  if (!answer.ok) throw new Refusal({ code: "expression-failed", message: answer.message });
  const list = answer.value as readonly Json[];
  return { count: list.length, items: { kind: "list", list } };
}

function expandSequence(
  decision: Decision,
  each: Extract<Each, { kind: "sequence" }>,
  scope: Scope,
): { readonly count: number; readonly items: Items } {
  const start = decision.resolve(each.start, scope);
  let count = 0;
  let step: 1 | -1 = 1;
  if (each.count !== undefined) count = decision.resolve(each.count, scope);
  else if (each.end !== undefined) {
    const end = decision.resolve(each.end, scope);
    step = end < start ? -1 : 1;
    count = Math.abs(end - start) + 1;
  }
  if (count > membersAtMost) {
    throw new Refusal({
      code: "expression-failed",
      message: `a fan-out of ${count} members is larger than ${membersAtMost}`,
    });
  }
  const format = each.format === undefined ? undefined : decision.resolve(each.format, scope);
  return {
    count: Math.max(0, count),
    items: { kind: "sequence", start, step, ...(format === undefined ? {} : { format }) },
  };
}
