/**
 * The tokens of govaluate, which of them may follow each other, and its symbols.
 * Source of the rules: Knetic/govaluate lexerState.go and OperatorSymbol.go, at the commit that Argo uses.
 */
import { formatValue } from "../go/format-value.ts";

export type TokenKind =
  | "UNKNOWN"
  | "PREFIX"
  | "NUMERIC"
  | "BOOLEAN"
  | "STRING"
  | "PATTERN"
  | "TIME"
  | "VARIABLE"
  | "ACCESSOR"
  | "SEPARATOR"
  | "COMPARATOR"
  | "LOGICALOP"
  | "MODIFIER"
  | "CLAUSE"
  | "CLAUSE_CLOSE"
  | "TERNARY";

export interface Token {
  readonly kind: TokenKind;
  readonly value: string | number | boolean;
  /** UTF-16 units from 0. */
  readonly offset: number;
}

const values: readonly TokenKind[] = [
  "NUMERIC",
  "BOOLEAN",
  "VARIABLE",
  "ACCESSOR",
  "STRING",
  "TIME",
  "CLAUSE",
];
const operators: readonly TokenKind[] = [
  "MODIFIER",
  "COMPARATOR",
  "LOGICALOP",
  "CLAUSE_CLOSE",
  "TERNARY",
  "SEPARATOR",
];
const operatorsWithoutTernary = operators.filter((kind) => kind !== "TERNARY");

const successors: Readonly<Record<TokenKind, readonly TokenKind[]>> = {
  UNKNOWN: ["PREFIX", "PATTERN", ...values],
  CLAUSE: ["PREFIX", "PATTERN", "CLAUSE_CLOSE", ...values],
  CLAUSE_CLOSE: [...operators, "PATTERN", ...values],
  NUMERIC: operators,
  BOOLEAN: operators,
  STRING: operators,
  VARIABLE: operators,
  TIME: operatorsWithoutTernary,
  PATTERN: operatorsWithoutTernary,
  ACCESSOR: ["CLAUSE", ...operators],
  MODIFIER: ["PREFIX", "NUMERIC", "VARIABLE", "ACCESSOR", "STRING", "BOOLEAN", "CLAUSE", "CLAUSE_CLOSE"],
  COMPARATOR: ["PREFIX", "PATTERN", "CLAUSE_CLOSE", ...values],
  LOGICALOP: ["PREFIX", "CLAUSE_CLOSE", ...values],
  PREFIX: ["NUMERIC", "BOOLEAN", "VARIABLE", "ACCESSOR", "CLAUSE", "CLAUSE_CLOSE"],
  TERNARY: ["PREFIX", "SEPARATOR", ...values],
  SEPARATOR: ["PREFIX", ...values],
};

const mayEnd: ReadonlySet<TokenKind> = new Set([
  "CLAUSE_CLOSE",
  "NUMERIC",
  "BOOLEAN",
  "STRING",
  "TIME",
  "PATTERN",
  "VARIABLE",
  "ACCESSOR",
]);

function canFollow(previous: TokenKind, next: TokenKind): boolean {
  return successors[previous].includes(next);
}

/** What is wrong with an order of tokens; undefined when nothing is. */
export function checkOrder(
  tokens: readonly Token[],
): { readonly message: string; readonly offset: number } | undefined {
  let previous: Token = { kind: "UNKNOWN", value: "<nil>", offset: 0 };
  for (const token of tokens) {
    if (!canFollow(previous.kind, token.kind)) {
      const message =
        previous.kind === "VARIABLE" && token.kind === "CLAUSE"
          ? `Undefined function ${previous.value}`
          : `Cannot transition token types from ${describe(previous)} to ${describe(token)}`;
      return { message, offset: token.offset };
    }
    previous = token;
  }
  return mayEnd.has(previous.kind)
    ? undefined
    : { message: "Unexpected end of expression", offset: previous.offset };
}

/** Parentheses are printed as numbers, because to Go they are runes. */
function describe(token: Token): string {
  const value =
    token.kind === "CLAUSE" ? "40" : token.kind === "CLAUSE_CLOSE" ? "41" : formatValue(token.value);
  return `${token.kind} [${value}]`;
}

const symbolKinds: readonly (readonly [TokenKind, readonly string[]])[] = [
  ["MODIFIER", ["+", "-", "*", "/", "%", "**", "&", "|", "^", ">>", "<<"]],
  ["LOGICALOP", ["&&", "||"]],
  ["COMPARATOR", ["==", "!=", ">", ">=", "<", "<=", "=~", "!~"]],
  ["TERNARY", ["?", ":", "??"]],
];

/** The kind of an operator, or undefined; `-`, `!` and `~` are prefixes where a value is expected. */
export function findSymbolKind(symbol: string, previous: TokenKind): TokenKind | undefined {
  if (canFollow(previous, "PREFIX") && ["-", "!", "~"].includes(symbol)) return "PREFIX";
  return symbolKinds.find(([, symbols]) => symbols.includes(symbol))?.[0];
}
