/** What a tag may name at some place of a template; `scope.ts` has the rules. */
import type { Invocation, Template } from "../read/types.ts";

/** A step or task that others may refer to. */
export interface Sibling {
  readonly call: Invocation;
  /** What it runs; undefined when that is not known, and then everything about it is accepted. */
  readonly template: Template | undefined;
}

/** What may be said about a sibling at the place of a tag. */
export interface SiblingView {
  readonly sibling: Sibling;
  readonly outputs: boolean;
  readonly status: boolean;
}

export interface Scope {
  /** Inputs, output paths, `pod.name`, as full tag names. */
  readonly names: ReadonlySet<string>;
  readonly siblingFamily: "steps" | "tasks" | undefined;
  readonly findSibling: (name: string) => SiblingView | undefined;
  readonly items: ItemScope;
  /** The place that an inline template stands in. */
  readonly outer: Scope | undefined;
}

/** The loop variable. */
export interface ItemScope {
  /** Any key may be asked for: the items are only known at run time. */
  any: boolean;
  readonly keys: Set<string>;
}
