/**
 * Parses expr-lang by precedence climbing (expr-lang, parser/parser.go 1.17.8).
 * Depth and number of nodes are bounded, so that hostile text gives an error and never a stack overflow.
 */
import { err, ok } from "../../base/result.ts";
import type { Result } from "../../base/result.ts";
import type { ExprSyntaxError } from "../context.ts";
import { maxDepth } from "./ast.ts";
import type { BinaryOperator, ExprNode } from "./ast.ts";
import { lexTokens, SyntaxRefusal } from "./lexer.ts";
import type { Token } from "./lexer.ts";
import {
  findBinaryRule,
  isBinaryOperator,
  isComparison,
  isUnaryOperator,
  getUnaryPrecedence,
  negatable,
} from "./operators.ts";
import { parseCall } from "./parse-call.ts";
import { parsePostfix, parseSecondary } from "./parse-primary.ts";
import { advance, createNode, currentToken, expectToken, isAt, refuseToken } from "./parser-state.ts";
import type { Grammar, Parser } from "./parser-state.ts";

const maxSourceLength = 1_000_000;
const missing: Token = { kind: "end", text: "", offset: 0 };

/** One or more expressions separated by `;`. */
function parseSequence(parser: Parser): ExprNode {
  const first = parseExpression(parser, 0);
  const nodes = [first];
  while (isAt(parser, "operator", ";")) {
    advance(parser);
    if (isAt(parser, "end")) break;
    nodes.push(parseExpression(parser, 0));
  }
  return nodes.length === 1 ? first : createNode(parser, { kind: "sequence", nodes, offset: first.offset });
}

/** An expression whose operators all bind at least as tightly as `precedence`. */
function parseExpression(parser: Parser, precedence: number): ExprNode {
  if (++parser.nesting > maxDepth) {
    throw new SyntaxRefusal("expression is nested too deeply", currentToken(parser).offset);
  }
  const node = parseAtPrecedence(parser, precedence);
  parser.nesting--;
  return node;
}

function parseAtPrecedence(parser: Parser, precedence: number): ExprNode {
  if (precedence === 0 && isAt(parser, "operator", "let")) return parseLet(parser);
  if (precedence === 0 && isAt(parser, "operator", "if")) return parseIf(parser);
  const left = parseOperators(parser, parsePrimary(parser), precedence);
  return precedence === 0 ? parseTernary(parser, left) : left;
}

/** The infix operator at hand, together with a `not` before it, if it binds tightly enough. */
function takeOperator(
  parser: Parser,
  precedence: number,
): { readonly token: Token; readonly negated: boolean } | undefined {
  const negated = isAt(parser, "operator", "not");
  const token = negated ? (parser.tokens[parser.at + 1] ?? missing) : currentToken(parser);
  if (token.kind !== "operator") return negated ? refuseToken(parser, token) : undefined;
  if (negated && !negatable.has(token.text)) return refuseToken(parser, token);
  const rule = findBinaryRule(token.text);
  if (rule === undefined || rule.precedence < precedence) return undefined;
  parser.at += negated ? 2 : 1;
  return { token, negated };
}

function parseOperators(parser: Parser, first: ExprNode, precedence: number): ExprNode {
  let left = first;
  let previous = "";
  for (;;) {
    const taken = takeOperator(parser, precedence);
    if (taken === undefined) return left;
    const { token, negated } = taken;
    if (token.text === "|") {
      left = parseCall(parser, expectToken(parser, "identifier"), [left]);
    } else {
      if (previous === "??" && token.text !== "??") refuseMixing(token);
      left = parseInfix(parser, left, token, negated);
    }
    previous = token.text;
  }
}

function refuseMixing(token: Token): never {
  throw new SyntaxRefusal(
    `Operator (${token.text}) and coalesce expressions (??) cannot be mixed. Wrap either by parentheses.`,
    token.offset,
  );
}

function parseInfix(parser: Parser, left: ExprNode, token: Token, negated: boolean): ExprNode {
  if (!isBinaryOperator(token.text)) return refuseToken(parser, token);
  if (isComparison(token.text)) return parseComparison(parser, left, token.text, token.offset);
  const rule = findBinaryRule(token.text) ?? { precedence: 0, right: false };
  const right = parseExpression(parser, rule.right ? rule.precedence : rule.precedence + 1);
  const node = createNode(parser, {
    kind: "binary",
    operator: token.text,
    left,
    right,
    offset: token.offset,
  });
  return negated
    ? createNode(parser, { kind: "unary", operator: "not", operand: node, offset: token.offset })
    : node;
}

/** `a < b`, or a chain of such. */
function parseComparison(parser: Parser, left: ExprNode, operator: BinaryOperator, offset: number): ExprNode {
  const operands = [left, parseExpression(parser, 21)];
  const operators = [operator];
  for (
    let token = currentToken(parser);
    token.kind === "operator" && isComparison(token.text);
    token = currentToken(parser)
  ) {
    advance(parser);
    operators.push(token.text as BinaryOperator);
    operands.push(parseExpression(parser, 21));
  }
  const [first, second] = operands;
  if (operands.length > 2 || first === undefined || second === undefined) {
    return createNode(parser, { kind: "comparison", operands, operators, offset });
  }
  return createNode(parser, { kind: "binary", operator, left: first, right: second, offset });
}

function parseLet(parser: Parser): ExprNode {
  advance(parser);
  const name = expectToken(parser, "identifier");
  expectToken(parser, "operator", "=");
  const value = parseExpression(parser, 0);
  expectToken(parser, "operator", ";");
  const body = parseSequence(parser);
  return createNode(parser, { kind: "let", name: name.text, value, body, offset: name.offset });
}

function parseBlock(parser: Parser): ExprNode {
  expectToken(parser, "bracket", "{");
  const node = parseSequence(parser);
  expectToken(parser, "bracket", "}");
  return node;
}

/** `if a { b } else if c { d } else { e }`. */
function parseIf(parser: Parser): ExprNode {
  if (++parser.nesting > maxDepth)
    throw new SyntaxRefusal("expression is nested too deeply", currentToken(parser).offset);
  const offset = advance(parser).offset;
  const condition = parseExpression(parser, 0);
  const then = parseBlock(parser);
  expectToken(parser, "operator", "else");
  const otherwise = isAt(parser, "operator", "if") ? parseIf(parser) : parseBlock(parser);
  parser.nesting--;
  return createNode(parser, { kind: "conditional", ternary: false, condition, then, otherwise, offset });
}

/** `a ? b : c`, and `a ?: c` for `a ? a : c`. */
function parseTernary(parser: Parser, first: ExprNode): ExprNode {
  let node = first;
  while (isAt(parser, "operator", "?")) {
    const offset = advance(parser).offset;
    const condition = node;
    const short = isAt(parser, "operator", ":");
    const then = short ? condition : parseExpression(parser, 0);
    expectToken(parser, "operator", ":");
    const otherwise = parseExpression(parser, 0);
    node = createNode(parser, { kind: "conditional", ternary: true, condition, then, otherwise, offset });
  }
  return node;
}

function parsePrimary(parser: Parser): ExprNode {
  const token = currentToken(parser);
  if (token.kind === "operator") {
    if (isUnaryOperator(token.text)) {
      advance(parser);
      const operand = parseExpression(parser, getUnaryPrecedence(token.text));
      const node = createNode(parser, { kind: "unary", operator: token.text, operand, offset: token.offset });
      return parsePostfix(parser, node);
    }
    if (parser.predicates > 0 && (token.text === "#" || token.text === "."))
      return parsePointer(parser, token);
    if (token.text === "::") {
      advance(parser);
      return parsePostfix(parser, parseCall(parser, expectToken(parser, "identifier"), []));
    }
  }
  if (!isAt(parser, "bracket", "(")) return parseSecondary(parser);
  advance(parser);
  const inner = parseSequence(parser);
  expectToken(parser, "bracket", ")");
  return parsePostfix(parser, inner);
}

/** `#`, `#acc`, or the element that `.field` leaves out. */
function parsePointer(parser: Parser, token: Token): ExprNode {
  let name = "";
  if (token.text === "#") {
    advance(parser);
    if (isAt(parser, "identifier")) name = advance(parser).text;
  }
  return parsePostfix(parser, createNode(parser, { kind: "pointer", name, offset: token.offset }));
}

const grammar: Grammar = { parseExpression, parseSequence };

function parseAll(source: string): ExprNode {
  if (source.length > maxSourceLength) throw new SyntaxRefusal("expression is too long", 0);
  const parser: Parser = { tokens: lexTokens(source), at: 0, nodes: 0, predicates: 0, nesting: 0, grammar };
  const node = parseSequence(parser);
  if (!isAt(parser, "end")) refuseToken(parser);
  return node;
}

/** Parses an expression. */
export function parseExpr(source: string): Result<ExprNode, ExprSyntaxError> {
  try {
    return ok(parseAll(source));
  } catch (error) {
    if (!(error instanceof SyntaxRefusal)) throw error;
    return err({ code: "expression/syntax", message: error.message, offset: error.offset });
  }
}
