/**
 * Regular expressions, as gojq has them: RE2, which matches in linear time and has neither look-around nor
 * back-references. jq's own library has both; a pattern that needs them is refused.
 */
import { compileRegexp, findAll, findFirst } from "../../go/regexp/regexp.ts";
import type { Regexp } from "../../go/regexp/regexp.ts";
import type { MatchOffsets } from "../../go/regexp/match.ts";
import { RegexpSyntaxError } from "../../go/regexp/syntax.ts";
import { chargeSlots, chargeWork } from "../machine.ts";
import type { Machine } from "../machine.ts";
import { describe, fail, isArray } from "../values.ts";
import type { JqObject, JqValue } from "../values.ts";
import type { Natives } from "./native.ts";

export const regexpFunctions: Natives = {
  "_match/3": (value, [pattern = null, flags = null, isTest = null], machine) =>
    match(value, pattern, flags, isTest === true, machine),
  /** The pattern alone, or a list of the pattern and its flags. */
  "_apply/2": (value, [isTest = null, pattern = null], machine) =>
    isArray(pattern)
      ? match(value, pattern[0] ?? null, pattern[1] ?? null, isTest === true, machine)
      : match(value, pattern, null, isTest === true, machine),
};

function match(value: JqValue, pattern: JqValue, flags: JqValue, isTest: boolean, machine: Machine): JqValue {
  if (typeof value !== "string") return fail(`${describe(value)} cannot be matched, as it is not a string`);
  if (typeof pattern !== "string" || (flags !== null && typeof flags !== "string"))
    return fail(`${describe(pattern)} cannot be matched, as it is not a string`);
  const signs = flags ?? "";
  if (/[^gimnpslx]/u.test(signs)) return fail(`${signs} is not a valid modifier string`);
  const regexp = compile(pattern, signs);
  const charge = (steps: number): void => chargeWork(machine, steps);
  if (isTest) return findFirst(regexp, value, charge) !== undefined;
  const found = findAll(regexp, value, signs.includes("g") ? -1 : 1, charge);
  const wanted = signs.includes("n") ? found.filter(([start, end]) => start !== end) : found;
  const points = countPoints(value);
  chargeSlots(machine, value.length + wanted.length * 8);
  return wanted.map((offsets) => describeMatch(regexp, value, offsets, points));
}

function compile(pattern: string, signs: string): Regexp {
  const bare = signs.includes("x") ? stripLayout(pattern) : pattern;
  const flags = `${signs.includes("i") ? "i" : ""}${/[sp]/u.test(signs) ? "s" : ""}`;
  try {
    return compileRegexp(flags === "" ? bare : `(?${flags})${bare}`);
  } catch (error) {
    if (error instanceof RegexpSyntaxError)
      return fail(`${describe(pattern)} is no valid pattern: ${error.message}`);
    throw error;
  }
}

/** In the extended form blanks and comments mean nothing, unless a backslash or a class holds them. */
function stripLayout(pattern: string): string {
  return pattern.replace(
    /(\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\])|\s+|#[^\n]*/gu,
    (_, kept: string | undefined) => kept ?? "",
  );
}

/** How many characters lie before each UTF-16 unit. */
function countPoints(text: string): (offset: number) => number {
  const counts = new Int32Array(text.length + 1);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const isTail = unit >= 0xdc00 && unit <= 0xdfff && at > 0;
    counts[at + 1] = (counts[at] ?? 0) + (isTail ? 0 : 1);
  }
  return (offset) => counts[offset] ?? 0;
}

function describeMatch(
  regexp: Regexp,
  text: string,
  offsets: MatchOffsets,
  points: (offset: number) => number,
): JqObject {
  const captures: JqValue[] = [];
  for (let index = 1; index <= regexp.program.captures; index++) {
    const name = regexp.program.groupNames[index] ?? "";
    const part = describePart(text, offsets[index * 2] ?? -1, offsets[index * 2 + 1] ?? -1, points);
    captures.push(new Map(part).set("name", name === "" ? null : name));
  }
  return new Map(describePart(text, offsets[0] ?? -1, offsets[1] ?? -1, points)).set("captures", captures);
}

/** A group that took no part has no text. */
function describePart(
  text: string,
  start: number,
  end: number,
  points: (offset: number) => number,
): JqObject {
  const isFound = start >= 0;
  return new Map<string, JqValue>([
    ["offset", isFound ? points(start) : -1],
    ["length", isFound ? points(end) - points(start) : 0],
    ["string", isFound ? text.slice(start, end) : null],
  ]);
}
