/** Shows a run while it goes on: a live tree on a terminal, one line per event elsewhere, or nothing. */
import type { RunPicture } from "../../api/house.ts";
import type { RunEvent } from "../../model/run/events.ts";
import type { CommandContext } from "../command.ts";
import { openLiveTree } from "./live-tree.ts";
import { createPlainLines } from "./plain-lines.ts";
import type { Printer } from "../printer.ts";

export interface Display {
  /** The run as it stands; `events` say what changed, undefined means that anything may have. */
  update(picture: RunPicture, events: readonly RunEvent[] | undefined): void;
  /** Something to tell the user at once. */
  notify(text: string): void;
  /** Shows the last state and gives the terminal back. May be called twice. */
  close(): void;
}

export interface DisplayWishes {
  readonly watch?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  /** Logs are printed in between, which a tree would overwrite. */
  readonly log?: boolean | undefined;
  /** Standard output is for a program. */
  readonly structured: boolean;
}

export function chooseDisplay(context: CommandContext, wishes: DisplayWishes): Display {
  const { io, out, err } = context;
  if (wishes.quiet === true) return createSilence(err);
  const canDraw = io.env["TERM"] !== "dumb" && !wishes.structured && wishes.log !== true;
  if (canDraw && (wishes.watch ?? io.isTTY)) return openLiveTree(context);
  return createPlainLines(wishes.structured ? err : out, err, context.style);
}

function createSilence(err: Printer): Display {
  return { update: () => undefined, notify: (text) => err.line(text), close: () => undefined };
}
