/**
 * Cuts an expr-lang source into tokens (expr-lang, parser/lexer).
 */
import { lazily } from "../../base/lazily.ts";
import { isSpace } from "../go/strings.ts";
import { readBytesLiteral, readTextLiteral } from "./literals.ts";

export type TokenKind = "identifier" | "number" | "string" | "bytes" | "operator" | "bracket" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** The text of the token; for strings, what they stand for. */
  readonly text: string;
  readonly offset: number;
  /** Only for byte strings. */
  readonly bytes?: Uint8Array;
}

/** A refusal inside the lexer or the parser; never leaves this folder. */
export class SyntaxRefusal extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

interface Lexer {
  readonly source: string;
  at: number;
  readonly tokens: Token[];
}

const wordOperators: ReadonlySet<string> = new Set([
  "in",
  "or",
  "and",
  "matches",
  "contains",
  "startsWith",
  "endsWith",
  "let",
  "if",
  "else",
]);
const getWordPattern = lazily(() => /[\p{L}\p{Nd}_$]+/uy);
const getNegated = lazily(() => /( *)(in|matches|contains|startsWith|endsWith)(?![\p{L}\p{Nd}_$])/uy);
const numberPattern = /0[xX][0-9a-fA-F_]*|0[oO][0-7_]*|0[bB][01_]*|[0-9_]+/uy;
const fractionPattern = /\.(?!\.)[0-9_]*/uy;
const exponentPattern = /[eE][+-]?[0-9_]*/uy;
const operatorPattern = /\?\.|\?\?|\?|\|\|?|::?|[&!=*<>][&=*]?|[,;%+\-^]/uy;
const commentPattern = /\/\/[^\n]*\n?|\/\*[\s\S]*?\*\//uy;

function matchAt(pattern: RegExp, lexer: Lexer, at = lexer.at): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(lexer.source)?.[0];
}

function push(lexer: Lexer, kind: TokenKind, text: string, length = text.length): void {
  lexer.tokens.push({ kind, text, offset: lexer.at });
  lexer.at += length;
}

function lexNumber(lexer: Lexer): void {
  let at = lexer.at;
  at += matchAt(numberPattern, lexer, at)?.length ?? 0;
  at += matchAt(fractionPattern, lexer, at)?.length ?? 0;
  at += matchAt(exponentPattern, lexer, at)?.length ?? 0;
  const text = lexer.source.slice(lexer.at, at);
  if (matchAt(getWordPattern(), lexer, at) !== undefined) {
    throw new SyntaxRefusal(`bad number syntax: ${JSON.stringify(text + lexer.source.charAt(at))}`, lexer.at);
  }
  push(lexer, "number", text);
}

/** `not` swallows the blanks before `in`, `contains` and their kin, as the Go lexer does. */
function lexWord(lexer: Lexer, word: string): void {
  if (word !== "not") {
    push(lexer, wordOperators.has(word) ? "operator" : "identifier", word);
    return;
  }
  push(lexer, "operator", word);
  const negated = getNegated();
  negated.lastIndex = lexer.at;
  const match = negated.exec(lexer.source);
  if (match === null) return;
  lexer.at += match[1]?.length ?? 0;
  push(lexer, "operator", match[2] ?? "");
}

/** `#`, `##`, and the name that sticks to it, as in `#acc`. */
function lexPointer(lexer: Lexer): void {
  push(lexer, "operator", lexer.source.startsWith("##", lexer.at) ? "##" : "#");
  const word = matchAt(getWordPattern(), lexer);
  if (word !== undefined) push(lexer, "identifier", word);
}

function lexString(lexer: Lexer, prefix: number): void {
  const start = lexer.at;
  const end = findStringEnd(lexer.source, start + prefix);
  if (end < 0) throw new SyntaxRefusal("literal not terminated", start);
  const body = lexer.source.slice(start + prefix + 1, end - 1);
  const quote = lexer.source.charAt(start + prefix);
  const problem = (offset: number): never => {
    throw new SyntaxRefusal("invalid char escape", start + prefix + 1 + offset);
  };
  if (prefix === 1) {
    lexer.tokens.push({
      kind: "bytes",
      text: body,
      offset: start,
      bytes: readBytesLiteral(body, quote, problem),
    });
  } else {
    lexer.tokens.push({ kind: "string", text: readTextLiteral(body, quote, problem), offset: start });
  }
  lexer.at = end;
}

/** The offset behind the closing quote; -1 when the line or the text ends first. */
function findStringEnd(source: string, opening: number): number {
  const quote = source.charAt(opening);
  for (let at = opening + 1; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === "\n") return -1;
    if (character === "\\") at++;
    else if (character === quote) return at + 1;
  }
  return -1;
}

/** Back-quoted text; two back-quotes stand for one. */
function lexRawString(lexer: Lexer): void {
  const pattern = /`((?:[^`]|``)*)`/uy;
  pattern.lastIndex = lexer.at;
  const match = pattern.exec(lexer.source);
  if (match === null) throw new SyntaxRefusal("literal not terminated", lexer.at);
  push(lexer, "string", (match[1] ?? "").replaceAll("``", "`"), match[0].length);
}

function lexSlash(lexer: Lexer): void {
  const comment = matchAt(commentPattern, lexer);
  if (comment !== undefined) lexer.at += comment.length;
  else if (lexer.source.startsWith("/*", lexer.at)) throw new SyntaxRefusal("unclosed comment", lexer.at);
  else push(lexer, "operator", "/");
}

function lexDot(lexer: Lexer): void {
  if (/^\d$/u.test(lexer.source.charAt(lexer.at + 1))) lexNumber(lexer);
  else push(lexer, "operator", lexer.source.startsWith("..", lexer.at) ? ".." : ".");
}

function lexOne(lexer: Lexer): void {
  const { source, at } = lexer;
  const character = source.charAt(at);
  if (isSpace(character)) {
    lexer.at++;
    return;
  }
  if (character === "'" || character === '"') return lexString(lexer, 0);
  if (character === "`") return lexRawString(lexer);
  if (/^[bB]['"]/u.test(source.slice(at, at + 2))) return lexString(lexer, 1);
  if (/^[0-9]$/u.test(character)) return lexNumber(lexer);
  if (character === "/") return lexSlash(lexer);
  if (character === "#") return lexPointer(lexer);
  if (character === ".") return lexDot(lexer);
  if ("([{)]}".includes(character)) return push(lexer, "bracket", character);
  const operator = matchAt(operatorPattern, lexer);
  if (operator !== undefined) return push(lexer, "operator", operator);
  const word = matchAt(getWordPattern(), lexer);
  if (word !== undefined) return lexWord(lexer, word);
  throw new SyntaxRefusal(
    `unrecognized character: ${JSON.stringify(String.fromCodePoint(source.codePointAt(at) ?? 0))}`,
    at,
  );
}

/** All tokens, the last of kind `end`; throws SyntaxRefusal. */
export function lexTokens(source: string): readonly Token[] {
  // Half a surrogate pair is no character in Go; the replacement has the same length, so offsets stay right.
  const lexer: Lexer = { source: source.replace(/\p{Surrogate}/gu, "\ufffd"), at: 0, tokens: [] };
  while (lexer.at < source.length) lexOne(lexer);
  push(lexer, "end", "");
  return lexer.tokens;
}
