/**
 * The steps of a JSONPath selector and the scripts inside its brackets.
 */
import { EvalError } from "../context.ts";
import type { Value } from "../value.ts";

/** An index or a bound: written down, or computed by a script. */
export type Argument = bigint | Script | undefined;

export type Token =
  | { readonly kind: "root" }
  | { readonly kind: "current" }
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "length" }
  | { readonly kind: "index"; readonly index: bigint }
  | { readonly kind: "wildcard" }
  | { readonly kind: "recursive" }
  | { readonly kind: "filter"; readonly script: Script }
  | { readonly kind: "script"; readonly script: Script }
  | { readonly kind: "range"; readonly from: Argument; readonly to: Argument; readonly step: Argument }
  | { readonly kind: "union"; readonly members: readonly (string | bigint | Script)[] };

export type ScriptOperator =
  | "||"
  | "&&"
  | "=="
  | "!="
  | "<="
  | ">="
  | "<"
  | ">"
  | "=~"
  | "!"
  | "+"
  | "-"
  | "**"
  | "*"
  | "/"
  | "%"
  | "not in"
  | "in";

/** A script: text that stands for itself until an operator asks for a number, a truth value or a text. */
export type Script =
  | { readonly kind: "selector"; readonly tokens: readonly Token[] }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value"; readonly value: Value }
  | {
      readonly kind: "operation";
      readonly operator: ScriptOperator;
      readonly left: Script | undefined;
      readonly right: Script;
    };

/** Refuses a selector or its application. */
export function refuseSelector(message: string): never {
  throw new EvalError("expression/jsonpath", message);
}
