/** A place in a source text. Lines and columns count from 1, columns in UTF-16 units; `offset` counts from 0. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A problem in a document. Readers and checkers return lists of these and never throw. */
export interface Diagnostic {
  /** `area/what-is-wrong`, for example `argo/unknown-template`; never renamed. */
  readonly code: string;
  readonly severity: "error" | "warning";
  /** One sentence without a final dot: names the thing, says what was found and what was expected. */
  readonly message: string;
  /** Absent only when the problem is about the whole file (for example, it cannot be read). */
  readonly position?: SourcePosition;
  /**
   * The source line that `position` points at, without its line end and at most 160 units of it:
   * beyond column 160 it begins 79 units before the column.
   */
  readonly excerpt?: string;
  /** What to do, one sentence. */
  readonly hint?: string;
}
