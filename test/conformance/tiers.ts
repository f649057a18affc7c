/** What one machine can be promised to run. */

/** Tiers of cases that are run: what the table promises. Of the others it says what they need. */
export const oneMachineTiers: readonly string[] = [
  "process",
  "lint",
  "local-store",
  "k8s-hint",
  "self-resource",
  "local-service",
  "definition",
];
