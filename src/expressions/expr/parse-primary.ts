/**
 * Literals, names, arrays, maps, and what follows a value: members, indexes, slices, method calls.
 */
import { parseFloat64, parseInteger } from "../go/parse-number.ts";
import type { ExprNode } from "./ast.ts";
import { SyntaxRefusal } from "./lexer.ts";
import type { Token } from "./lexer.ts";
import { parseArguments, parseCall } from "./parse-call.ts";
import { advance, createNode, currentToken, expectToken, isAt, refuseToken } from "./parser-state.ts";
import type { NodeDraft, Parser } from "./parser-state.ts";

/** True for texts that may stand behind a dot. */
export function isIdentifier(text: string): boolean {
  return /^[\p{L}_$][\p{L}\p{Nd}_$]*$/u.test(text);
}

/** A literal, a name, a call, an array or a map, with everything that follows it. */
export function parseSecondary(parser: Parser): ExprNode {
  const token = currentToken(parser);
  switch (token.kind) {
    case "identifier":
      return parseName(parser, token);
    case "number":
      advance(parser);
      return createNode(parser, readNumber(token));
    case "string":
      advance(parser);
      return parsePostfix(
        parser,
        createNode(parser, { kind: "string", value: token.text, offset: token.offset }),
      );
    case "bytes":
      advance(parser);
      return parsePostfix(
        parser,
        createNode(parser, {
          kind: "bytes",
          value: token.bytes ?? new Uint8Array(),
          offset: token.offset,
        }),
      );
    case "bracket":
    case "end":
    case "operator":
      break;
  }
  if (isAt(parser, "bracket", "[")) return parsePostfix(parser, parseArray(parser));
  if (isAt(parser, "bracket", "{")) return parsePostfix(parser, parseMap(parser));
  return refuseToken(parser);
}

function parseName(parser: Parser, token: Token): ExprNode {
  advance(parser);
  const { text, offset } = token;
  if (text === "true" || text === "false")
    return createNode(parser, { kind: "bool", value: text === "true", offset });
  if (text === "nil") return createNode(parser, { kind: "nil", offset });
  const node = isAt(parser, "bracket", "(")
    ? parseCall(parser, token, [])
    : createNode(parser, { kind: "identifier", name: text, offset });
  return parsePostfix(parser, node);
}

function readNumber(token: Token): NodeDraft {
  const text = token.text.replaceAll("_", "");
  const { offset } = token;
  const hex = /^0x/iu.test(text);
  if (!hex && /[.e]/iu.test(text)) {
    const value = parseFloat64(text);
    if (value === undefined) throw new SyntaxRefusal(`invalid float literal: "${text}"`, offset);
    return { kind: "float", value, offset };
  }
  const based = /^0[xob]/iu.test(text);
  const value = parseInteger(text, based ? 0 : 10);
  if (value === undefined) {
    const kind = hex ? "hex" : /^0b/iu.test(text) ? "binary" : based ? "octal" : "integer";
    throw new SyntaxRefusal(`invalid ${kind} literal: "${text}"`, offset);
  }
  return { kind: "integer", value, offset };
}

function parseArray(parser: Parser): ExprNode {
  const { offset } = advance(parser);
  const items: ExprNode[] = [];
  while (!isAt(parser, "bracket", "]")) {
    if (items.length > 0) expectToken(parser, "operator", ",");
    if (isAt(parser, "bracket", "]")) break;
    items.push(parser.grammar.parseExpression(parser, 0));
  }
  expectToken(parser, "bracket", "]");
  return createNode(parser, { kind: "array", items, offset });
}

/** Keys are names, numbers, texts, or expressions in parentheses. */
function parseKey(parser: Parser): ExprNode {
  const token = currentToken(parser);
  if (token.kind === "number" || token.kind === "string" || token.kind === "identifier") {
    advance(parser);
    return createNode(parser, { kind: "string", value: token.text, offset: token.offset });
  }
  if (isAt(parser, "bracket", "(")) return parser.grammar.parseExpression(parser, 0);
  throw new SyntaxRefusal(
    "a map key must be a quoted string, a number, a identifier, or an expression enclosed in parentheses " +
      `(unexpected token ${JSON.stringify(token.text)})`,
    token.offset,
  );
}

function parseMap(parser: Parser): ExprNode {
  const { offset } = advance(parser);
  const pairs: { readonly key: ExprNode; readonly value: ExprNode }[] = [];
  while (!isAt(parser, "bracket", "}")) {
    if (pairs.length > 0) expectToken(parser, "operator", ",");
    if (isAt(parser, "bracket", "}")) break;
    const key = parseKey(parser);
    expectToken(parser, "operator", ":");
    pairs.push({ key, value: parser.grammar.parseExpression(parser, 0) });
  }
  expectToken(parser, "bracket", "}");
  return createNode(parser, { kind: "map", pairs, offset });
}

/** Everything that may follow a value: `.a`, `?.a`, `.f()`, `[i]`, `?.[i]`, `[a:b]`. */
export function parsePostfix(parser: Parser, first: ExprNode): ExprNode {
  let node = first;
  for (;;) {
    const token = currentToken(parser);
    if (isAt(parser, "operator", ".") || isAt(parser, "operator", "?.")) {
      const optional = token.text === "?.";
      advance(parser);
      node =
        optional && isAt(parser, "bracket", "[")
          ? parseIndex(parser, node, true)
          : parseMember(parser, node, optional);
    } else if (isAt(parser, "bracket", "[")) {
      node = parseIndex(parser, node, false);
    } else {
      return node;
    }
  }
}

function parseMember(parser: Parser, object: ExprNode, optional: boolean): ExprNode {
  const token = advance(parser);
  const named = token.kind === "identifier" || (token.kind === "operator" && isIdentifier(token.text));
  if (!named) throw new SyntaxRefusal("expected name", token.offset);
  const { offset } = token;
  const property = createNode(parser, { kind: "string", value: token.text, offset });
  const chained = object.kind === "chain";
  const base = object.kind === "chain" ? object.inner : object;
  let node = createNode(parser, { kind: "member", object: base, property, optional, offset });
  if (isAt(parser, "bracket", "(")) {
    node = createNode(parser, { kind: "call", callee: node, args: parseArguments(parser, []), offset });
  }
  return chained || optional ? createNode(parser, { kind: "chain", inner: node, offset }) : node;
}

function parseIndex(parser: Parser, object: ExprNode, optional: boolean): ExprNode {
  const { offset } = expectToken(parser, "bracket", "[");
  const from = isAt(parser, "operator", ":") ? undefined : parser.grammar.parseExpression(parser, 0);
  if (isAt(parser, "operator", ":")) {
    advance(parser);
    const to = isAt(parser, "bracket", "]") ? undefined : parser.grammar.parseExpression(parser, 0);
    expectToken(parser, "bracket", "]");
    return createNode(parser, { kind: "slice", object, from, to, offset });
  }
  expectToken(parser, "bracket", "]");
  if (from === undefined) return refuseToken(parser);
  const node = createNode(parser, { kind: "member", object, property: from, optional, offset });
  return optional ? createNode(parser, { kind: "chain", inner: node, offset }) : node;
}
