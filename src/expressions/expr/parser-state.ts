/**
 * Where the parser stands in its tokens, and how it makes nodes: with their depth, within the bounds.
 */
import { maxDepth, maxNodes } from "./ast.ts";
import type { ExprNode } from "./ast.ts";
import { SyntaxRefusal } from "./lexer.ts";
import type { Token, TokenKind } from "./lexer.ts";

/** A node as the parser builds it: the depth is added by `createNode`. */
type Unfinished<T> = T extends ExprNode ? Omit<T, "depth"> : never;
export type NodeDraft = Unfinished<ExprNode>;

/** The state of one parse. */
export interface Parser {
  readonly tokens: readonly Token[];
  at: number;
  nodes: number;
  /** How many predicates are open; only inside one do `#` and `.field` mean anything. */
  predicates: number;
  /** How deep the parser itself recurses. */
  nesting: number;
  /** The two rules that every other rule recurses into. */
  readonly grammar: Grammar;
}

/** Lets the files of the parser call each other without importing each other. */
export interface Grammar {
  readonly parseExpression: (parser: Parser, precedence: number) => ExprNode;
  readonly parseSequence: (parser: Parser) => ExprNode;
}

const missing: Token = { kind: "end", text: "", offset: 0 };

export function currentToken(parser: Parser): Token {
  return parser.tokens[parser.at] ?? missing;
}

export function advance(parser: Parser): Token {
  const token = currentToken(parser);
  if (token.kind !== "end") parser.at++;
  return token;
}

export function isAt(parser: Parser, kind: TokenKind, text?: string): boolean {
  const token = currentToken(parser);
  return token.kind === kind && (text === undefined || token.text === text);
}

export function refuseToken(parser: Parser, token = currentToken(parser)): never {
  const what = token.kind === "end" ? "token EOF" : `token ${describeKind(token.kind)}("${token.text}")`;
  throw new SyntaxRefusal(`unexpected ${what}`, token.offset);
}

function describeKind(kind: TokenKind): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}

export function expectToken(parser: Parser, kind: TokenKind, text?: string): Token {
  if (!isAt(parser, kind, text)) refuseToken(parser);
  return advance(parser);
}

function childrenOf(draft: NodeDraft): readonly ExprNode[] {
  switch (draft.kind) {
    case "unary":
      return [draft.operand];
    case "binary":
      return [draft.left, draft.right];
    case "comparison":
      return draft.operands;
    case "chain":
      return [draft.inner];
    case "member":
      return [draft.object, draft.property];
    case "slice":
      return [draft.object, draft.from, draft.to].filter((node) => node !== undefined);
    case "call":
      return [draft.callee, ...draft.args];
    case "builtin":
      return draft.args;
    case "predicate":
      return [draft.body];
    case "conditional":
      return [draft.condition, draft.then, draft.otherwise];
    case "let":
      return [draft.value, draft.body];
    case "sequence":
      return draft.nodes;
    case "array":
      return draft.items;
    case "map":
      return draft.pairs.flatMap((pair) => [pair.key, pair.value]);
    case "bool":
    case "bytes":
    case "float":
    case "identifier":
    case "integer":
    case "nil":
    case "pointer":
    case "string":
      return [];
  }
}

/** Finishes a node; refuses trees that are too deep or too large. */
export function createNode(parser: Parser, draft: NodeDraft): ExprNode {
  let deepest = 0;
  for (const child of childrenOf(draft)) {
    const flat = draft.kind === "binary" && child === draft.left && child.kind === "binary";
    deepest = Math.max(deepest, flat ? child.depth - 1 : child.depth);
  }
  const depth = deepest + 1;
  if (depth > maxDepth) throw new SyntaxRefusal("expression is nested too deeply", draft.offset);
  if (++parser.nodes > maxNodes) {
    throw new SyntaxRefusal("compilation failed: expression exceeds maximum allowed nodes", draft.offset);
  }
  return { ...draft, depth } as ExprNode;
}
