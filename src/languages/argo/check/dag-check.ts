/** One dag under check. */
import type { DagTask } from "../read/types.ts";
import type { Checker, Site } from "./checker.ts";
import type { DagGraph } from "./dag-graph.ts";
import type { Sibling } from "./scope-types.ts";

export interface DagCheck {
  readonly checker: Checker;
  readonly site: Site;
  /** Where the list of tasks stands. */
  readonly taskSite: Site;
  readonly name: string;
  readonly tasks: readonly DagTask[];
  readonly graph: DagGraph;
  /** What is known of each task, by its index. */
  readonly siblings: (Sibling | undefined)[];
}
