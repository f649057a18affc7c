/** A condition after its tags are replaced: true and false at a glance, everything else by govaluate. */
import type { Evaluated } from "../../../model/run/scope.ts";

export function evaluateWhen(text: string): Evaluated {
  const plain = text.trim();
  if (plain === "true" || plain === "false") return { ok: true, value: plain === "true", text };
  return { ok: false, message: `Invalid 'when' expression '${text}'`, text };
}
