/**
 * Cuts a `when` into govaluate's tokens (Knetic/govaluate, parsing.go).
 * Operators are runs of symbols: `==-1` is one unknown token, exactly as in Go.
 */
import { parseFloat64 } from "../go/parse-number.ts";
import { parseTime } from "../go/parse-time.ts";
import { layouts } from "../go/layout.ts";
import { toUnixSeconds } from "../go/civil.ts";
import { isDigit, isLetter, isSpace } from "../go/strings.ts";
import { findSymbolKind } from "./token.ts";
import type { Token, TokenKind } from "./token.ts";

/** A refusal in govaluate's own words; never leaves this folder. */
export class WhenRefusal extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

interface Lexer {
  readonly characters: readonly string[];
  at: number;
}

/** Texts in quotes that look like one of these are times. */
const timeLayouts: readonly string[] = [
  layouts.ansiC,
  layouts.unixDate,
  layouts.rubyDate,
  layouts.kitchen,
  layouts.rfc3339,
  layouts.rfc3339Nano,
  "2006-01-02",
  "2006-01-02 15:04",
  "2006-01-02 15:04:05",
  "2006-01-02 15:04:05-07:00",
  "2006-01-02T15Z0700",
  "2006-01-02T15:04Z0700",
  "2006-01-02T15:04:05Z0700",
  "2006-01-02T15:04:05.999999999Z0700",
];

const isQuote = (character: string): boolean => character === "'" || character === '"';
const isWordCharacter = (character: string): boolean =>
  isLetter(character) || isDigit(character) || "_.".includes(character);
const isSymbolCharacter = (character: string): boolean =>
  !isDigit(character) && !isLetter(character) && !"()[]".includes(character) && !isQuote(character);

/**
 * Reads while the test holds; a backslash takes the next character as it is. `closed` tells that something
 * ended it.
 */
function readWhile(
  lexer: Lexer,
  test: (character: string) => boolean,
  blanks: boolean,
): { readonly text: string; readonly closed: boolean } {
  let text = "";
  while (lexer.at < lexer.characters.length) {
    const character = lexer.characters[lexer.at] ?? "";
    if (character === "\\") {
      text += lexer.characters[lexer.at + 1] ?? "";
      lexer.at += 2;
    } else if (test(character) && (blanks || !isSpace(character))) {
      text += character;
      lexer.at++;
    } else {
      return { text, closed: true };
    }
  }
  return { text, closed: false };
}

/** Seconds since 1970 of a text that looks like a time. */
function findTime(text: string): number | undefined {
  for (const layout of timeLayouts) {
    const time = parseTime(layout, text);
    if (time !== undefined) return toUnixSeconds(time.unixNs);
  }
  return undefined;
}

type Reading = Omit<Token, "offset">;

function readNumber(lexer: Lexer, offset: number): Reading {
  if (lexer.characters[lexer.at] === "0" && lexer.characters[lexer.at + 1] === "x") {
    lexer.at += 2;
    const digits = readWhile(
      lexer,
      (character) => isDigit(character) || /^[a-fA-F]$/u.test(character),
      false,
    ).text;
    if (!/^[0-9a-fA-F]{1,16}$/u.test(digits))
      throw new WhenRefusal(`Unable to parse hex value '${digits}' to uint64`, offset);
    return { kind: "NUMERIC", value: Number(BigInt(`0x${digits}`)) };
  }
  const text = readWhile(lexer, (character) => isDigit(character) || character === ".", false).text;
  const value = parseFloat64(text);
  if (value === undefined)
    throw new WhenRefusal(`Unable to parse numeric value '${text}' to float64`, offset);
  return { kind: "NUMERIC", value };
}

function readBracketed(lexer: Lexer, offset: number): Reading {
  lexer.at++;
  const { text, closed } = readWhile(lexer, (character) => character !== "]", true);
  if (!closed) throw new WhenRefusal("Unclosed parameter bracket", offset);
  lexer.at++;
  return { kind: "VARIABLE", value: text };
}

/** Words with a dot reach into objects, of which `when` has none. */
function checkAccessor(text: string, offset: number): void {
  if (text.endsWith(".")) throw new WhenRefusal(`Hanging accessor on token '${text}'`, offset);
  for (const part of text.split(".").slice(1)) {
    const first = String.fromCodePoint(part.codePointAt(0) ?? 0);
    if (first.toUpperCase() !== first) {
      throw new WhenRefusal(`Unable to access unexported field '${part}' in token '${text}'`, offset);
    }
  }
}

function readWord(lexer: Lexer, offset: number): Reading {
  const { text } = readWhile(lexer, isWordCharacter, false);
  if (text === "true" || text === "false") return { kind: "BOOLEAN", value: text === "true" };
  if (text === "in" || text === "IN") return { kind: "COMPARATOR", value: "in" };
  if (!text.includes(".")) return { kind: "VARIABLE", value: text };
  checkAccessor(text, offset);
  return { kind: "ACCESSOR", value: text };
}

/** Either quote ends a text, whichever began it. */
function readQuoted(lexer: Lexer, offset: number): Reading {
  lexer.at++;
  const { text, closed } = readWhile(lexer, (character) => !isQuote(character), true);
  if (!closed) throw new WhenRefusal("Unclosed string literal", offset);
  lexer.at++;
  const time = findTime(text);
  return time === undefined ? { kind: "STRING", value: text } : { kind: "TIME", value: time };
}

function readSymbol(lexer: Lexer, previous: TokenKind, offset: number): Reading {
  const { text } = readWhile(lexer, isSymbolCharacter, false);
  const kind = findSymbolKind(text, previous);
  if (kind === undefined) throw new WhenRefusal(`Invalid token: '${text}'`, offset);
  return { kind, value: text };
}

function readToken(lexer: Lexer, previous: TokenKind, offset: number): Reading {
  const character = lexer.characters[lexer.at] ?? "";
  if (isDigit(character) || character === ".") return readNumber(lexer, offset);
  if (character === "[") return readBracketed(lexer, offset);
  if (isLetter(character)) return readWord(lexer, offset);
  if (isQuote(character)) return readQuoted(lexer, offset);
  if (!",()".includes(character)) return readSymbol(lexer, previous, offset);
  lexer.at++;
  return {
    kind: character === "," ? "SEPARATOR" : character === "(" ? "CLAUSE" : "CLAUSE_CLOSE",
    value: character,
  };
}

/** All tokens; throws WhenRefusal. */
export function lexWhen(source: string): readonly Token[] {
  const lexer: Lexer = { characters: Array.from(source), at: 0 };
  const tokens: Token[] = [];
  let offset = 0;
  for (let previous: TokenKind = "UNKNOWN"; ;) {
    while (isSpace(lexer.characters[lexer.at] ?? "")) {
      lexer.at++;
      offset++;
    }
    if (lexer.at >= lexer.characters.length) return tokens;
    const start = lexer.at;
    const token: Token = { ...readToken(lexer, previous, offset), offset };
    tokens.push(token);
    previous = token.kind;
    for (let index = start; index < lexer.at; index++) offset += lexer.characters[index]?.length ?? 0;
  }
}
