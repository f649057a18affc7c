/** What shows a run while it goes on, and what the user wishes of it. */
import type { RunPicture } from "../../api/house.ts";
import type { RunEvent } from "../../model/run/events.ts";

export interface Display {
  /** The run as it stands; `events` say what changed, undefined means that anything may have. */
  readonly update: (picture: RunPicture, events: readonly RunEvent[] | undefined) => void;
  /** Something to tell the user at once. */
  readonly notify: (text: string) => void;
  /** Shows the last state and gives the terminal back. May be called twice. */
  readonly close: () => void;
}

export interface DisplayWishes {
  readonly watch?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  /** Logs are printed in between, which a tree would overwrite. */
  readonly log?: boolean | undefined;
  /** The run as the user knows it already; plain lines tell only what is new. */
  readonly earlier?: RunPicture | undefined;
  /** Standard output is for a program. */
  readonly structured: boolean;
}
