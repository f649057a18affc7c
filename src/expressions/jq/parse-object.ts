/** Reads the construction of objects. */
import type { JqNode, Member } from "./ast.ts";
import { parseText } from "./parse-text.ts";
import { expect, isOperator, parsePipe, parseTerm, refuseToken, take, takeIf } from "./parser-state.ts";
import type { Parser } from "./parser-state.ts";

/** An object whose opening brace is the token in hand. */
export function parseObject(parser: Parser): JqNode {
  const { offset } = take(parser);
  const members: Member[] = [];
  while (!isOperator(parser, "}")) {
    members.push(parseMember(parser));
    if (!takeIf(parser, ",")) break;
  }
  expect(parser, "}");
  return { kind: "object", members, offset };
}

function parseMember(parser: Parser): Member {
  const { kind, text, offset } = parser.token;
  switch (kind) {
    case "variable": {
      take(parser);
      if (text !== "__loc__") {
        const key: JqNode = { kind: "literal", value: text, offset };
        return { key, value: parseValue(parser) ?? { kind: "variable", name: text, offset } };
      }
      const line = parser.source.text.slice(0, offset).split("\n").length;
      const place = new Map<string, string | number>([
        ["file", "<top-level>"],
        ["line", line],
      ]);
      return {
        key: { kind: "literal", value: text, offset },
        value: { kind: "literal", value: place, offset },
      };
    }
    case "word":
      take(parser);
      return readShort(parser, { kind: "literal", value: text, offset });
    case "quote":
      return readShort(parser, parseText(parser, "text"));
    case "format":
      take(parser);
      if (parser.token.kind !== "quote") refuseToken(parser, "a text behind a format");
      return readShort(parser, parseText(parser, text, offset));
    case "operator":
      return parseComputed(parser);
    case "end":
    case "field":
    case "number":
      return refuseToken(parser, "a key or '}'");
  }
}

/** A key that may stand alone: its value is the member of the input that has the same name. */
function readShort(parser: Parser, key: JqNode): Member {
  const { offset } = key;
  return {
    key,
    value: parseValue(parser) ?? { kind: "index", target: { kind: "identity", offset }, key, offset },
  };
}

function parseComputed(parser: Parser): Member {
  if (!takeIf(parser, "(")) refuseToken(parser, "a key or '}'");
  const key = parsePipe(parser);
  expect(parser, ")");
  const value = parseValue(parser);
  return value === undefined ? refuseToken(parser, "':' behind a computed key") : { key, value };
}

/** The value behind a colon: terms with pipes between them, because a comma ends it. */
function parseValue(parser: Parser): JqNode | undefined {
  if (!takeIf(parser, ":")) return undefined;
  const steps: JqNode[] = [];
  do {
    const { offset } = parser.token;
    steps.push(
      takeIf(parser, "-") ? { kind: "negate", operand: parseTerm(parser), offset } : parseTerm(parser),
    );
  } while (takeIf(parser, "|"));
  return steps.reduceRight((right, left) => ({ kind: "pipe", left, right, offset: left.offset }));
}
