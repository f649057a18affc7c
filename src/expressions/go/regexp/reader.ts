/**
 * Where the reader of a pattern stands, and which flags hold there.
 */

/** What `(?ims-U)` turns on and off. */
export interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly ungreedy: boolean;
}

/** Where the parser is. */
export interface PatternReader {
  readonly pattern: string;
  at: number;
  flags: Flags;
  captures: number;
  depth: number;
}
