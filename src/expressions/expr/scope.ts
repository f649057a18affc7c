/**
 * What a node may look at while it is evaluated.
 */
import type { EvalContext } from "../context.ts";
import type { HostObject, Value, ValueMap } from "../value.ts";
import type { ExprNode } from "./ast.ts";

/** Where root names come from. A missing name is an error, unlike a missing member, which is nil. */
export type Env = HostObject | ValueMap;

/** A name bound by `let`. */
export interface Variable {
  readonly name: string;
  readonly value: Value;
  readonly outer: Variable | undefined;
}

/** What `#`, `#index` and `#acc` mean at the moment. */
export interface Pointer {
  readonly element: Value;
  readonly index: number;
  readonly accumulated: Value | undefined;
}

/** Everything a node may look at. */
export interface Scope {
  readonly env: Env;
  readonly context: EvalContext;
  readonly variables: Variable | undefined;
  readonly pointer: Pointer | undefined;
}

/** The evaluator itself, as the builtins that run predicates are given it. */
export type Evaluate = (node: ExprNode, scope: Scope) => Value;
