/**
 * Reads bracket classes, escapes and Unicode classes of RE2 patterns.
 */
import {
  findUnicodeClass,
  foldSet,
  maxPoint,
  negateSet,
  normalizeSet,
  perlClasses,
  posixClasses,
} from "./charset.ts";
import type { CharSet } from "./charset.ts";
import type { PatternReader } from "./reader.ts";
import { RegexpSyntaxError } from "./syntax.ts";

const simpleEscapes: ReadonlyMap<string, number> = new Map([
  ["a", 7],
  ["f", 12],
  ["t", 9],
  ["n", 10],
  ["r", 13],
  ["v", 11],
]);

/** The code point of the escape that starts here: `\n`, `\x7F`, `\x{10FFFF}`, `\123`, `\.`. */
export function readEscape(reader: PatternReader): number {
  const { pattern, at } = reader;
  const point = pattern.codePointAt(at + 1);
  if (point === undefined) throw new RegexpSyntaxError("trailing backslash at end of expression", "");
  const letter = String.fromCodePoint(point);
  reader.at += 1 + letter.length;
  const simple = simpleEscapes.get(letter);
  if (simple !== undefined) return simple;
  if (letter === "x") return readHexEscape(reader);
  if (/^[0-7]$/u.test(letter)) return readOctalEscape(reader, letter);
  if (point < 0x80 && !/^[0-9A-Za-z]$/u.test(letter)) return point;
  throw new RegexpSyntaxError("invalid escape sequence", `\\${letter}`);
}

function readHexEscape(reader: PatternReader): number {
  const match = /\{([0-9a-fA-F]{1,8})\}|([0-9a-fA-F]{2})/uy;
  match.lastIndex = reader.at;
  const found = match.exec(reader.pattern);
  const value = parseInt(found?.[1] ?? found?.[2] ?? "", 16);
  if (found === null || value > maxPoint) {
    throw new RegexpSyntaxError(
      "invalid escape sequence",
      `\\x${reader.pattern.slice(reader.at, reader.at + 2)}`,
    );
  }
  reader.at += found[0].length;
  return value;
}

/**
 * `\0` and up to two more digits; `\1` to `\7` only with another digit, because alone they would be
 * back-references.
 */
function readOctalEscape(reader: PatternReader, first: string): number {
  const match = /[0-7]{0,2}/uy;
  match.lastIndex = reader.at;
  const rest = match.exec(reader.pattern)?.[0] ?? "";
  if (first !== "0" && rest === "") throw new RegexpSyntaxError("invalid escape sequence", `\\${first}`);
  reader.at += rest.length;
  return parseInt(first + rest, 8);
}

/** `\pL`, `\p{Greek}`, `\p{^Lu}`, `\PN`. */
export function readUnicodeClass(reader: PatternReader): CharSet {
  const match = /\\([pP])(?:\{(\^?)([^}]*)\}|([A-Za-z]))/uy;
  match.lastIndex = reader.at;
  const found = match.exec(reader.pattern);
  const excerpt = found?.[0] ?? reader.pattern.slice(reader.at, reader.at + 3);
  const set = found === null ? undefined : findUnicodeClass(found[3] ?? found[4] ?? "");
  if (found === null || set === undefined)
    throw new RegexpSyntaxError("invalid character class range", excerpt);
  reader.at += found[0].length;
  const negated = (found[1] === "P") !== (found[2] === "^");
  const folded = reader.flags.ignoreCase ? foldSet(set) : set;
  return negated ? negateSet(folded) : folded;
}

/** A named or escaped class inside brackets, if one stands here. */
function readInnerClass(reader: PatternReader): CharSet | undefined {
  const { pattern, at } = reader;
  const posix = /\[:(\^?)([a-z]*):\]/uy;
  posix.lastIndex = at;
  const found = posix.exec(pattern);
  if (found !== null) {
    const set = posixClasses.get(found[2] ?? "");
    if (set === undefined) throw new RegexpSyntaxError("invalid character class range", found[0]);
    reader.at += found[0].length;
    return found[1] === "^" ? negateSet(set) : set;
  }
  if (pattern[at] !== "\\") return undefined;
  const letter = pattern.charAt(at + 1);
  if (letter === "p" || letter === "P") return readUnicodeClass(reader);
  const perl = perlClasses.get(letter.toLowerCase());
  if (perl === undefined) return undefined;
  reader.at += 2;
  return letter === letter.toLowerCase() ? perl : negateSet(perl);
}

function readClassPoint(reader: PatternReader): number {
  if (reader.pattern[reader.at] === "\\") return readEscape(reader);
  const point = reader.pattern.codePointAt(reader.at) ?? 0;
  reader.at += point > 0xffff ? 2 : 1;
  return point;
}

function readRange(reader: PatternReader): readonly [number, number] {
  const start = reader.at;
  const from = readClassPoint(reader);
  const next = reader.pattern[reader.at + 1];
  if (reader.pattern[reader.at] !== "-" || next === undefined || next === "]") return [from, from];
  reader.at++;
  const to = readClassPoint(reader);
  if (to < from)
    throw new RegexpSyntaxError("invalid character class range", reader.pattern.slice(start, reader.at));
  return [from, to];
}

/** A class in brackets, `[a-z[:digit:]\s]` or `[^...]`; the reader stands on the opening bracket. */
export function readClass(reader: PatternReader): CharSet {
  const opened = reader.at;
  reader.at++;
  const negated = reader.pattern[reader.at] === "^";
  if (negated) reader.at++;
  const ranges: (readonly [number, number])[] = [];
  let first = true;
  while (reader.pattern[reader.at] !== "]" || first) {
    if (reader.at >= reader.pattern.length)
      throw new RegexpSyntaxError("missing closing ]", reader.pattern.slice(opened));
    checkDash(reader, first);
    first = false;
    const inner = readInnerClass(reader);
    if (inner === undefined) ranges.push(readRange(reader));
    else ranges.push(...inner);
  }
  reader.at++;
  const set = reader.flags.ignoreCase ? foldSet(normalizeSet(ranges)) : normalizeSet(ranges);
  return negated ? negateSet(set) : set;
}

/** A dash may stand first, last, or in a range; elsewhere RE2 with Perl flags takes it as itself. */
function checkDash(reader: PatternReader, first: boolean): void {
  const { pattern, at } = reader;
  if (pattern[at] !== "-" || first) return;
  if (pattern[at + 1] === "-" && pattern[at + 2] === undefined) {
    throw new RegexpSyntaxError("missing closing ]", pattern.slice(at));
  }
}
