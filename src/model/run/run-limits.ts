/** How many runs of one engine may be under way at once. Absent means any number. */
export interface RunLimits {
  readonly runsAtMost?: number;
  readonly runsPerNamespaceAtMost?: number;
  /** Limits of single namespaces, which count over the general one. */
  readonly namespaceLimits?: Readonly<Record<string, number>>;
}
