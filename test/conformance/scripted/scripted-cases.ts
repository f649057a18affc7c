/** Which script belongs to which case of the suite. A scripted case without one cannot pass. */
import { scriptsOfDefinitions } from "./scripts-of-definitions.ts";
import { scriptsOfRuns } from "./scripts-of-runs.ts";
import type { Script } from "./script.ts";

export const scriptedCases: ReadonlyMap<string, Script> = new Map(
  Object.entries({ ...scriptsOfRuns, ...scriptsOfDefinitions }),
);
