/**
 * Go's package regexp on our own linear-time matcher: compile, find, replace, split.
 * Patterns come from documents, so JavaScript's backtracking RegExp is never used for them.
 */
import { compileProgram } from "./compile.ts";
import type { Program } from "./compile.ts";
import { findMatch } from "./match.ts";
import type { ChargeWork, MatchOffsets } from "./match.ts";

/** A compiled pattern. */
export interface Regexp {
  readonly pattern: string;
  readonly program: Program;
}

const cache = new Map<string, Regexp>();
const maxCached = 200;

/** Compiles a pattern, or takes it from a small cache; throws RegexpSyntaxError. */
export function compileRegexp(pattern: string): Regexp {
  const cached = cache.get(pattern);
  if (cached !== undefined) return cached;
  const compiled: Regexp = { pattern, program: compileProgram(pattern) };
  if (cache.size >= maxCached) cache.clear();
  if (compiled.program.instructions.length < 2000) cache.set(pattern, compiled);
  return compiled;
}

const free: ChargeWork = () => undefined;

/** True when the pattern matches somewhere in the text. */
export function testRegexp(regexp: Regexp, text: string, charge: ChargeWork = free): boolean {
  return findMatch(regexp.program, text, 0, charge) !== undefined;
}

/** Offsets of the first match at or after `from`. */
export function findFirst(
  regexp: Regexp,
  text: string,
  charge: ChargeWork = free,
  from = 0,
): MatchOffsets | undefined {
  return findMatch(regexp.program, text, from, charge);
}

function stepOver(text: string, offset: number): number {
  return offset + ((text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1);
}

/**
 * All matches that do not overlap, at most `limit` (negative means all). An empty match right behind a
 * match does not count.
 */
export function findAll(
  regexp: Regexp,
  text: string,
  limit = -1,
  charge: ChargeWork = free,
): readonly MatchOffsets[] {
  const found: MatchOffsets[] = [];
  let previousEnd = -1;
  for (let at = 0; at <= text.length && (limit < 0 || found.length < limit);) {
    const match = findMatch(regexp.program, text, at, charge);
    if (match === undefined) break;
    const start = match[0] ?? 0;
    const end = match[1] ?? 0;
    if (end > start || start !== previousEnd) found.push(match);
    at = end > at ? end : stepOver(text, at);
    if (end > start && at < end) at = end;
    previousEnd = end;
  }
  return found;
}

/** Replaces every match by what `expand` gives for it. */
export function replaceMatches(
  regexp: Regexp,
  text: string,
  expand: (match: MatchOffsets) => string,
  charge: ChargeWork = free,
): string {
  const pieces: string[] = [];
  let from = 0;
  for (const match of findAll(regexp, text, -1, charge)) {
    pieces.push(text.slice(from, match[0]), expand(match));
    from = match[1] ?? from;
  }
  pieces.push(text.slice(from));
  return pieces.join("");
}

const variable = /\$(?:\$|\{(\w+)\}|(\w+))/gu;

/** Go's `Regexp.Expand`: `$1`, `${name}`, `$$`; the longest name counts, an unknown one is empty. */
export function expandTemplate(regexp: Regexp, template: string, text: string, match: MatchOffsets): string {
  return template.replace(variable, (whole: string, braced: string | undefined, bare: string | undefined) => {
    if (whole === "$$") return "$";
    const name = braced ?? bare ?? "";
    const index = /^\d+$/u.test(name) ? Number(name) : regexp.program.groupNames.indexOf(name);
    const start = match[index * 2] ?? -1;
    return start < 0 || index < 0 ? "" : text.slice(start, match[index * 2 + 1]);
  });
}

/** Go's `Regexp.Split`: the pieces between matches, at most `limit` (negative means all, 0 none). */
export function splitRegexp(
  regexp: Regexp,
  text: string,
  limit: number,
  charge: ChargeWork = free,
): string[] {
  if (limit === 0) return [];
  if (regexp.pattern !== "" && text === "") return [""];
  const pieces: string[] = [];
  let from = 0;
  let end = 0;
  for (const match of findAll(regexp, text, limit, charge)) {
    if (limit > 0 && pieces.length === limit - 1) break;
    end = match[0] ?? 0;
    if ((match[1] ?? 0) !== 0) pieces.push(text.slice(from, end));
    from = match[1] ?? from;
  }
  if (end !== text.length) pieces.push(text.slice(from));
  return pieces;
}

/** Go's `regexp.QuoteMeta`. */
export function quoteMeta(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/gu, "\\$&");
}
