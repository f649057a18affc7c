/**
 * The tree of a regular expression, and the error for patterns that are none.
 */
import type { CharSet } from "./charset.ts";

export type RegexpNode =
  | { readonly kind: "empty" }
  | { readonly kind: "set"; readonly set: CharSet }
  | { readonly kind: "assert"; readonly what: Assertion }
  | { readonly kind: "capture"; readonly index: number; readonly name: string; readonly inner: RegexpNode }
  | { readonly kind: "concat"; readonly parts: readonly RegexpNode[] }
  | { readonly kind: "alternate"; readonly parts: readonly RegexpNode[] }
  | {
      readonly kind: "repeat";
      readonly inner: RegexpNode;
      readonly least: number;
      /** -1 means without end. */
      readonly most: number;
      readonly greedy: boolean;
    };

/** What can be demanded of a place between two characters. */
export type Assertion =
  "text-start" | "text-end" | "line-start" | "line-end" | "word-boundary" | "no-word-boundary";

/** A pattern that RE2 refuses, in Go's words: "missing closing ): `a(b`". */
export class RegexpSyntaxError extends Error {
  constructor(reason: string, excerpt: string) {
    super(`error parsing regexp: ${reason}: \`${excerpt}\``);
    this.name = "RegexpSyntaxError";
  }
}
