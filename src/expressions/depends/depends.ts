/**
 * Argo's `depends`: a boolean expression over the outcomes of other tasks, such as `A && (B.Failed || !C-1.Succeeded)`.
 * Names may hold dashes, so this is not the expression language of the tags.
 * Source of the rules: docs/enhanced-depends-logic.md and workflow/common/ancestry.go.
 */
import { err, ok } from "../../base/result.ts";
import type { Result } from "../../base/result.ts";
import type { ExprSyntaxError } from "../context.ts";

/** What can be asked about a task. */
export type DependsOperand =
  "Succeeded" | "Failed" | "Errored" | "Skipped" | "Omitted" | "Daemoned" | "AnySucceeded" | "AllFailed";

export const dependsOperands: readonly DependsOperand[] = [
  "Succeeded",
  "Failed",
  "Errored",
  "Skipped",
  "Omitted",
  "Daemoned",
  "AnySucceeded",
  "AllFailed",
];

export type DependsNode =
  | {
      readonly kind: "task";
      readonly task: string;
      /** Absent for a bare name, which stands for Succeeded, Skipped or Daemoned. */
      readonly operand: DependsOperand | undefined;
      readonly offset: number;
    }
  | { readonly kind: "not"; readonly operand: DependsNode; readonly offset: number }
  | { readonly kind: "and" | "or"; readonly operands: readonly DependsNode[]; readonly offset: number };

interface Token {
  readonly text: string;
  readonly offset: number;
}

interface Parser {
  readonly tokens: readonly Token[];
  readonly length: number;
  at: number;
  nesting: number;
}

class DependsRefusal extends Error {
  readonly code: string;
  readonly offset: number;

  constructor(code: string, message: string, offset: number) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}

const maxNesting = 100;
const wordPattern = /^[A-Za-z0-9]/u;

function lexDepends(source: string): readonly Token[] {
  const pattern = /\s+|&&|\|\||[!()]|[A-Za-z0-9][-A-Za-z0-9_]*(?:\.[A-Za-z]\w*)?/uy;
  const tokens: Token[] = [];
  for (let at = 0; at < source.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    if (text === undefined) {
      const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
      throw new DependsRefusal(
        "expression/syntax",
        `unexpected "${character}"; expected a task name, &&, ||, ! or parentheses`,
        at,
      );
    }
    if (text.trim() !== "") tokens.push({ text, offset: at });
  }
  return tokens;
}

function refuseToken(parser: Parser, expected: string): never {
  const token = parser.tokens[parser.at];
  const found = token === undefined ? "the expression ends" : `found "${token.text}"`;
  throw new DependsRefusal(
    "expression/syntax",
    `expected ${expected}, but ${found}`,
    token?.offset ?? parser.length,
  );
}

function parseTask(token: Token): DependsNode {
  const dot = token.text.indexOf(".");
  if (dot < 0) return { kind: "task", task: token.text, operand: undefined, offset: token.offset };
  const task = token.text.slice(0, dot);
  const name = token.text.slice(dot + 1);
  const operand = dependsOperands.find((known) => known === name);
  if (operand === undefined) {
    throw new DependsRefusal(
      "expression/unknown-task-result",
      `task result '${name}' for task '${task}' is invalid`,
      token.offset + dot + 1,
    );
  }
  return { kind: "task", task, operand, offset: token.offset };
}

function parseUnary(parser: Parser): DependsNode {
  if (++parser.nesting > maxNesting)
    throw new DependsRefusal("expression/syntax", "expression is nested too deeply", 0);
  const token = parser.tokens[parser.at];
  let node: DependsNode;
  if (token?.text === "!") {
    parser.at++;
    node = { kind: "not", operand: parseUnary(parser), offset: token.offset };
  } else if (token?.text === "(") {
    parser.at++;
    node = parseChain(parser, "or");
    if (parser.tokens[parser.at]?.text !== ")") return refuseToken(parser, '")"');
    parser.at++;
  } else if (token !== undefined && wordPattern.test(token.text)) {
    parser.at++;
    node = parseTask(token);
  } else {
    return refuseToken(parser, "a task name");
  }
  parser.nesting--;
  return node;
}

/** Operands joined by one operator; `||` binds looser than `&&`. */
function parseChain(parser: Parser, kind: "and" | "or"): DependsNode {
  const parseOperand = (): DependsNode => (kind === "or" ? parseChain(parser, "and") : parseUnary(parser));
  const first = parseOperand();
  const operands = [first];
  let offset: number | undefined;
  for (
    let token = parser.tokens[parser.at];
    token?.text === (kind === "or" ? "||" : "&&");
    token = parser.tokens[parser.at]
  ) {
    offset ??= token.offset;
    parser.at++;
    operands.push(parseOperand());
  }
  return offset === undefined ? first : { kind, operands, offset };
}

/** Parses a `depends`. */
export function parseDepends(source: string): Result<DependsNode, ExprSyntaxError> {
  try {
    const parser: Parser = { tokens: lexDepends(source), length: source.length, at: 0, nesting: 0 };
    const node = parseChain(parser, "or");
    if (parser.at < parser.tokens.length) refuseToken(parser, "&& or ||");
    return ok(node);
  } catch (error) {
    if (!(error instanceof DependsRefusal)) throw error;
    return err({ code: error.code, message: error.message, offset: error.offset });
  }
}
