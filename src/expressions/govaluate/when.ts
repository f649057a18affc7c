/**
 * Argo's `when`: govaluate with every bare word taken as text.
 * Error texts are govaluate's own, because users know them; the caller puts "Invalid 'when' expression" in front.
 */
import { err, ok } from "../../base/result.ts";
import type { Result } from "../../base/result.ts";
import { chargeSteps, EvalError } from "../context.ts";
import type { EvalContext, ExprSyntaxError } from "../context.ts";
import { formatValue } from "../go/format-value.ts";
import { RegexpSyntaxError } from "../go/regexp/syntax.ts";
import { compileRegexp } from "../go/regexp/regexp.ts";
import { applyOperator, applyPrefix, isSettled } from "./apply.ts";
import { lexWhen, WhenRefusal } from "./lexer.ts";
import { checkOrder } from "./token.ts";
import type { Token } from "./token.ts";
import type { Value } from "../value.ts";

/** A parsed `when`. */
export type WhenNode =
  | { readonly kind: "literal"; readonly value: string | number | boolean; readonly offset: number }
  | { readonly kind: "accessor"; readonly path: string; readonly offset: number }
  | { readonly kind: "group"; readonly inner: WhenNode | undefined; readonly offset: number }
  | {
      readonly kind: "prefix";
      readonly operator: string;
      readonly operand: WhenNode;
      readonly offset: number;
    }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: WhenNode;
      readonly right: WhenNode;
      readonly offset: number;
    };

export interface WhenExpression {
  readonly source: string;
  readonly root: WhenNode;
}

interface Parser {
  readonly tokens: readonly Token[];
  at: number;
  nesting: number;
}

/** From the loosest to the tightest; all of them group to the left. */
const levels: readonly (readonly string[])[] = [
  [","],
  ["?", ":", "??"],
  ["||"],
  ["&&"],
  ["==", "!=", ">", ">=", "<", "<=", "=~", "!~", "in"],
  ["^", "&", "|"],
  [">>", "<<"],
  ["+", "-"],
  ["*", "/", "%"],
  ["**"],
];
const operatorKinds: ReadonlySet<string> = new Set([
  "SEPARATOR",
  "TERNARY",
  "LOGICALOP",
  "COMPARATOR",
  "MODIFIER",
]);
const maxNesting = 100;
const maxTokens = 10_000;

function parseLevel(parser: Parser, level: number): WhenNode {
  const symbols = levels[level];
  if (symbols === undefined) return parseValue(parser);
  let left = parseLevel(parser, level + 1);
  for (;;) {
    const token = parser.tokens[parser.at];
    if (token === undefined || !operatorKinds.has(token.kind) || !symbols.includes(String(token.value)))
      return left;
    parser.at++;
    const right = parseLevel(parser, level + 1);
    left = { kind: "binary", operator: String(token.value), left, right, offset: token.offset };
  }
}

function parseValue(parser: Parser): WhenNode {
  const token = parser.tokens[parser.at++];
  if (token === undefined) throw new WhenRefusal("Unexpected end of expression", 0);
  const { offset } = token;
  switch (token.kind) {
    case "CLAUSE":
      return parseGroup(parser, offset);
    case "PREFIX":
      return { kind: "prefix", operator: String(token.value), operand: parseValue(parser), offset };
    case "ACCESSOR":
      return { kind: "accessor", path: String(token.value), offset };
    case "NUMERIC":
    case "BOOLEAN":
    case "STRING":
    case "TIME":
      return { kind: "literal", value: token.value, offset };
    case "CLAUSE_CLOSE":
    case "COMPARATOR":
    case "LOGICALOP":
    case "MODIFIER":
    case "PATTERN":
    case "SEPARATOR":
    case "TERNARY":
    case "UNKNOWN":
    case "VARIABLE":
      throw new WhenRefusal(`Unable to plan token kind: '${token.kind}', value: '${token.value}'`, offset);
  }
}

function parseGroup(parser: Parser, offset: number): WhenNode {
  if (++parser.nesting > maxNesting) throw new WhenRefusal("expression is nested too deeply", offset);
  const empty = parser.tokens[parser.at]?.kind === "CLAUSE_CLOSE";
  const inner = empty ? undefined : parseLevel(parser, 0);
  if (parser.tokens[parser.at]?.kind !== "CLAUSE_CLOSE")
    throw new WhenRefusal("Unbalanced parenthesis", offset);
  parser.at++;
  parser.nesting--;
  return { kind: "group", inner, offset };
}

function refuse(
  code: string,
  message: string,
  offset: number,
): { readonly ok: false; readonly error: ExprSyntaxError } {
  return err({ code, message, offset });
}

/**
 * Patterns that stand in the text are compiled at once, so that mistakes in them are found before anything
 * runs.
 */
function checkPatterns(tokens: readonly Token[]): void {
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1];
    if (token.kind !== "COMPARATOR" || !["=~", "!~"].includes(String(token.value)) || next?.kind !== "STRING")
      continue;
    try {
      compileRegexp(String(next.value));
    } catch (error) {
      if (error instanceof RegexpSyntaxError) throw new WhenRefusal(error.message, next.offset);
      throw error;
    }
  }
}

/** Argo turns words into texts only after the text has been accepted with words. */
function toTexts(tokens: readonly Token[]): readonly Token[] {
  return tokens.map((token) => (token.kind === "VARIABLE" ? { ...token, kind: "STRING" } : token));
}

function parseTokens(source: string): Result<WhenExpression, ExprSyntaxError> {
  const words = lexWhen(source);
  if (words.length > maxTokens) return refuse("expression/syntax", "expression has too many tokens", 0);
  const parens = words.filter((token) => token.kind === "CLAUSE").length;
  if (parens !== words.filter((token) => token.kind === "CLAUSE_CLOSE").length) {
    return refuse(
      "expression/syntax",
      "Unbalanced parenthesis",
      words.find((token) => token.kind.startsWith("CLAUSE"))?.offset ?? 0,
    );
  }
  const disorder = checkOrder(words);
  if (disorder !== undefined) return refuse("expression/syntax", disorder.message, disorder.offset);
  const tokens = toTexts(words);
  const misplaced = checkOrder(tokens);
  if (misplaced !== undefined)
    return refuse("expression/misplaced-word", misplaced.message, misplaced.offset);
  checkPatterns(tokens);
  const parser: Parser = { tokens, at: 0, nesting: 0 };
  const root = parseLevel(parser, 0);
  const rest = tokens[parser.at];
  if (rest !== undefined) return refuse("expression/syntax", `Invalid token: '${rest.value}'`, rest.offset);
  return ok({ source, root });
}

/**
 * Parses a `when`. The error's code is `expression/syntax`, or `expression/misplaced-word` where a word stands
 * where a text may not (`!ready`); Argo words the two differently.
 */
export function parseWhen(source: string): Result<WhenExpression, ExprSyntaxError> {
  try {
    return parseTokens(source);
  } catch (error) {
    if (!(error instanceof WhenRefusal)) throw error;
    return refuse("expression/syntax", error.message, error.offset);
  }
}

/** Takes the left spine in a loop, because conditions may be thousands long. */
function evaluateNode(root: WhenNode, context: EvalContext): Value {
  const spine: (WhenNode & { readonly kind: "binary" })[] = [];
  let node = root;
  while (node.kind === "binary") {
    spine.push(node);
    node = node.left;
  }
  let value = evaluateLeaf(node, context);
  for (let current = spine.pop(); current !== undefined; current = spine.pop()) {
    chargeSteps(context, 1);
    const settled = isSettled(current.operator, value);
    if (settled !== undefined) value = settled.value;
    else
      value = applyOperator(
        current.operator,
        value,
        evaluateNode(current.right, context),
        current.offset,
        context,
      );
  }
  return value;
}

function evaluateLeaf(node: WhenNode, context: EvalContext): Value {
  chargeSteps(context, 1);
  switch (node.kind) {
    case "literal":
      return node.value;
    case "accessor":
      throw new EvalError(
        "expression/unknown-name",
        `No parameter '${node.path.split(".")[0]}' found.`,
        node.offset,
      );
    case "group":
      return node.inner === undefined ? null : evaluateNode(node.inner, context);
    case "prefix":
      return applyPrefix(node.operator, evaluateNode(node.operand, context), node.offset);
    case "binary":
      return evaluateNode(node, context);
  }
}

/** Decides a `when`. Throws EvalError; `expression/not-boolean` when the result is neither true nor false. */
export function evaluateWhen(expression: WhenExpression, context: EvalContext): boolean {
  const value = evaluateWhenValue(expression, context);
  if (typeof value === "boolean") return value;
  throw new EvalError(
    "expression/not-boolean",
    `Expected boolean evaluation for '${expression.source}'. Got ${formatValue(value)}`,
  );
}

/** The value of any govaluate expression whose words are texts. */
export function evaluateWhenValue(expression: WhenExpression, context: EvalContext): Value {
  return evaluateNode(expression.root, context);
}
