/** What shows a run while it goes on, and what the user wishes of it. */
import type { RunPicture } from "../../api/house.ts";
import type { RunEvent } from "../../model/run/events.ts";
import type { TaskFilter } from "../select/task-filter.ts";

export interface Display {
  /** The run as it stands; `events` say what changed, undefined means that anything may have. */
  readonly update: (picture: RunPicture, events: readonly RunEvent[] | undefined) => void;
  /** Something to tell the user at once. */
  readonly notify: (text: string) => void;
  /** Shows the last state and gives the terminal back. May be called twice. */
  readonly close: () => void;
}

/** A run as the user knows it already: the phases at that time, because the state of a run that is driven goes on. */
export interface KnownRun {
  readonly phase: string;
  /** By task. */
  readonly taskPhases: Uint8Array;
}

export function rememberRun({ row, state }: RunPicture): KnownRun {
  return { phase: row.phase, taskPhases: state.tasks.phase.slice(0, state.tasks.size) };
}

export interface DisplayWishes {
  readonly watch?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  /** Logs are printed in between, which a tree would overwrite. */
  readonly log?: boolean | undefined;
  /** Plain lines tell only what is new. */
  readonly known?: KnownRun | undefined;
  /** Only these tasks are shown; what becomes of the run as a whole is shown in any case. */
  readonly filter?: TaskFilter | undefined;
  /** Standard output is for a program. */
  readonly structured: boolean;
}
