/**
 * The tree of an expr-lang expression. Every node knows where it stands in the source (UTF-16 offset)
 * and how deep the tree below it is; the parser bounds both, so that walking a tree by recursion is safe.
 */

interface Base {
  readonly offset: number;
  /** 1 for a leaf; chains of binary operators to the left count once, because they are walked by a loop. */
  readonly depth: number;
}

export type UnaryOperator = "!" | "not" | "-" | "+";

export type BinaryOperator =
  | "or"
  | "||"
  | "and"
  | "&&"
  | "=="
  | "!="
  | "<"
  | ">"
  | ">="
  | "<="
  | "in"
  | "matches"
  | "contains"
  | "startsWith"
  | "endsWith"
  | ".."
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "**"
  | "^"
  | "??";

export type NilNode = Base & { readonly kind: "nil" };
export type BoolNode = Base & { readonly kind: "bool"; readonly value: boolean };
export type IntegerNode = Base & { readonly kind: "integer"; readonly value: bigint };
export type FloatNode = Base & { readonly kind: "float"; readonly value: number };
export type StringNode = Base & { readonly kind: "string"; readonly value: string };
export type BytesNode = Base & { readonly kind: "bytes"; readonly value: Uint8Array };
export type IdentifierNode = Base & { readonly kind: "identifier"; readonly name: string };
/** `#`, `#acc`, `#index`, or the invisible `#` before `.field`. */
export type PointerNode = Base & { readonly kind: "pointer"; readonly name: string };
export type UnaryNode = Base & {
  readonly kind: "unary";
  readonly operator: UnaryOperator;
  readonly operand: ExprNode;
};
export type BinaryNode = Base & {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: ExprNode;
  readonly right: ExprNode;
};
/** `a < b <= c`: each neighbour is compared, and each operand is computed once. */
export type ComparisonNode = Base & {
  readonly kind: "comparison";
  readonly operands: readonly ExprNode[];
  readonly operators: readonly BinaryOperator[];
};
/** The extent of `?.`: when a part finds nil, the whole chain is nil. */
export type ChainNode = Base & { readonly kind: "chain"; readonly inner: ExprNode };
export type MemberNode = Base & {
  readonly kind: "member";
  readonly object: ExprNode;
  readonly property: ExprNode;
  readonly optional: boolean;
};
export type SliceNode = Base & {
  readonly kind: "slice";
  readonly object: ExprNode;
  readonly from: ExprNode | undefined;
  readonly to: ExprNode | undefined;
};
export type CallNode = Base & {
  readonly kind: "call";
  readonly callee: ExprNode;
  readonly args: readonly ExprNode[];
};
export type BuiltinNode = Base & {
  readonly kind: "builtin";
  readonly name: string;
  readonly args: readonly ExprNode[];
};
/** The body that `map`, `filter` and their kin run for each element. */
export type PredicateNode = Base & { readonly kind: "predicate"; readonly body: ExprNode };
export type ConditionalNode = Base & {
  readonly kind: "conditional";
  /** `a ? b : c`, as opposed to `if a { b } else { c }`. */
  readonly ternary: boolean;
  readonly condition: ExprNode;
  readonly then: ExprNode;
  readonly otherwise: ExprNode;
};
export type LetNode = Base & {
  readonly kind: "let";
  readonly name: string;
  readonly value: ExprNode;
  readonly body: ExprNode;
};
export type SequenceNode = Base & { readonly kind: "sequence"; readonly nodes: readonly ExprNode[] };
export type ArrayNode = Base & { readonly kind: "array"; readonly items: readonly ExprNode[] };
export type MapNode = Base & {
  readonly kind: "map";
  readonly pairs: readonly { readonly key: ExprNode; readonly value: ExprNode }[];
};

export type ExprNode =
  | NilNode
  | BoolNode
  | IntegerNode
  | FloatNode
  | StringNode
  | BytesNode
  | IdentifierNode
  | PointerNode
  | UnaryNode
  | BinaryNode
  | ComparisonNode
  | ChainNode
  | MemberNode
  | SliceNode
  | CallNode
  | BuiltinNode
  | PredicateNode
  | ConditionalNode
  | LetNode
  | SequenceNode
  | ArrayNode
  | MapNode;

/** Trees deeper than this are refused. */
export const maxDepth = 250;
/** Trees with more nodes than this are refused, as expr's own DefaultMaxNodes. */
export const maxNodes = 10_000;
