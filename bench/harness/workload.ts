/**
 * What a benchmark is: something Millrace does, and one or more anchors that do the same work with the least
 * that this machine can do it with. Only ratios between the two are judged, because both are taken in turn,
 * in the same minutes, on the same machine; absolute numbers are printed and never judged.
 */

/** What a round measures with: scratch space, compiled anchors, the command under test. */
export interface BenchContext {
  /** A folder of this workload alone, removed when the whole bench is done. */
  readonly scratchFolder: string;
  /** How many processes may run side by side. */
  readonly cores: number;
  /** Median time of one small append with fdatasync on this disk. */
  readonly syncSeconds: number;
  /** A path in the scratch folder that nothing has used yet. */
  readonly freshPath: (name: string) => string;
}

/** How good the ratio has to be; `report` only prints it. */
export type Target =
  | { readonly kind: "at-least"; readonly ratio: number }
  | { readonly kind: "at-most"; readonly ratio: number }
  | { readonly kind: "report" };

/**
 * How the ratio is formed from ours and the anchor's value, both times or both sizes.
 * `speed` is anchor / ours: 0.65 means that we reach 65 % of the anchor's speed.
 * `cost` is ours / anchor: 1.5 means that we take half as much again.
 */
export type RatioKind = "speed" | "cost";

export type Unit = "s" | "ms" | "us" | "bytes";

/** One measurement, in the unit of its workload. `document` is the file that `prepare` made, or "". */
export type Measure = (context: BenchContext, document: string) => Promise<number>;

export interface Anchor {
  readonly title: string;
  readonly target: Target;
  /** True when the anchor is Millrace itself in other circumstances. */
  readonly isOurs?: true;
  /** Throws Unavailable when a tool is missing. */
  readonly measure: Measure;
}

export interface Workload {
  /** Short and stable, for example `P1`; `--only` selects by it. */
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly ratio: RatioKind;
  /** Fewer than the harness's default when a round takes long. */
  readonly rounds?: number;
  readonly anchors: readonly Anchor[];
  /** Throws Unavailable when our side cannot run; not asked when only the anchors are measured. */
  readonly requires: () => void;
  /** Makes the document, once before the first round, and returns its path. */
  readonly prepare?: (context: BenchContext) => Promise<string>;
  readonly ours: Measure;
}

/** Something that a workload needs is not on this machine; the message says what. The workload or anchor is skipped. */
export class Unavailable extends Error {}
