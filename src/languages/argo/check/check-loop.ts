/** Loops of steps and tasks: at most one, and one that can be expanded (Argo validate.go, addItemsToScope; 1.6). */
import type { IntOrText, Invocation, Sequence } from "../read/types.ts";
import { reportError, reportWarning } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import { checkWhen } from "./check-expression.ts";
import { hasTag, isKnown } from "./present.ts";
import type { ItemScope } from "./scope-types.ts";

/** True when a call says that it is to be repeated, be it rightly or not. */
export function declaresLoop(call: Invocation): boolean {
  return call.withItems !== undefined || call.withParam !== undefined || call.withSequence !== undefined;
}

/** Checks the loop and the condition of a call and adds what its items offer to the scope. `place` names the call in messages. */
export function checkLoop(
  checker: Checker,
  site: Site,
  call: Invocation,
  place: string,
  items: ItemScope,
): void {
  const { withItems, withParam, withSequence } = call;
  checkWhen(checker, site, call.when, place);
  if (!declaresLoop(call)) return;
  const report = (text: string): void => reportError(checker, "argo/bad-loop", site, `${place} ${text}`);
  const defined = [(withItems?.length ?? 0) > 0, isKnown(withParam), withSequence !== undefined];
  if (defined.filter(Boolean).length > 1)
    report("only one of withItems, withParam, withSequence can be specified");
  for (const item of withItems ?? []) {
    if (item === null) report("unsupported withItems type: null");
    else if (Array.isArray(item)) for (const index of item.keys()) items.keys.add(`item.[${index}]`);
    else if (typeof item === "object") for (const key of Object.keys(item)) items.keys.add(`item.${key}`);
    else if (typeof item === "string" && hasTag(item)) items.any = true;
  }
  if (isKnown(withParam)) {
    items.any = true;
    checkParameterList(checker, site, withParam, place);
  }
  if (withSequence !== undefined) checkSequence(checker, site, withSequence, place);
}

/** A withParam without tags is a JSON list, here and now. */
function checkParameterList(checker: Checker, site: Site, text: string, place: string): void {
  if (hasTag(text)) return;
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return;
  } catch {
    // Reported below: text that is no JSON is no list either.
  }
  reportWarning(checker, "argo/bad-loop", site, `${place} withParam value must be a JSON list`, [
    "withParam",
  ]);
}

function checkSequence(checker: Checker, site: Site, sequence: Sequence, place: string): void {
  const { count, end, start } = sequence;
  if (count !== undefined && end !== undefined) {
    const text = `${place} only one of count or end can be defined in withSequence`;
    reportError(checker, "argo/bad-loop", site, text, ["withSequence"]);
  } else if (count === undefined && end === undefined) {
    const text = `${place} must have either count or end defined in withSequence`;
    reportWarning(checker, "argo/bad-loop", site, text, ["withSequence"]);
  }
  for (const [field, value] of Object.entries({ count, end, start })) {
    if (value === undefined || isWholeNumberOrTag(value)) continue;
    const text = `${place} withSequence.${field} must be a whole number, found '${value}'`;
    reportWarning(checker, "argo/bad-number", site, text, ["withSequence", field]);
  }
}

/** True for whole numbers, as numbers or text, and for text with tags. */
export function isWholeNumberOrTag(value: IntOrText): boolean {
  return typeof value === "number" ? Number.isInteger(value) : hasTag(value) || /^[-+]?\d+$/.test(value);
}
