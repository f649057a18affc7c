/** The tree of a jq program. Every node knows where it begins in the source, so that a message can point there. */
import type { JqValue } from "./values.ts";

interface At {
  /** UTF-16 units from 0. */
  readonly offset: number;
}

interface Sides {
  readonly left: JqNode;
  readonly right: JqNode;
}

export type JqNode = At &
  (
    | { readonly kind: "identity" }
    | { readonly kind: "index"; readonly target: JqNode; readonly key: JqNode }
    | {
        readonly kind: "slice";
        readonly target: JqNode;
        readonly from: JqNode | undefined;
        readonly to: JqNode | undefined;
      }
    | { readonly kind: "iterate"; readonly target: JqNode }
    | { readonly kind: "literal"; readonly value: JqValue }
    /** A text with interpolations, each written in a format (`text` when none was named). */
    | { readonly kind: "text"; readonly format: string; readonly parts: readonly (string | JqNode)[] }
    | { readonly kind: "format"; readonly format: string }
    | { readonly kind: "array"; readonly body: JqNode | undefined }
    | { readonly kind: "object"; readonly members: readonly Member[] }
    | { readonly kind: "variable"; readonly name: string }
    | { readonly kind: "call"; readonly name: string; readonly args: readonly JqNode[] }
    | ({ readonly kind: "pipe" } & Sides)
    | ({ readonly kind: "comma" } & Sides)
    | ({ readonly kind: "and" } & Sides)
    | ({ readonly kind: "or" } & Sides)
    | ({ readonly kind: "alternative" } & Sides)
    | {
        readonly kind: "binary";
        readonly operator: BinaryOperator;
        readonly left: JqNode;
        readonly right: JqNode;
      }
    | {
        readonly kind: "assign";
        readonly operator: AssignOperator;
        readonly left: JqNode;
        readonly right: JqNode;
      }
    | { readonly kind: "negate"; readonly operand: JqNode }
    | {
        readonly kind: "if";
        readonly condition: JqNode;
        readonly then: JqNode;
        readonly otherwise: JqNode | undefined;
      }
    | { readonly kind: "try"; readonly body: JqNode; readonly handler: JqNode | undefined }
    | {
        readonly kind: "reduce";
        readonly source: JqNode;
        readonly pattern: Pattern;
        readonly init: JqNode;
        readonly update: JqNode;
      }
    | {
        readonly kind: "foreach";
        readonly source: JqNode;
        readonly pattern: Pattern;
        readonly init: JqNode;
        readonly update: JqNode;
        readonly extract: JqNode | undefined;
      }
    | { readonly kind: "label"; readonly name: string; readonly body: JqNode }
    | { readonly kind: "break"; readonly name: string }
    /** `source as pattern ?// pattern | body`: the later patterns are tried when the body fails with the earlier. */
    | {
        readonly kind: "bind";
        readonly source: JqNode;
        readonly patterns: readonly Pattern[];
        readonly body: JqNode;
      }
    | { readonly kind: "function"; readonly definition: Definition; readonly body: JqNode }
  );

/** A node of one kind. */
export type NodeOf<K extends JqNode["kind"]> = Extract<JqNode, { readonly kind: K }>;

export interface Member {
  readonly key: JqNode;
  readonly value: JqNode;
}

export interface Definition {
  readonly name: string;
  /** Names of the parameters; one that begins with `$` takes values instead of filters. */
  readonly params: readonly string[];
  readonly body: JqNode;
}

export type Pattern = At &
  (
    | { readonly kind: "variable"; readonly name: string }
    | { readonly kind: "array"; readonly items: readonly Pattern[] }
    | { readonly kind: "object"; readonly members: readonly PatternMember[] }
  );

export interface PatternMember {
  /** A variable that takes the member's value itself, as `$a` does in `{$a: [$b]}`. */
  readonly variable: string | undefined;
  readonly key: JqNode;
  readonly value: Pattern | undefined;
}

export type BinaryOperator = "+" | "-" | "*" | "/" | "%" | "==" | "!=" | "<" | "<=" | ">" | ">=";
export type AssignOperator = "=" | "|=" | "+=" | "-=" | "*=" | "/=" | "%=" | "//=";

/** How a function is named in tables: by name and number of arguments. */
export function signature(name: string, count: number): string {
  return `${name}/${count}`;
}

/** The variables of a pattern, each once. */
export function listVariables(pattern: Pattern): readonly string[] {
  switch (pattern.kind) {
    case "variable":
      return [pattern.name];
    case "array":
      return [...new Set(pattern.items.flatMap(listVariables))];
    case "object":
      return [
        ...new Set(
          pattern.members.flatMap(({ variable, value }) => [
            ...(variable === undefined ? [] : [variable]),
            ...(value === undefined ? [] : listVariables(value)),
          ]),
        ),
      ];
  }
}
