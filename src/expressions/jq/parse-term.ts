/** Reads the terms of a jq program: what stands between operators, with all that is hung on it. */
import type { JqNode } from "./ast.ts";
import { refuseAt } from "./lexer.ts";
import { parseObject } from "./parse-object.ts";
import {
  expect,
  isOperator,
  isWord,
  nest,
  parsePipe,
  parseTerm,
  refuseToken,
  take,
  takeIf,
} from "./parser-state.ts";
import type { Parser } from "./parser-state.ts";
import { parsePattern, parsePatterns } from "./parse-pattern.ts";
import { parseText } from "./parse-text.ts";

/** A term with its suffixes, and the rest of the pipe when it is bound to names (`. as $x | ...`). */
export function parsePostfix(parser: Parser): JqNode {
  const { offset } = parser.token;
  const term = parseTerm(parser);
  if (!takeIf(parser, "as")) return term;
  const patterns = parsePatterns(parser);
  expect(parser, "|");
  return { kind: "bind", source: term, patterns, body: parsePipe(parser), offset };
}

/** A term with its suffixes. */
export function readTerm(parser: Parser): JqNode {
  let term = parsePrimary(parser);
  for (;;) {
    const more = parseSuffix(parser, term);
    if (more === undefined) return term;
    term = more;
  }
}

function parseSuffix(parser: Parser, target: JqNode): JqNode | undefined {
  const { kind, text, offset } = parser.token;
  if (kind === "field") {
    take(parser);
    return { kind: "index", target, key: { kind: "literal", value: text, offset }, offset };
  }
  if (kind !== "operator") return undefined;
  switch (text) {
    case "?":
      take(parser);
      return { kind: "try", body: target, handler: undefined, offset };
    case "?//":
      // Behind a term this is no operator of patterns, but `?` with `//` behind it.
      parser.token = { kind: "operator", text: "//", offset: offset + 1 };
      return { kind: "try", body: target, handler: undefined, offset };
    case "[":
      take(parser);
      return parseBrackets(parser, target, offset);
    case ".":
      take(parser);
      if (isOperator(parser, "[")) return parseSuffix(parser, target);
      return { kind: "index", target, key: parseName(parser), offset };
    default:
      return undefined;
  }
}

/** The quoted name behind a dot. */
function parseName(parser: Parser): JqNode {
  if (parser.token.kind === "quote") return parseText(parser, "text");
  if (parser.token.kind === "format") return parseFormat(parser);
  return refuseToken(parser, "a name, a quoted name or '[' behind '.'");
}

/** What follows `[`: nothing, an index, or a slice. */
function parseBrackets(parser: Parser, target: JqNode, offset: number): JqNode {
  if (takeIf(parser, "]")) return { kind: "iterate", target, offset };
  const from = isOperator(parser, ":") ? undefined : parsePipe(parser);
  if (from !== undefined && takeIf(parser, "]")) return { kind: "index", target, key: from, offset };
  expect(parser, ":");
  const to = from !== undefined && isOperator(parser, "]") ? undefined : parsePipe(parser);
  expect(parser, "]");
  return { kind: "slice", target, from, to, offset };
}

function parsePrimary(parser: Parser): JqNode {
  const { kind, text, offset } = parser.token;
  switch (kind) {
    case "quote":
      return parseText(parser, "text");
    case "format":
      return parseFormat(parser);
    case "number":
      take(parser);
      return { kind: "literal", value: Number(text), offset };
    case "variable":
      take(parser);
      return text === "__loc__" ? locate(parser, offset) : { kind: "variable", name: text, offset };
    case "field":
      return { kind: "identity", offset };
    case "word":
      return parseWord(parser);
    case "operator":
      return parseBracketed(parser);
    case "end":
      return refuseToken(parser, "a term");
  }
}

function locate(parser: Parser, offset: number): JqNode {
  const line = parser.source.text.slice(0, offset).split("\n").length;
  const value = new Map<string, string | number>([
    ["file", "<top-level>"],
    ["line", line],
  ]);
  return { kind: "literal", value, offset };
}

function parseFormat(parser: Parser): JqNode {
  const { text: format, offset } = take(parser);
  if (parser.token.kind === "quote") return parseText(parser, format, offset);
  return { kind: "format", format, offset };
}

function parseBracketed(parser: Parser): JqNode {
  const { text, offset } = parser.token;
  switch (text) {
    case ".":
      take(parser);
      if (parser.token.kind !== "quote" && parser.token.kind !== "format")
        return { kind: "identity", offset };
      return { kind: "index", target: { kind: "identity", offset }, key: parseName(parser), offset };
    case "..":
      take(parser);
      return { kind: "call", name: "recurse", args: [], offset };
    case "(": {
      take(parser);
      const inner = parsePipe(parser);
      expect(parser, ")");
      return inner;
    }
    case "[": {
      take(parser);
      if (takeIf(parser, "]")) return { kind: "array", body: undefined, offset };
      const body = parsePipe(parser);
      expect(parser, "]");
      return { kind: "array", body, offset };
    }
    case "{":
      return parseObject(parser);
    default:
      return refuseToken(parser, "a term");
  }
}

function parseWord(parser: Parser): JqNode {
  const { text, offset } = parser.token;
  switch (text) {
    case "if":
      return parseIf(parser);
    case "try":
      return parseTry(parser);
    case "reduce":
    case "foreach":
      return parseFold(parser, text);
    case "label":
      return parseLabel(parser);
    case "break":
      take(parser);
      return { kind: "break", name: takeVariable(parser), offset };
    default:
      return parseCall(parser);
  }
}

const reserved: ReadonlySet<string> = new Set(
  "def then elif else end as catch import include and or __loc__".split(" "),
);

function parseCall(parser: Parser): JqNode {
  if (reserved.has(parser.token.text)) refuseToken(parser, "a term");
  const { text: name, offset } = take(parser);
  if (name.includes("::")) refuseAt(offset, `${name}: a filter has no modules`);
  const args: JqNode[] = [];
  if (takeIf(parser, "(")) {
    do args.push(parsePipe(parser));
    while (takeIf(parser, ";"));
    expect(parser, ")");
  }
  if (args.length === 0 && (name === "null" || name === "true" || name === "false")) {
    return { kind: "literal", value: name === "null" ? null : name === "true", offset };
  }
  return { kind: "call", name, args, offset };
}

/** `if` and `elif` alike; without an `else` a value that does not hold passes as it is. */
function parseIf(parser: Parser): JqNode {
  const { offset } = take(parser);
  const condition = parsePipe(parser);
  expect(parser, "then");
  const then = parsePipe(parser);
  if (isWord(parser, "elif")) {
    return { kind: "if", condition, then, otherwise: nest(parser, parseIf), offset };
  }
  const otherwise = takeIf(parser, "else") ? parsePipe(parser) : undefined;
  expect(parser, "end");
  return { kind: "if", condition, then, otherwise, offset };
}

function parseTry(parser: Parser): JqNode {
  const { offset } = take(parser);
  const body = parseTried(parser);
  const handler = takeIf(parser, "catch") ? parseTried(parser) : undefined;
  return { kind: "try", body, handler, offset };
}

function parseTried(parser: Parser): JqNode {
  const { offset } = parser.token;
  return takeIf(parser, "-") ? { kind: "negate", operand: parseTerm(parser), offset } : parseTerm(parser);
}

function parseFold(parser: Parser, kind: "reduce" | "foreach"): JqNode {
  const { offset } = take(parser);
  const source = parseTerm(parser);
  expect(parser, "as");
  const pattern = parsePattern(parser);
  expect(parser, "(");
  const init = parsePipe(parser);
  expect(parser, ";");
  const update = parsePipe(parser);
  const extract = kind === "foreach" && takeIf(parser, ";") ? parsePipe(parser) : undefined;
  expect(parser, ")");
  const shared = { source, pattern, init, update, offset };
  return kind === "reduce" ? { kind, ...shared } : { kind, ...shared, extract };
}

function parseLabel(parser: Parser): JqNode {
  const { offset } = take(parser);
  const name = takeVariable(parser);
  expect(parser, "|");
  return { kind: "label", name, body: parsePipe(parser), offset };
}

function takeVariable(parser: Parser): string {
  if (parser.token.kind !== "variable") refuseToken(parser, "a name with '$'");
  return take(parser).text;
}
