/**
 * Reads RE2 syntax (Go's regexp/syntax with Perl flags): classes, groups, flags, lazy repeats, \p{..}, \Q..\E.
 * No look-around and no back-references: those cannot be matched in linear time, so RE2 refuses them and so do we.
 */
import { foldSet, negateSet, perlClasses } from "./charset.ts";
import type { CharSet } from "./charset.ts";
import { readClass, readEscape, readUnicodeClass } from "./parse-class.ts";
import type { Flags, PatternReader } from "./reader.ts";
import { RegexpSyntaxError } from "./syntax.ts";
import type { RegexpNode } from "./syntax.ts";

/** A parsed pattern. */
export interface ParsedRegexp {
  readonly node: RegexpNode;
  /** Number of groups that capture. */
  readonly captures: number;
  /** Name of each group, "" for those without; index 0 is the whole match. */
  readonly groupNames: readonly string[];
}

/** RE2's own bounds. */
const maxNesting = 250;
const maxRepeat = 1000;
const maxPatternLength = 5_000;

const empty: RegexpNode = { kind: "empty" };

/** Parses a pattern; throws RegexpSyntaxError. */
export function parseRegexp(pattern: string): ParsedRegexp {
  if (pattern.length > maxPatternLength)
    throw new RegexpSyntaxError("expression too large", `${pattern.slice(0, 40)}...`);
  const reader: PatternReader = {
    pattern,
    at: 0,
    captures: 0,
    depth: 0,
    flags: { ignoreCase: false, multiline: false, dotAll: false, ungreedy: false },
  };
  const names: string[] = [""];
  const node = readAlternatives(reader, names);
  if (reader.at < pattern.length) throw new RegexpSyntaxError("unexpected )", pattern);
  return { node, captures: reader.captures, groupNames: names };
}

function readAlternatives(reader: PatternReader, names: string[]): RegexpNode {
  if (++reader.depth > maxNesting)
    throw new RegexpSyntaxError("expression nests too deeply", reader.pattern.slice(0, 100));
  const parts: RegexpNode[] = [readConcat(reader, names)];
  while (reader.pattern[reader.at] === "|") {
    reader.at++;
    parts.push(readConcat(reader, names));
  }
  reader.depth--;
  return parts.length === 1 ? (parts[0] ?? empty) : { kind: "alternate", parts };
}

function readConcat(reader: PatternReader, names: string[]): RegexpNode {
  const parts: RegexpNode[] = [];
  while (reader.at < reader.pattern.length && !"|)".includes(reader.pattern.charAt(reader.at))) {
    const repeat = readRepeat(reader, parts);
    if (repeat !== undefined) {
      parts.pop();
      parts.push(repeat);
      continue;
    }
    if (reader.pattern.startsWith("\\Q", reader.at)) {
      parts.push(...readQuoted(reader));
      continue;
    }
    const node = readAtom(reader, names);
    if (node !== undefined) parts.push(node);
  }
  return parts.length === 1 ? (parts[0] ?? empty) : { kind: "concat", parts };
}

const repeatOperator = /[*+?]|\{(\d+)(?:(,)(\d*))?\}/uy;

/** A repeat operator applied to the last part, if one stands here. */
function readRepeat(reader: PatternReader, parts: readonly RegexpNode[]): RegexpNode | undefined {
  repeatOperator.lastIndex = reader.at;
  const match = repeatOperator.exec(reader.pattern);
  if (match === null) return undefined;
  const operator = match[0];
  const inner = parts.at(-1);
  if (inner === undefined || inner.kind === "empty")
    throw new RegexpSyntaxError("missing argument to repetition operator", operator);
  const bounds = readBounds(match);
  reader.at += operator.length;
  const lazy = reader.pattern[reader.at] === "?";
  if (lazy) reader.at++;
  repeatOperator.lastIndex = reader.at;
  const second = repeatOperator.exec(reader.pattern);
  if (second !== null)
    throw new RegexpSyntaxError(
      "invalid nested repetition operator",
      operator + (lazy ? "?" : "") + second[0],
    );
  const node: RegexpNode = { kind: "repeat", inner, ...bounds, greedy: lazy === reader.flags.ungreedy };
  if (countRepeats(node) > maxRepeat) throw new RegexpSyntaxError("invalid repeat count", operator);
  return node;
}

function readBounds(match: RegExpExecArray): { readonly least: number; readonly most: number } {
  const operator = match[0];
  if (operator === "*") return { least: 0, most: -1 };
  if (operator === "+") return { least: 1, most: -1 };
  if (operator === "?") return { least: 0, most: 1 };
  const least = Number(match[1]);
  const most = match[2] === undefined ? least : match[3] === "" ? -1 : Number(match[3]);
  if (least > maxRepeat || most > maxRepeat || (most >= 0 && least > most)) {
    throw new RegexpSyntaxError("invalid repeat count", operator);
  }
  return { least, most };
}

/** RE2 bounds the product of nested counts, so that the program stays small. */
function countRepeats(node: RegexpNode): number {
  switch (node.kind) {
    case "repeat": {
      const times = Math.max(node.least, node.most, 1);
      return times * countRepeats(node.inner);
    }
    case "capture":
      return countRepeats(node.inner);
    case "concat":
    case "alternate":
      return node.parts.reduce((most, part) => Math.max(most, countRepeats(part)), 1);
    case "assert":
    case "empty":
    case "set":
      return 1;
  }
}

function setNode(set: CharSet): RegexpNode {
  return { kind: "set", set };
}

function literalNode(reader: PatternReader, character: string): RegexpNode {
  const point = character.codePointAt(0) ?? 0;
  const set: CharSet = [[point, point]];
  return setNode(reader.flags.ignoreCase ? foldSet(set) : set);
}

function readAtom(reader: PatternReader, names: string[]): RegexpNode | undefined {
  const point = reader.pattern.codePointAt(reader.at) ?? 0;
  const character = String.fromCodePoint(point);
  switch (character) {
    case "(":
      return readGroup(reader, names);
    case "[":
      return setNode(readClass(reader));
    case "\\":
      return readBackslash(reader);
    case ".":
      reader.at++;
      return setNode(reader.flags.dotAll ? negateSet([]) : negateSet([[10, 10]]));
    case "^":
      reader.at++;
      return { kind: "assert", what: reader.flags.multiline ? "line-start" : "text-start" };
    case "$":
      reader.at++;
      return { kind: "assert", what: reader.flags.multiline ? "line-end" : "text-end" };
    default:
      reader.at += character.length;
      return literalNode(reader, character);
  }
}

function readBackslash(reader: PatternReader): RegexpNode | undefined {
  const letter = reader.pattern.charAt(reader.at + 1);
  const assertions = { A: "text-start", z: "text-end", b: "word-boundary", B: "no-word-boundary" } as const;
  if (letter === "A" || letter === "z" || letter === "b" || letter === "B") {
    reader.at += 2;
    return { kind: "assert", what: assertions[letter] };
  }
  if (letter === "C") throw new RegexpSyntaxError("invalid escape sequence", "\\C");
  const perl = perlClasses.get(letter.toLowerCase());
  if (perl !== undefined) {
    reader.at += 2;
    return setNode(letter === letter.toLowerCase() ? perl : negateSet(perl));
  }
  if (letter === "p" || letter === "P") return setNode(readUnicodeClass(reader));
  const point = readEscape(reader);
  return literalNode(reader, String.fromCodePoint(point));
}

/** `\Q...\E`: the characters between stand for themselves; without `\E` they go to the end. */
function readQuoted(reader: PatternReader): readonly RegexpNode[] {
  const start = reader.at + 2;
  const end = reader.pattern.indexOf("\\E", start);
  const text = reader.pattern.slice(start, end < 0 ? undefined : end);
  reader.at = end < 0 ? reader.pattern.length : end + 2;
  return Array.from(text).map((character) => literalNode(reader, character));
}

function readGroup(reader: PatternReader, names: string[]): RegexpNode | undefined {
  const saved = reader.flags;
  const opened = reader.at;
  const named = /\(\?P?<([^>]*)>/uy;
  named.lastIndex = opened;
  const match = named.exec(reader.pattern);
  if (match !== null && !/^\(\?<[=!]/u.test(match[0])) return readNamedGroup(reader, names, match);
  if (reader.pattern.startsWith("(?", opened)) {
    if (!readFlags(reader)) return undefined;
    const inner = readAlternatives(reader, names);
    closeGroup(reader);
    reader.flags = saved;
    return inner;
  }
  reader.at++;
  return readCapture(reader, names, "");
}

function readNamedGroup(reader: PatternReader, names: string[], match: RegExpExecArray): RegexpNode {
  const name = match[1] ?? "";
  if (!/^[A-Za-z0-9_]+$/u.test(name)) throw new RegexpSyntaxError("invalid named capture", match[0]);
  reader.at += match[0].length;
  return readCapture(reader, names, name);
}

function readCapture(reader: PatternReader, names: string[], name: string): RegexpNode {
  const saved = reader.flags;
  const index = ++reader.captures;
  names[index] = name;
  const inner = readAlternatives(reader, names);
  closeGroup(reader);
  reader.flags = saved;
  return { kind: "capture", index, name, inner };
}

function closeGroup(reader: PatternReader): void {
  if (reader.pattern[reader.at] !== ")") throw new RegexpSyntaxError("missing closing )", reader.pattern);
  reader.at++;
}

const flagNames: Readonly<Record<string, keyof Flags>> = {
  i: "ignoreCase",
  m: "multiline",
  s: "dotAll",
  U: "ungreedy",
};

/** Reads `(?flags:` or `(?flags)`; true when a group body follows. */
function readFlags(reader: PatternReader): boolean {
  const match = /\(\?([a-zA-Z]*)(-[a-zA-Z]+)?([:)])/uy;
  match.lastIndex = reader.at;
  const found = match.exec(reader.pattern);
  if (found === null) {
    const excerpt = reader.pattern.slice(reader.at, reader.at + 3);
    throw new RegexpSyntaxError("invalid or unsupported Perl syntax", excerpt);
  }
  const flags: { -readonly [name in keyof Flags]: boolean } = { ...reader.flags };
  for (const [letters, value] of [
    [found[1] ?? "", true],
    [(found[2] ?? "").slice(1), false],
  ] as const) {
    for (const letter of letters) {
      const name = flagNames[letter];
      if (name === undefined)
        throw new RegexpSyntaxError("invalid or unsupported Perl syntax", `(?${letter}`);
      flags[name] = value;
    }
  }
  reader.flags = flags;
  reader.at += found[0].length;
  return found[3] === ":";
}
