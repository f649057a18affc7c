/** Shows a run while it goes on: a live tree on a terminal, one line per event elsewhere, or nothing. */
import type { CommandContext } from "../command.ts";
import type { Printer } from "../printer.ts";
import type { Display, DisplayWishes } from "./display.ts";
import { openLiveTree } from "./live-tree.ts";
import { createPlainLines } from "./plain-lines.ts";

export function chooseDisplay(context: CommandContext, wishes: DisplayWishes): Display {
  const { io, out, err } = context;
  if (wishes.quiet === true) return createSilence(err);
  // Who asks for the tree in a file or a pipe would find sequences in it that move a cursor.
  const canDraw = io.isTTY && io.env["TERM"] !== "dumb" && !wishes.structured && wishes.log !== true;
  if (canDraw && wishes.watch !== false) return openLiveTree(context, wishes.filter);
  return createPlainLines({
    out: wishes.structured ? err : out,
    err,
    style: context.style,
    now: io.clock.now,
    known: wishes.known,
    filter: wishes.filter,
  });
}

function createSilence(err: Printer): Display {
  return { update: () => undefined, notify: (text) => err.line(text), close: () => undefined };
}
