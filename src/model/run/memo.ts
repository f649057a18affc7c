/** A kept result: what a call gave back, and when, for later calls with the same key. */
import type { Outputs } from "./values.ts";

export interface MemoEntry {
  /** Whose result it is, as its language names tasks. */
  readonly nodeId: string;
  /** When the call had ended; epoch ms. */
  readonly createdAt: number;
  readonly outputs?: Outputs;
  readonly exitCode?: number;
}

/** Which kept result a task looks for, and what came of it. */
export interface Memo {
  readonly cache: string;
  readonly key: string;
  readonly ageAtMostMs?: number;
  /** `asked`: the answer has not come. `missed`: the task makes the result itself. */
  readonly state: "asked" | "missed" | "hit";
}
