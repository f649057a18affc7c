/** What kind of refusal an error is; exit codes and HTTP statuses follow from it. Only `unavailable` may be tried again. */
export type ErrorCategory = "not-found" | "conflict" | "invalid" | "denied" | "unavailable" | "exhausted";

/**
 * The world or the caller refused.
 * Adapters translate their library's errors into this one class, with the original as `cause`.
 */
export class MillraceError extends Error {
  /** `area/what-is-wrong`, never renamed; `docs/errors.md` has a section for each. */
  readonly code: string;
  readonly category: ErrorCategory;
  /** What to do about it, one sentence; absent when there is nothing to advise. */
  readonly hint: string | undefined;

  constructor(
    code: string,
    category: ErrorCategory,
    message: string,
    options?: { readonly hint?: string; readonly cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = "MillraceError";
    this.code = code;
    this.category = category;
    this.hint = options?.hint;
  }
}

/** We are wrong: a rule that the code promises to keep was broken. The run it happened in is quarantined. */
export class InvariantError extends Error {
  constructor(message: string) {
    super(`broken invariant: ${message}`);
    this.name = "InvariantError";
  }
}

/** Throws an InvariantError unless the condition holds. Stays on in production. */
export function assertInvariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** The default of a switch over a closed union: type-checks only when every case is handled. */
export function unreachable(value: never): never {
  throw new InvariantError(`unexpected value ${JSON.stringify(value)}`);
}
