/**
 * Reads the expressions in `?(...)` and `(...)`: the loosest operator splits the text at its first place outside
 * quotes and brackets, and each side is read in the same way (evilmonkeyinc/jsonpath, script/standard).
 */
import { readJson } from "../go/json.ts";
import { EvalError } from "../context.ts";
import { refuseSelector } from "./tokens.ts";
import type { Script, ScriptOperator, Token } from "./tokens.ts";

/**
 * Reads a selector that starts with `$` or `@`; given, because selectors hold scripts and scripts
 * selectors.
 */
export type ReadSelector = (text: string, depth: number) => readonly Token[];

/** From the loosest to the tightest. */
const operators: readonly ScriptOperator[] = [
  "||",
  "&&",
  "==",
  "!=",
  "<=",
  ">=",
  "<",
  ">",
  "=~",
  "!",
  "+",
  "-",
  "**",
  "*",
  "/",
  "%",
  "not in",
  "in",
];
const maxDepth = 100;

/** For each place in the text, whether it lies outside quotes and brackets. */
function markOpen(text: string): readonly boolean[] {
  const open: boolean[] = [];
  let quote = "";
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    open.push(quote === "" && depth === 0 && !"'\"([".includes(character));
    if (quote !== "") {
      if (character === quote) quote = "";
    } else if (character === "'" || character === '"') {
      quote = character;
    } else if (character === "(" || character === "[") {
      depth++;
    } else if (character === ")" || character === "]") {
      depth--;
    }
  }
  return open;
}

/** Words such as `in` count only between blanks or brackets, so that `@.index` is a name. */
function standsAlone(text: string, at: number, operator: string): boolean {
  if (!/^[a-z]/u.test(operator)) return true;
  return !/[\w.]/u.test(text.charAt(at - 1)) && !/\w/u.test(text.charAt(at + operator.length));
}

function findOperator(text: string, open: readonly boolean[], operator: ScriptOperator): number {
  for (let at = text.indexOf(operator); at >= 0; at = text.indexOf(operator, at + 1)) {
    if (open[at] !== true || !standsAlone(text, at, operator)) continue;
    const left = text.slice(0, at).trim();
    const right = text.slice(at + operator.length).trim();
    return right !== "" && (left === "") === (operator === "!") ? at : -1;
  }
  return -1;
}

/** The text without brackets around the whole of it. */
function unwrap(text: string): string | undefined {
  if (!text.startsWith("(") || !text.endsWith(")")) return undefined;
  const open = markOpen(text.slice(0, -1));
  return open.includes(true) ? undefined : text.slice(1, -1).trim();
}

/** Lists and maps are written as JSON; what is none stays text. */
function readOperand(text: string): Script {
  if (!/^(?:\[.*\]|\{.*\})$/su.test(text)) return { kind: "text", text };
  try {
    return { kind: "value", value: readJson(text) };
  } catch (error) {
    if (error instanceof EvalError && error.code === "expression/invalid-json") return { kind: "text", text };
    throw error;
  }
}

/** Reads a script; `first` is the loosest operator that may still occur. */
export function parseScript(source: string, readSelector: ReadSelector, depth: number, first = 0): Script {
  if (depth > maxDepth) return refuseSelector("invalid expression. nested too deeply");
  const text = source.trim();
  const inner = unwrap(text);
  if (inner !== undefined) return parseScript(inner, readSelector, depth + 1);
  const open = markOpen(text);
  for (let index = first; index < operators.length; index++) {
    const operator = operators[index] ?? "in";
    const at = findOperator(text, open, operator);
    if (at < 0) continue;
    const left =
      operator === "!" ? undefined : parseScript(text.slice(0, at), readSelector, depth + 1, index);
    const right = parseScript(text.slice(at + operator.length), readSelector, depth + 1, index);
    return { kind: "operation", operator, left, right };
  }
  if (text.startsWith("@") || text.startsWith("$"))
    return { kind: "selector", tokens: readSelector(text, depth + 1) };
  return readOperand(text);
}
