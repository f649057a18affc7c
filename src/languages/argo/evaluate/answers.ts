/** What a name can turn out to be: text, or one of three kinds of nothing. */

/** Not text: see the three values below. */
export interface Missing {
  readonly missing: "literal" | "unresolved" | "absent";
}

export type Answer = string | Missing;

/** Nobody knows this name here: the tag stays as it is written. */
export const literal: Missing = { missing: "literal" };
/** The name is of a kind that must be known, and is not: an error. */
export const unresolved: Missing = { missing: "unresolved" };
/** An output of a task that was skipped or omitted, or an optional file that was not made. */
export const absent: Missing = { missing: "absent" };

export function isText(answer: Answer): answer is string {
  return typeof answer === "string";
}
