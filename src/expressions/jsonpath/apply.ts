/**
 * Applies a selector to a value. Steps that name one member give that member or an error;
 * steps that may give several (wildcards, filters, ranges, unions, `..`) give a list
 * and leave out whatever the rest of the selector does not fit.
 */
import { chargeSteps, EvalError } from "../context.ts";
import type { EvalContext } from "../context.ts";
import { checkDepth } from "../go/format-value.ts";
import { compareText, countBytes } from "../go/utf8.ts";
import { matchPattern } from "../go/regexp/cached-match.ts";
import { goTypeName, isList, isMap } from "../value.ts";
import type { Value, ValueList } from "../value.ts";
import {
  findInteger,
  findNumber,
  getBareText,
  getElements,
  getNumber,
  getText,
  getTruth,
  isTruthy,
} from "./script-values.ts";
import { refuseSelector } from "./tokens.ts";
import type { Argument, Script, ScriptOperator, Token } from "./tokens.ts";

/** What stays the same while a selector is applied. */
interface Query {
  readonly root: Value;
  readonly context: EvalContext;
  readonly depth: number;
}

type Rest = readonly Token[];

function refuseTarget(kind: string, expected: string, found: Value): never {
  const got = found === null ? "nil" : goTypeName(found);
  return refuseSelector(`${kind}: invalid token target. expected [${expected}] got [${got}]`);
}

/** The children that a wildcard visits; maps in the order of their keys. */
function listChildren(kind: string, value: Value): ValueList {
  if (isList(value)) return value;
  if (!isMap(value)) return refuseTarget(kind, "array map slice", value);
  const keys = [...value.keys()].map(String).sort(compareText);
  return keys.map((key) => value.get(key) ?? null);
}

/** The value, or undefined when the selector does not fit; a used-up budget still ends everything. */
function attempt(apply: () => Value): Value | undefined {
  try {
    return apply();
  } catch (error) {
    if (error instanceof EvalError && error.code !== "expression/budget-exhausted") return undefined;
    throw error;
  }
}

function continueWith(query: Query, value: Value, rest: Rest): Value {
  const [next, ...others] = rest;
  return next === undefined ? value : applyToken(query, next, value, others);
}

/** Applies the rest to each; what does not fit, and nil, is left out. */
function continueEach(query: Query, values: ValueList, rest: Rest): ValueList {
  if (rest.length === 0) return values;
  const results: Value[] = [];
  for (const value of values) {
    const result = attempt(() => continueWith(query, value, rest));
    if (result !== undefined && result !== null) results.push(result);
  }
  return results;
}

/** An index behind several values picks from their list; every other step applies to each of them. */
function continueMany(query: Query, values: ValueList, rest: Rest): Value {
  return rest[0]?.kind === "index" ? continueWith(query, values, rest) : continueEach(query, values, rest);
}

function applyKey(query: Query, key: string, value: Value, rest: Rest): Value {
  if (!isMap(value)) return refuseTarget("key", "map", value);
  const found = value.get(key);
  return found === undefined
    ? refuseSelector(`key: invalid token key '${key}' not found`)
    : continueWith(query, found, rest);
}

function applyIndex(query: Query, index: bigint, value: Value, rest: Rest): Value {
  if (!isList(value)) return refuseTarget("index", "array slice", value);
  const at = Number(index) < 0 ? value.length + Number(index) : Number(index);
  const found = value[at];
  return found === undefined
    ? refuseSelector("index: invalid token out of range")
    : continueWith(query, found, rest);
}

function applyLength(query: Query, value: Value, rest: Rest): Value {
  let length: Value;
  if (isMap(value)) length = value.get("length") ?? BigInt(value.size);
  else if (isList(value)) length = BigInt(value.length);
  else if (typeof value === "string") length = BigInt(countBytes(value));
  else return refuseTarget("length", "array map slice string", value);
  return continueWith(query, length, rest);
}

function applyRecursive(query: Query, value: Value, rest: Rest, found: Value[], depth: number): void {
  checkDepth(depth);
  chargeSteps(query.context, 1);
  if (value === null) return;
  const result = attempt(() => continueWith(query, value, rest));
  if (result !== undefined && result !== null) {
    const results = isList(result) ? result : [result];
    chargeSteps(query.context, results.length);
    for (const item of results) found.push(item);
  }
  if (!isList(value) && !isMap(value)) return;
  for (const child of listChildren("recursive", value)) applyRecursive(query, child, rest, found, depth + 1);
}

function applyFilter(query: Query, script: Script, value: Value, rest: Rest): Value {
  const kept = listChildren("filter", value).filter((element) => {
    chargeSteps(query.context, 1);
    const result = attempt(() => runScript(query, script, element));
    return result !== undefined && isTruthy(result);
  });
  return continueMany(query, kept, rest);
}

function applyScript(query: Query, script: Script, value: Value, rest: Rest): Value {
  const result = runScript(query, script, value);
  if (typeof result === "string") return applyKey(query, getBareText(result), value, rest);
  const index = findInteger(result);
  return index === undefined
    ? refuseSelector(`unexpected expression result. expected [int string] got [${goTypeName(result)}]`)
    : applyIndex(query, index, value, rest);
}

function readBound(query: Query, argument: Argument, value: Value): number | undefined {
  if (argument === undefined) return undefined;
  const index = typeof argument === "bigint" ? argument : findInteger(runScript(query, argument, value));
  return index === undefined
    ? refuseSelector("range: invalid token argument. expected [int]")
    : Number(index);
}

function clamp(bound: number | undefined, length: number, absent: number): number {
  if (bound === undefined) return absent;
  return Math.min(Math.max(bound < 0 ? length + bound : bound, 0), length);
}

function applyRange(
  query: Query,
  token: Token & { readonly kind: "range" },
  value: Value,
  rest: Rest,
): Value {
  if (!isList(value)) return refuseTarget("range", "array slice", value);
  const from = clamp(readBound(query, token.from, value), value.length, 0);
  const to = clamp(readBound(query, token.to, value), value.length, value.length);
  const step = readBound(query, token.step, value) ?? 1;
  if (step === 0) return refuseSelector("range: invalid token out of range");
  const picked: Value[] = [];
  for (let at = step < 0 ? to - 1 : from; step < 0 ? at >= from : at < to; at += step)
    picked.push(value[at] ?? null);
  chargeSteps(query.context, picked.length);
  return continueMany(query, picked, rest);
}

function applyUnion(
  query: Query,
  token: Token & { readonly kind: "union" },
  value: Value,
  rest: Rest,
): Value {
  const members = token.members.map((member): Value => {
    if (typeof member !== "object") return member;
    const result = runScript(query, member, value);
    return typeof result === "string" ? getBareText(result) : (findInteger(result) ?? result);
  });
  const names = members.filter((member) => typeof member === "string");
  if (names.length === members.length) {
    if (!isMap(value)) return refuseTarget("union", "map", value);
    return continueMany(
      query,
      names.flatMap((name) => (value.has(name) ? [value.get(name) ?? null] : [])),
      rest,
    );
  }
  if (names.length > 0 || members.some((member) => typeof member !== "bigint")) {
    return refuseSelector("union: invalid token argument. expected [int string]");
  }
  if (!isList(value)) return refuseTarget("union", "array slice", value);
  const picked = members.flatMap((member) => {
    const at = Number(member) < 0 ? value.length + Number(member) : Number(member);
    const found = value[at];
    return found === undefined ? [] : [found];
  });
  return continueMany(query, picked, rest);
}

function applyToken(query: Query, token: Token, value: Value, rest: Rest): Value {
  chargeSteps(query.context, 1);
  switch (token.kind) {
    case "root":
      return continueWith(query, query.root, rest);
    case "current":
      return continueWith(query, value, rest);
    case "key":
      return applyKey(query, token.key, value, rest);
    case "index":
      return applyIndex(query, token.index, value, rest);
    case "length":
      return applyLength(query, value, rest);
    case "wildcard":
      return continueEach(query, listChildren("wildcard", value), rest);
    case "recursive": {
      const found: Value[] = [];
      applyRecursive(query, value, rest, found, 0);
      return found;
    }
    case "filter":
      return applyFilter(query, token.script, value, rest);
    case "script":
      return applyScript(query, token.script, value, rest);
    case "range":
      return applyRange(query, token, value, rest);
    case "union":
      return applyUnion(query, token, value, rest);
  }
}

/** The value of a script with `@` standing for `current`. */
function runScript(query: Query, script: Script, current: Value): Value {
  chargeSteps(query.context, 1);
  checkDepth(query.depth);
  switch (script.kind) {
    case "value":
      return script.value;
    case "text":
      return readLiteral(script.text);
    case "selector": {
      const found = continueWith({ ...query, depth: query.depth + 1 }, current, script.tokens);
      return typeof found === "string" && !/^'.+'$/su.test(found) ? `'${found}'` : found;
    }
    case "operation":
      return runOperation(query, script.operator, script.left, script.right, current);
  }
}

/** A bare word is nil, a number, a truth value, or itself. */
function readLiteral(text: string): Value {
  if (text === "nil" || text === "null") return null;
  if (text === "true" || text === "false") return text === "true";
  return findNumber(text) ?? text;
}

function equal(left: Value, right: Value): boolean {
  const [a, b] = [findNumber(left), findNumber(right)];
  return a !== undefined && b !== undefined ? a === b : getText(left) === getText(right);
}

function runOperation(
  query: Query,
  operator: ScriptOperator,
  leftScript: Script | undefined,
  rightScript: Script,
  current: Value,
): Value {
  const left = leftScript === undefined ? null : runScript(query, leftScript, current);
  const right = runScript(query, rightScript, current);
  switch (operator) {
    case "||":
      return [getTruth(left), getTruth(right)].includes(true);
    case "&&":
      return ![getTruth(left), getTruth(right)].includes(false);
    case "!":
      return !getTruth(right);
    case "==":
      return equal(left, right);
    case "!=":
      return !equal(left, right);
    case "<":
      return getNumber(left) < getNumber(right);
    case "<=":
      return getNumber(left) <= getNumber(right);
    case ">":
      return getNumber(left) > getNumber(right);
    case ">=":
      return getNumber(left) >= getNumber(right);
    case "+":
      return getNumber(left) + getNumber(right);
    case "-":
      return getNumber(left) - getNumber(right);
    case "*":
      return getNumber(left) * getNumber(right);
    case "/":
      return getNumber(left) / getNumber(right);
    case "%":
      return getNumber(left) % getNumber(right);
    case "**":
      return getNumber(left) ** getNumber(right);
    case "=~":
      return matchPattern(getBareText(right), getBareText(left), (steps) =>
        chargeSteps(query.context, steps),
      );
    case "in":
      return contains(left, right);
    case "not in":
      return !contains(left, right);
  }
}

/** Members of a list written in a script have no quotes, texts of the document do. */
function contains(needle: Value, haystack: Value): boolean {
  return getElements(haystack).some((element) =>
    typeof element === "string"
      ? element === needle || `'${element}'` === getText(needle)
      : equal(element, needle),
  );
}

/** Applies the steps of a selector to a document. */
export function applySelector(tokens: readonly Token[], root: Value, context: EvalContext): Value {
  return continueWith({ root, context, depth: 0 }, root, tokens);
}
