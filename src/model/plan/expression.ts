/**
 * Expressions in a plan.
 * The engine never looks inside one: it hands the dialect's evaluator the source and a scope, and gets a value or an error.
 */
import type { Json } from "../../base/json.ts";

/** What the surrounding field needs; the evaluator converts, and says so when it cannot. */
export type ExpressionForm =
  /** Text, as it will stand in a command line. */
  | "text"
  /** Any JSON value. */
  | "json"
  /** True or false. */
  | "boolean"
  /** A whole number. */
  | "integer"
  /** A duration in ms; the dialect says how text is read. */
  | "duration-ms"
  /** A FileValue (see plan.ts). */
  | "file"
  /** A list to fan out over. */
  | "list";

/** A field whose value is known only while the run goes on. */
export interface Expression {
  readonly kind: "expression";
  readonly dialect: string;
  readonly source: string;
  readonly form: ExpressionForm;
}

/** A field that is either written down or computed. */
export type Dynamic<T extends Json> = T | Expression;

/** A record in which every leaf may be computed; arrays and objects keep their shape. */
export type Templated<T> = T extends string | number | boolean
  ? T | Expression
  : T extends readonly (infer E)[]
    ? readonly Templated<E>[]
    : T extends object
      ? { readonly [K in keyof T]: Templated<T[K]> }
      : T;

/** True for an expression, false for everything that JSON can hold. */
export function isExpression(value: unknown): value is Expression {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "expression";
}
