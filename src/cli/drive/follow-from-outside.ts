/** Follows a run that another process drives: looks at the history whenever it changes. */
import type { House } from "../../api/house.ts";
import type { CommandContext } from "../command.ts";
import { exitCodeOfPhase } from "../exit-codes.ts";
import type { TaskFilter } from "../select/task-filter.ts";
import { chooseDisplay } from "./choose-display.ts";
import { isMoving } from "./note-undriven.ts";
import { reportRun } from "./report-run.ts";

const lookEveryMs = 1000;

/** Shows the run until it has ended or waits for a person; returns the exit code that belongs to how it stands. */
export async function followFromOutside(
  context: CommandContext,
  house: House,
  name: string,
  watch: boolean | undefined,
  filter?: TaskFilter,
): Promise<number> {
  const { out } = context;
  const display = chooseDisplay(context, { watch, structured: false, filter });
  let picture = await house.get(name);
  try {
    display.update(picture, undefined);
    if (isMoving(picture.row) && !(await house.isDriven())) {
      display.notify(
        `no process drives this home now; go on with: ${context.advise(`resume ${picture.row.name}`)}`,
      );
    }
    while (isMoving(picture.row) && !out.isGone()) {
      await Promise.race([house.changed(lookEveryMs), out.gone]);
      picture = await house.get(picture.row.name);
      display.update(picture, undefined);
    }
  } finally {
    display.close();
  }
  if (!out.isGone()) await reportRun(context, house, picture, out, false);
  return exitCodeOfPhase(picture.row.phase);
}
