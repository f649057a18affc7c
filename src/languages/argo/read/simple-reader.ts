/** Where a read of simple YAML stands, and how it gives up. */

export interface SimpleReader {
  /** Ends in a line end. */
  readonly text: string;
  at: number;
}

/** Thrown when a text is not simple: giving up must be cheap to write, and happens once in a text. */
export const NOT_SIMPLE = new Error("this YAML is not simple");

export function refuse(): never {
  throw NOT_SIMPLE;
}
