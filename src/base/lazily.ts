/**
 * A value that is made when it is first asked for.
 *
 * For tables and patterns that most runs never look at: making them all while modules load was a sixth of a cold start.
 * `\p{..}` in a pattern alone costs a quarter of a millisecond, because the engine builds its set of characters at once.
 */

/** Returns a function that makes the value at its first call and gives the same one ever after. `make` must not fail. */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
