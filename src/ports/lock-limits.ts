/**
 * Limits of locks that people set beside their documents, by the key of the lock. They count over what documents say,
 * and may be changed at any time: a lower one holds for whoever comes next, nobody is sent away.
 *
 * L1. What was set is read, also by other processes.
 * L2. Whoever watches is told of a change made by any process; it may be told once for several.
 */
export interface LockLimits {
  read(): ReadonlyMap<string, number>;
  /** Undefined takes the limit away. */
  set(key: string, limit: number | undefined): void;
  /** Returns what ends the watch. */
  watch(changed: () => void): () => void;
}
