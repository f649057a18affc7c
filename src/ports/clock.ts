/** The clock port: the only place where time comes from, so that tests and the simulation own it. */
export interface Clock {
  /** Epoch ms, whole numbers. */
  now(): number;
  /** Calls back once at or after the given time; the returned function takes it back. */
  callAt(at: number, callback: () => void): () => void;
}
