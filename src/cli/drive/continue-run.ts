/** Takes over a run that nobody drives, gives it commands, and drives it on in this process. */
import type { House, RunCommand, RunPicture, RunRow } from "../../api/house.ts";
import type { FlagValues } from "../arguments/flag-table.ts";
import type { CommandContext } from "../command.ts";
import { rememberRun } from "./display.ts";
import type { KnownRun } from "./display.ts";
import { driveRun } from "./drive-run.ts";
import type { DriveWishes } from "./drive-run.ts";
import { openEngine } from "./submission-flags.ts";
import type { engineFlags } from "./submission-flags.ts";

/** `plan` says which commands the run gets, now that it is known how it stands; what it throws ends it all. */
export async function continueRun(
  context: CommandContext,
  house: House,
  row: RunRow,
  plan: (picture: RunPicture) => readonly RunCommand[],
  wishes: DriveWishes & FlagValues<typeof engineFlags>,
): Promise<number> {
  const { name } = row;
  const engine = await openEngine(house, wishes);
  let known: KnownRun;
  try {
    await engine.adopt(name);
    const picture = engine.picture(name);
    // The phase as lists show it: a state that was just folded has everything still to be looked at.
    known = rememberRun({ ...picture, row });
    for (const command of plan(picture)) await engine.command(name, command);
  } catch (error) {
    await engine.close({ leaveRunning: true });
    throw error;
  }
  return driveRun(context, house, engine, name, { ...wishes, known });
}
