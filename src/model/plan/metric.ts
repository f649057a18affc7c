/**
 * Figures that a document wants of its runs: what is counted, under which name and labels.
 * Templates of them stand in the plan; what a run made of them are series, which can be summed over runs.
 */
import type { Dynamic, Expression } from "./expression.ts";

/** How values become a figure. `set`: the last one stands; `add`, `subtract`: the figure moves by it. */
export type MetricKind =
  | { readonly kind: "counter" }
  | { readonly kind: "gauge"; readonly operation: "set" | "add" | "subtract"; readonly live: boolean }
  /** Upper bounds, ascending; the one without a bound is left out. */
  | { readonly kind: "histogram"; readonly bounds: readonly number[] };

/** One figure of a process or of the run, told when it has ended; a live gauge shows while it has not. */
export interface MetricTemplate {
  /** Letters, digits and `_`, as the names of labels; languages check that. */
  readonly name: string;
  readonly help: Dynamic<string>;
  readonly labels: readonly { readonly name: string; readonly value: Dynamic<string> }[];
  /** Absent: always. */
  readonly when?: Expression;
  /** Text of a number. */
  readonly value: Dynamic<string>;
  readonly of: MetricKind;
}

/** What became of all values with one name and the same labels. Plain JSON, because summaries of runs keep it. */
export type MetricSeries = {
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Time of the latest value, epoch ms. */
  readonly at: number;
  readonly figure: MetricFigure;
};

export type MetricFigure =
  | { readonly kind: "counter"; readonly sum: number }
  /** `set` is the value that was set last, `moved` what was added since. */
  | { readonly kind: "gauge"; readonly set?: number; readonly moved: number }
  /** `counts` has one member for each bound, not cumulated, and one for what is above all. */
  | {
      readonly kind: "histogram";
      readonly bounds: readonly number[];
      readonly counts: readonly number[];
      readonly sum: number;
    };
