/** What all parts of the parser share: the token in hand, and how deep the program nests. */
import { readToken, refuseAt } from "./lexer.ts";
import type { Source, Token } from "./lexer.ts";
import type { JqNode } from "./ast.ts";

export interface Parser {
  readonly source: Source;
  token: Token;
  depth: number;
  readonly rooms: Rooms;
}

/** The parts of the grammar that all other parts lead back to; the parser hands them in, so that files form no circle. */
export interface Rooms {
  readonly pipe: (parser: Parser) => JqNode;
  readonly term: (parser: Parser) => JqNode;
}

/** Programs that nest deeper are refused, because reading them would exhaust the stack. */
const maxNesting = 200;

export function createParser(text: string, rooms: Rooms, isBuiltIn = false): Parser {
  const source: Source = { text, isBuiltIn, at: 0 };
  return { source, token: readToken(source), depth: 0, rooms };
}

/** Filters with pipes, commas and all that binds stronger. */
export function parsePipe(parser: Parser): JqNode {
  return nest(parser, parser.rooms.pipe);
}

/** A term with its suffixes. */
export function parseTerm(parser: Parser): JqNode {
  return nest(parser, parser.rooms.term);
}

/** Takes the token in hand. */
export function take(parser: Parser): Token {
  const { token } = parser;
  parser.token = readToken(parser.source);
  return token;
}

export function isEnd(parser: Parser): boolean {
  return parser.token.kind === "end";
}

export function isOperator(parser: Parser, text: string): boolean {
  return parser.token.kind === "operator" && parser.token.text === text;
}

export function isWord(parser: Parser, text: string): boolean {
  return parser.token.kind === "word" && parser.token.text === text;
}

/** Takes the token when it is this operator or word. */
export function takeIf(parser: Parser, text: string): boolean {
  if (!isOperator(parser, text) && !isWord(parser, text)) return false;
  take(parser);
  return true;
}

export function expect(parser: Parser, text: string): void {
  if (!takeIf(parser, text)) refuseToken(parser, `'${text}'`);
}

/** Refuses the token in hand; `expected` says what could stand there. */
export function refuseToken(parser: Parser, expected: string): never {
  const { kind, offset } = parser.token;
  const found = parser.source.text.slice(offset, parser.source.at);
  return refuseAt(
    offset,
    `unexpected ${kind === "end" ? "end of the filter" : `'${found}'`}, expected ${expected}`,
  );
}

/** Runs a part of the parser one level deeper. */
export function nest<T>(parser: Parser, read: (parser: Parser) => T): T {
  parser.depth += 1;
  if (parser.depth > maxNesting) refuseAt(parser.token.offset, "the filter nests too deeply");
  const result = read(parser);
  parser.depth -= 1;
  return result;
}
