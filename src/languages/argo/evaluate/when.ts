/** A condition after its tags are replaced: true and false at a glance, everything else by govaluate. */
import { createEvalContext, EvalError } from "../../../expressions/context.ts";
import { evaluateWhen, parseWhen } from "../../../expressions/govaluate/when.ts";
import type { Evaluated, Scope } from "../../../model/run/scope.ts";

/** Decides a condition; the text itself is part of the answer, because messages quote it. */
export function decideWhen(text: string, scope: Scope): Evaluated {
  const plain = text.trim();
  if (plain === "true" || plain === "false") return { ok: true, value: plain === "true", text };
  const parsed = parseWhen(text);
  if (!parsed.ok)
    return { ok: false, message: `Invalid 'when' expression '${text}': ${parsed.error.message}`, text };
  try {
    return {
      ok: true,
      value: evaluateWhen(
        parsed.value,
        createEvalContext(scope.run.at, () => scope.random()),
      ),
      text,
    };
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    const isPlain = error.code === "expression/not-boolean";
    return {
      ok: false,
      message: isPlain ? error.message : `Failed to evaluate 'when' expression '${text}': ${error.message}`,
      text,
    };
  }
}
