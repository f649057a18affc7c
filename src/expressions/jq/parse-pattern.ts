/** Reads patterns, which give names to parts of a value: `$x`, `[$a, $b]`, `{a: $x, $y, "k": [$z], (e): $w}`. */
import type { JqNode, Pattern, PatternMember } from "./ast.ts";
import { parseText } from "./parse-text.ts";
import { expect, isOperator, nest, parsePipe, refuseToken, take, takeIf } from "./parser-state.ts";
import type { Parser } from "./parser-state.ts";

/** One pattern, or several with `?//` between them. */
export function parsePatterns(parser: Parser): readonly Pattern[] {
  const patterns = [parsePattern(parser)];
  while (takeIf(parser, "?//")) patterns.push(parsePattern(parser));
  return patterns;
}

export function parsePattern(parser: Parser): Pattern {
  return nest(parser, readPattern);
}

function readPattern(parser: Parser): Pattern {
  const { kind, text, offset } = parser.token;
  if (kind === "variable") {
    take(parser);
    return { kind: "variable", name: text, offset };
  }
  if (takeIf(parser, "[")) {
    const items: Pattern[] = [];
    do items.push(parsePattern(parser));
    while (takeIf(parser, ","));
    expect(parser, "]");
    return { kind: "array", items, offset };
  }
  if (!takeIf(parser, "{")) return refuseToken(parser, "a name with '$', '[' or '{'");
  const members: PatternMember[] = [];
  do members.push(parseMember(parser));
  while (takeIf(parser, ","));
  expect(parser, "}");
  return { kind: "object", members, offset };
}

function parseMember(parser: Parser): PatternMember {
  const { kind, text, offset } = parser.token;
  if (kind === "variable") {
    take(parser);
    const value = takeIf(parser, ":") ? parsePattern(parser) : undefined;
    return { variable: text, key: { kind: "literal", value: text, offset }, value };
  }
  const key = parseKey(parser);
  expect(parser, ":");
  return { variable: undefined, key, value: parsePattern(parser) };
}

function parseKey(parser: Parser): JqNode {
  const { kind, text, offset } = parser.token;
  if (kind === "word") {
    take(parser);
    return { kind: "literal", value: text, offset };
  }
  if (kind === "quote") return parseText(parser, "text");
  if (!isOperator(parser, "(")) return refuseToken(parser, "a key");
  take(parser);
  const key = parsePipe(parser);
  expect(parser, ")");
  return key;
}
