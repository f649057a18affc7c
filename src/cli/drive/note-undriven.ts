/** A run whose process was killed still says that it runs: whoever looks at it is told that nobody drives it, and what to do. */
import type { House, RunRow } from "../../api/house.ts";
import type { CommandContext } from "../command.ts";

/** Writes a line to error output when one of the runs should be moving and no process drives the home. */
export async function noteUndriven(
  { out, err, advise }: CommandContext,
  house: House,
  rows: readonly RunRow[],
): Promise<void> {
  const [first, ...others] = rows.filter(isMoving);
  if (first === undefined || out.isGone() || (await house.isDriven())) return;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  err.line(
    `no process drives this home now; ${first.name}${more} goes on with: ${advise(`resume ${first.name}`)}`,
  );
}

/** Neither ended nor waiting for a person. */
export function isMoving({ endedAt, phase }: RunRow): boolean {
  return endedAt === undefined && phase !== "suspended";
}
