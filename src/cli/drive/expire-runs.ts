/** Whoever drives a home cleans it: runs whose documents give them a time to live go when it is over. */
import type { Engine } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import type { CommandContext } from "../command.ts";

/** Deletes expired runs but for the one that was just driven, and says so. What goes wrong is told, and no more. */
export async function expireRuns(
  { io, err, style }: CommandContext,
  engine: Engine,
  name: string,
): Promise<void> {
  try {
    const { deleted } = await engine.expire(io.clock.now(), [name]);
    if (deleted.length === 0) return;
    const runs = deleted.length === 1 ? "an expired run" : `${deleted.length} expired runs`;
    err.line(style.paint("quiet", `deleted ${runs}: ${shorten(deleted)}`));
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    err.line(`note: expired runs are not deleted: ${error.message} [${error.code}]`);
  }
}

const namesAtMost = 5;

function shorten(names: readonly string[]): string {
  const more = names.length - namesAtMost;
  return `${names.slice(0, namesAtMost).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
