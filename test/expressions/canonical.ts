/**
 * One unambiguous text per value, so that tables can be compared with what the Go libraries computed:
 * `i:1` an int, `f:1` a float, texts as JSON, maps with sorted members.
 */
import { formatFloat } from "../../src/expressions/go/format-float.ts";
import { timeToRfc3339 } from "../../src/expressions/go/format-time.ts";
import { compareText } from "../../src/expressions/go/utf8.ts";
import { createBudget, createEvalContext, EvalError } from "../../src/expressions/context.ts";
import type { EvalContext } from "../../src/expressions/context.ts";
import { isDuration, isHost, isList, isMap, isTime, kindOf, toMap } from "../../src/expressions/value.ts";
import type { Value } from "../../src/expressions/value.ts";

export function canonical(value: Value): string {
  if (value === null) return "nil";
  if (typeof value === "boolean") return String(value);
  if (typeof value === "bigint") return `i:${value}`;
  if (typeof value === "number") return `f:${formatFloat(value)}`;
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Uint8Array) return canonical(Array.from(value, BigInt));
  if (isList(value)) return `[${value.map(canonical).join(",")}]`;
  if (isMap(value) || isHost(value)) {
    const members = [...toMap(value)].map(([key, member]) => `${canonical(key)}:${canonical(member)}`);
    return `{${members.sort(compareText).join(",")}}`;
  }
  if (isTime(value)) return `t:${timeToRfc3339(value)}`;
  return isDuration(value) ? `d:${value.ns}` : kindOf(value);
}

/** The canonical result, or the code of the refusal behind an exclamation mark. */
export function outcome(compute: () => Value): string {
  try {
    return canonical(compute());
  } catch (error) {
    if (error instanceof EvalError) return `!${error.code}`;
    throw error;
  }
}

/** 2024-05-01T10:20:30.123Z, dice that always give a half, an ample budget unless told otherwise. */
export function testContext(steps?: number, bytes?: number): EvalContext {
  return createEvalContext(1_714_558_830_123, () => 0.5, createBudget(steps, bytes));
}
