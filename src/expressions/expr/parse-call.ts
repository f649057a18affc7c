/**
 * Calls: of builtins with predicates, of plain builtins, and of functions of the environment.
 */
import type { ExprNode } from "./ast.ts";
import { plainBuiltins, predicateShapes } from "./builtin-names.ts";
import { SyntaxRefusal } from "./lexer.ts";
import type { Token } from "./lexer.ts";
import { advance, createNode, currentToken, expectToken, isAt } from "./parser-state.ts";
import type { Parser } from "./parser-state.ts";

/** The call of `name`, whose opening parenthesis comes next; a pipe has already given the first arguments. */
export function parseCall(parser: Parser, name: Token, given: readonly ExprNode[]): ExprNode {
  const shape = predicateShapes.get(name.text);
  if (shape !== undefined) return parsePredicateCall(parser, name, shape, given);
  const args = parseArguments(parser, given);
  if (plainBuiltins.has(name.text)) {
    return createNode(parser, { kind: "builtin", name: name.text, args, offset: name.offset });
  }
  const callee = createNode(parser, { kind: "identifier", name: name.text, offset: name.offset });
  return createNode(parser, { kind: "call", callee, args, offset: name.offset });
}

/** `(a, b, c)` with an optional comma at the end. */
export function parseArguments(parser: Parser, given: readonly ExprNode[]): readonly ExprNode[] {
  const args = [...given];
  expectToken(parser, "bracket", "(");
  while (!isAt(parser, "bracket", ")")) {
    if (args.length > given.length) expectToken(parser, "operator", ",");
    if (isAt(parser, "bracket", ")")) break;
    args.push(parser.grammar.parseExpression(parser, 0));
  }
  expectToken(parser, "bracket", ")");
  return args;
}

function parsePredicateCall(
  parser: Parser,
  name: Token,
  shape: string,
  given: readonly ExprNode[],
): ExprNode {
  const args = [...given];
  const expected = shape.slice(given.length);
  expectToken(parser, "bracket", "(");
  for (const [index, letter] of Array.from(expected).entries()) {
    if (isAt(parser, "bracket", ")")) {
      if (letter !== letter.toLowerCase()) break;
      throw new SyntaxRefusal(`expected at least ${expected.length} arguments`, currentToken(parser).offset);
    }
    if (index > 0) {
      expectToken(parser, "operator", ",");
      if (isAt(parser, "bracket", ")") && letter !== letter.toLowerCase()) break;
    }
    args.push(
      letter.toLowerCase() === "e" ? parser.grammar.parseExpression(parser, 0) : parsePredicate(parser),
    );
  }
  if (isAt(parser, "operator", ",")) advance(parser);
  expectToken(parser, "bracket", ")");
  return createNode(parser, { kind: "builtin", name: name.text, args, offset: name.offset });
}

/** A predicate, bare or in braces; only in braces may it hold several expressions. */
function parsePredicate(parser: Parser): ExprNode {
  const offset = currentToken(parser).offset;
  parser.predicates++;
  let body: ExprNode;
  if (isAt(parser, "bracket", "{")) {
    advance(parser);
    body = parser.grammar.parseSequence(parser);
    expectToken(parser, "bracket", "}");
  } else {
    body = parser.grammar.parseExpression(parser, 0);
    if (isAt(parser, "operator", ";")) {
      throw new SyntaxRefusal("wrap predicate with brackets { and }", currentToken(parser).offset);
    }
  }
  parser.predicates--;
  return createNode(parser, { kind: "predicate", body, offset });
}
