/**
 * Requirements as Kubernetes writes them in label selectors: `a`, `!a`, `a = v`, `a == v`, `a != v`, `a in (v, w)`,
 * `a notin (v, w)`, `a > 1`, `a < 1`, several with commas between them (k8s.io/apimachinery, labels.Parse).
 * Argo asks for the fields of an object with them, and a field may lie deep: `status.phase`, `status.conditions.0.type`.
 */
import type { Json } from "../../base/json.ts";
import { isJsonObject } from "../../base/json.ts";
import { err, ok } from "../../base/result.ts";
import type { Result } from "../../base/result.ts";

export interface Requirement {
  readonly key: string;
  readonly operator: "exists" | "absent" | "in" | "notin" | ">" | "<";
  readonly values: readonly string[];
}

const tokenPattern = /\s*(==|!=|[=!,()<>]|[^\s=!,()<>]+)/y;

/** Takes a text apart; the error is a sentence that says what is wrong with it. */
export function parseRequirements(text: string): Result<readonly Requirement[], string> {
  const tokens = listTokens(text);
  const requirements: Requirement[] = [];
  let at = 0;
  while (at < tokens.length) {
    const read = readRequirement(tokens, at);
    if (typeof read === "string") return err(`${JSON.stringify(text)}: ${read}`);
    requirements.push(read.requirement);
    at = read.next;
    if (at === tokens.length) break;
    if (tokens[at] !== ",")
      return err(`${JSON.stringify(text)}: found '${tokens[at]}', expected ',' or the end`);
    at += 1;
    if (at === tokens.length) return err(`${JSON.stringify(text)}: a key is missing behind the last ','`);
  }
  return ok(requirements);
}

function listTokens(text: string): readonly string[] {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < end) {
    const found = tokenPattern.exec(text);
    if (found === null) break;
    tokens.push(found[1] as string);
  }
  return tokens;
}

type Read = { readonly requirement: Requirement; readonly next: number } | string;

function isWord(token: string | undefined): token is string {
  return token !== undefined && !/^[=!,()<>]/.test(token);
}

function readRequirement(tokens: readonly string[], start: number): Read {
  const first = tokens[start];
  if (first === "!") {
    const key = tokens[start + 1];
    if (!isWord(key)) return `found '${key ?? "the end"}' behind '!', expected a key`;
    return { requirement: { key, operator: "absent", values: [] }, next: start + 2 };
  }
  if (!isWord(first)) return `found '${first}', expected a key`;
  const operator = tokens[start + 1];
  switch (operator) {
    case undefined:
    case ",":
      return { requirement: { key: first, operator: "exists", values: [] }, next: start + 1 };
    case "=":
    case "==":
      return readValue(tokens, start + 2, first, "in");
    case "!=":
      return readValue(tokens, start + 2, first, "notin");
    case ">":
    case "<":
      return readNumber(tokens, start + 2, first, operator);
    case "in":
    case "notin":
      return readList(tokens, start + 2, first, operator);
    default:
      return `found '${operator}' behind ${first}, expected one of: in notin = == != > <`;
  }
}

/** One value; it may be empty, as in `a=`. */
function readValue(tokens: readonly string[], at: number, key: string, operator: "in" | "notin"): Read {
  const value = tokens[at];
  if (isWord(value)) return { requirement: { key, operator, values: [value] }, next: at + 1 };
  if (value === undefined || value === ",") return { requirement: { key, operator, values: [""] }, next: at };
  return `found '${String(value)}', expected a value of ${key}`;
}

function readNumber(tokens: readonly string[], at: number, key: string, operator: ">" | "<"): Read {
  const value = tokens[at];
  if (value === undefined || !/^[+-]?\d+$/.test(value))
    return `found '${value ?? "the end"}', expected a whole number to compare ${key} with`;
  return { requirement: { key, operator, values: [value] }, next: at + 1 };
}

function readList(tokens: readonly string[], at: number, key: string, operator: "in" | "notin"): Read {
  if (tokens[at] !== "(") return `found '${tokens[at] ?? "the end"}' behind ${operator}, expected '('`;
  const values: string[] = [];
  let next = at + 1;
  for (; tokens[next] !== ")"; next += 1) {
    const token = tokens[next];
    if (token === undefined) return `the list of ${key} has no ')'`;
    if (isWord(token)) values.push(token);
    else if (token !== ",") return `found '${String(token)}' in the list of ${key}`;
    // A comma without a value in front of it stands for an empty one.
    else if (!isWord(tokens[next - 1])) values.push("");
  }
  return { requirement: { key, operator, values }, next: next + 1 };
}

/** Whether an object has what a requirement asks for. */
export function matchesRequirement(object: Json, { key, operator, values }: Requirement): boolean {
  const found = findField(object, key);
  const text = found === undefined ? undefined : fieldToText(found);
  switch (operator) {
    case "exists":
      return text !== undefined;
    case "absent":
      return text === undefined;
    case "in":
      return text !== undefined && values.includes(text);
    case "notin":
      return text === undefined || !values.includes(text);
    case ">":
    case "<": {
      if (text === undefined || !/^[+-]?\d+$/.test(text)) return false;
      const [left, right] = [BigInt(text), BigInt(values[0] ?? "0")];
      return operator === ">" ? left > right : left < right;
    }
  }
}

/** A field by its path; members of lists by their number, and `#` for how many there are. */
function findField(object: Json, path: string): Json | undefined {
  let value: Json | undefined = object;
  for (const name of path.split(".")) {
    if (Array.isArray(value)) {
      const list = value as readonly Json[];
      value = name === "#" ? list.length : /^\d+$/.test(name) ? list[Number(name)] : undefined;
    } else if (isJsonObject(value)) value = Object.hasOwn(value, name) ? value[name] : undefined;
    else return undefined;
  }
  return value;
}

function fieldToText(value: Json): string {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Whether labels fit a selector: all of its requirements hold. Keys of labels have dots in them, which are no path. */
export function matchesLabels(
  labels: Readonly<Record<string, string>>,
  requirements: readonly Requirement[],
): boolean {
  return requirements.every((requirement) => {
    const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
    return matchesRequirement(value === undefined ? {} : { value }, { ...requirement, key: "value" });
  });
}
