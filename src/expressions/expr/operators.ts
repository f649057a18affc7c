/**
 * Precedence and names of the operators (expr-lang, parser/operator).
 */
import type { BinaryOperator, UnaryOperator } from "./ast.ts";

interface BinaryRule {
  readonly precedence: number;
  readonly right: boolean;
}

const left = (precedence: number): BinaryRule => ({ precedence, right: false });
const right = (precedence: number): BinaryRule => ({ precedence, right: true });

const binaryRules: ReadonlyMap<string, BinaryRule> = new Map([
  ["|", left(0)],
  ["or", left(10)],
  ["||", left(10)],
  ["and", left(15)],
  ["&&", left(15)],
  ["==", left(20)],
  ["!=", left(20)],
  ["<", left(20)],
  [">", left(20)],
  [">=", left(20)],
  ["<=", left(20)],
  ["in", left(20)],
  ["matches", left(20)],
  ["contains", left(20)],
  ["startsWith", left(20)],
  ["endsWith", left(20)],
  ["..", left(25)],
  ["+", left(30)],
  ["-", left(30)],
  ["*", left(60)],
  ["/", left(60)],
  ["%", left(60)],
  ["**", right(100)],
  ["^", right(100)],
  ["??", left(500)],
]);

const unaryPrecedences: ReadonlyMap<string, number> = new Map([
  ["not", 50],
  ["!", 50],
  ["-", 90],
  ["+", 90],
]);

/** Operators that may follow `not`. */
export const negatable: ReadonlySet<string> = new Set([
  "in",
  "matches",
  "contains",
  "startsWith",
  "endsWith",
]);

const comparisons: ReadonlySet<string> = new Set(["<", ">", "<=", ">="]);

export function findBinaryRule(operator: string): BinaryRule | undefined {
  return binaryRules.get(operator);
}

export function isUnaryOperator(operator: string): operator is UnaryOperator {
  return unaryPrecedences.has(operator);
}

/** True for every infix operator except the pipe, which is a call and not a node. */
export function isBinaryOperator(operator: string): operator is BinaryOperator {
  return operator !== "|" && binaryRules.has(operator);
}

export function isComparison(operator: string): boolean {
  return comparisons.has(operator);
}

export function getUnaryPrecedence(operator: UnaryOperator): number {
  return unaryPrecedences.get(operator) ?? 0;
}

export function getBinaryPrecedence(operator: BinaryOperator): number {
  return binaryRules.get(operator)?.precedence ?? 0;
}

export function isRightAssociative(operator: BinaryOperator): boolean {
  return binaryRules.get(operator)?.right ?? false;
}
