/**
 * Prints a tree as source text. Parsing the text again gives an equal tree (offsets aside):
 * parentheses are written wherever precedence alone would group differently.
 */
import { formatShortestFixed } from "../go/format-float.ts";
import { quoteText } from "../go/quote.ts";
import type { BinaryNode, ComparisonNode, ConditionalNode, ExprNode, MemberNode, UnaryNode } from "./ast.ts";
import { getBinaryPrecedence, getUnaryPrecedence, isRightAssociative } from "./operators.ts";
import { isIdentifier } from "./parse-primary.ts";

/** Precedence of a comparison chain. */
const comparisonLevel = 20;

function wrap(text: string): string {
  return `(${text})`;
}

function printFloat(value: number): string {
  const text = formatShortestFixed(value);
  return text.includes(".") ? text : `${text}.0`;
}

function printBytes(bytes: Uint8Array): string {
  return `b"${Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}"`;
}

function isBlock(node: ExprNode): boolean {
  return node.kind === "let" || node.kind === "sequence";
}

/** As an argument, an item, a branch: everything but blocks stands bare. */
function printItem(node: ExprNode): string {
  return isBlock(node) ? wrap(printExpr(node)) : printExpr(node);
}

/** As an operand of an operator that binds with `level`. */
function printOperand(node: ExprNode, level: number): string {
  const text = printExpr(node);
  switch (node.kind) {
    case "conditional":
    case "let":
    case "sequence":
      return wrap(text);
    case "binary":
      return node.operator === "??" || getBinaryPrecedence(node.operator) < level ? wrap(text) : text;
    case "comparison":
      return comparisonLevel < level ? wrap(text) : text;
    case "unary":
      return getUnaryPrecedence(node.operator) <= level ? wrap(text) : text;
    case "array":
    case "bool":
    case "builtin":
    case "bytes":
    case "call":
    case "chain":
    case "float":
    case "identifier":
    case "integer":
    case "map":
    case "member":
    case "nil":
    case "pointer":
    case "predicate":
    case "slice":
    case "string":
      return text;
  }
}

function mixesBooleans(outer: string, inner: ExprNode): boolean {
  return (
    inner.kind === "binary" && ["&&", "||", "and", "or"].includes(inner.operator) && inner.operator !== outer
  );
}

function printSide(node: ExprNode, operator: BinaryNode["operator"], level: number): string {
  const text = printOperand(node, level);
  return mixesBooleans(operator, node) && !text.startsWith("(") ? wrap(text) : text;
}

/** Walks the left spine in a loop, because `a + b + c + ...` may be thousands long. */
function printBinary(node: BinaryNode): string {
  const tails: string[] = [];
  let current: ExprNode = node;
  for (;;) {
    const { operator, left, right }: BinaryNode = current;
    const level = getBinaryPrecedence(operator);
    const rightAssociative = isRightAssociative(operator);
    tails.push(` ${operator} ${printSide(right, operator, rightAssociative ? level : level + 1)}`);
    const bare: boolean =
      left.kind === "binary" && !rightAssociative && left.operator === operator && level !== comparisonLevel;
    if (left.kind !== "binary" || !bare) {
      const start = printSide(
        left,
        operator,
        rightAssociative || level === comparisonLevel ? level + 1 : level,
      );
      return start + tails.reverse().join("");
    }
    current = left;
  }
}

function printComparison(node: ComparisonNode): string {
  return node.operands
    .map((operand, index) => {
      const text = printOperand(operand, comparisonLevel + 1);
      return index === 0 ? text : `${node.operators[index - 1]} ${text}`;
    })
    .join(" ");
}

function printUnary(node: UnaryNode): string {
  const level = getUnaryPrecedence(node.operator);
  const inner = node.operand.kind === "unary" ? printExpr(node.operand) : printOperand(node.operand, level);
  const space = node.operator === "not" || /^[-+!]/u.test(inner) ? " " : "";
  return node.operator + space + inner;
}

/** What a dot, an index or a slice follows. */
function printObject(node: ExprNode): string {
  const text = printExpr(node);
  switch (node.kind) {
    case "unary":
    case "binary":
    case "comparison":
    case "conditional":
    case "let":
    case "sequence":
    case "integer":
    case "float":
    case "bool":
    case "nil":
      return wrap(text);
    case "array":
    case "builtin":
    case "bytes":
    case "call":
    case "chain":
    case "identifier":
    case "map":
    case "member":
    case "pointer":
    case "predicate":
    case "slice":
    case "string":
      return text;
  }
}

function printMember(node: MemberNode): string {
  const object = printObject(node.object);
  const { property } = node;
  // A dot behind a chain would belong to the chain, an index does not.
  if (property.kind === "string" && isIdentifier(property.value) && node.object.kind !== "chain") {
    return `${object}${node.optional ? "?." : "."}${property.value}`;
  }
  return `${object}${node.optional ? "?." : ""}[${printItem(property)}]`;
}

function printConditional(node: ConditionalNode): string {
  if (!node.ternary) {
    const { otherwise } = node;
    const chained = otherwise.kind === "conditional" && !otherwise.ternary;
    const tail = chained ? printConditional(otherwise) : `{ ${printExpr(otherwise)} }`;
    return `if ${printItem(node.condition)} { ${printExpr(node.then)} } else ${tail}`;
  }
  const condition = printOperand(node.condition, 0);
  const otherwise = printItem(node.otherwise);
  return node.then === node.condition
    ? `${condition} ?: ${otherwise}`
    : `${condition} ? ${printItem(node.then)} : ${otherwise}`;
}

function printPredicate(body: ExprNode): string {
  const text = printExpr(body);
  return isBlock(body) || text.startsWith("{") ? `{ ${text} }` : text;
}

/** In a sequence a `let` takes everything behind it, so only the last may stand bare. */
function printSequence(nodes: readonly ExprNode[]): string {
  return nodes
    .map((node, index) =>
      index === nodes.length - 1 && node.kind === "let" ? printExpr(node) : printItem(node),
    )
    .join("; ");
}

function printList(nodes: readonly ExprNode[]): string {
  return nodes.map(printItem).join(", ");
}

function printPair(pair: { readonly key: ExprNode; readonly value: ExprNode }): string {
  const { key } = pair;
  if (key.kind !== "string") return `(${printExpr(key)}): ${printItem(pair.value)}`;
  return `${isIdentifier(key.value) ? key.value : quoteText(key.value)}: ${printItem(pair.value)}`;
}

/** The source text of a tree. */
export function printExpr(node: ExprNode): string {
  switch (node.kind) {
    case "nil":
      return "nil";
    case "bool":
    case "integer":
      return String(node.value);
    case "float":
      return printFloat(node.value);
    case "string":
      return quoteText(node.value);
    case "bytes":
      return printBytes(node.value);
    case "identifier":
      return node.name;
    case "pointer":
      return `#${node.name}`;
    case "unary":
      return printUnary(node);
    case "binary":
      return printBinary(node);
    case "comparison":
      return printComparison(node);
    case "chain":
      return printExpr(node.inner);
    case "member":
      return printMember(node);
    case "slice":
      return (
        `${printObject(node.object)}[${node.from === undefined ? "" : printOperand(node.from, 0)}:` +
        `${node.to === undefined ? "" : printItem(node.to)}]`
      );
    case "call":
      return `${printExpr(node.callee)}(${printList(node.args)})`;
    case "builtin":
      return `${node.name}(${printList(node.args)})`;
    case "predicate":
      return printPredicate(node.body);
    case "conditional":
      return printConditional(node);
    case "let":
      return `let ${node.name} = ${printItem(node.value)}; ${printExpr(node.body)}`;
    case "sequence":
      return printSequence(node.nodes);
    case "array":
      return `[${printList(node.items)}]`;
    case "map":
      return `{${node.pairs.map(printPair).join(", ")}}`;
  }
}
