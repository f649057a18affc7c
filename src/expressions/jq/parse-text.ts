/** Reads quoted texts with their interpolations. */
import type { JqNode } from "./ast.ts";
import { readQuotedPart, readToken } from "./lexer.ts";
import { isOperator, parsePipe, refuseToken, take } from "./parser-state.ts";
import type { Parser } from "./parser-state.ts";

/** A text whose opening quote is the token in hand. Without interpolations it is a literal. */
export function parseText(parser: Parser, format: string, offset = parser.token.offset): JqNode {
  const start = parser.token.offset;
  const parts: (string | JqNode)[] = [];
  for (;;) {
    const { text, ended } = readQuotedPart(parser.source, start);
    if (text !== "") parts.push(text);
    if (ended) break;
    parser.token = readToken(parser.source);
    parts.push(parsePipe(parser));
    // The rest of the text is read as text, so the bracket must not be passed as other tokens are.
    if (!isOperator(parser, ")")) refuseToken(parser, "')'");
  }
  take(parser);
  const [first = "", ...more] = parts;
  if (more.length === 0 && typeof first === "string") return { kind: "literal", value: first, offset };
  return { kind: "text", format, parts, offset };
}
