/** Takes over a run that nobody drives, gives it a command, and drives it on in this process. */
import type { House, RunCommand, RunPicture } from "../../api/house.ts";
import type { FlagValues } from "../arguments/flag-table.ts";
import type { CommandContext } from "../command.ts";
import { driveRun } from "./drive-run.ts";
import type { DriveWishes } from "./drive-run.ts";
import { openEngine } from "./submission-flags.ts";
import type { engineFlags } from "./submission-flags.ts";

export async function continueRun(
  context: CommandContext,
  house: House,
  earlier: RunPicture,
  commands: readonly RunCommand[],
  wishes: DriveWishes & FlagValues<typeof engineFlags>,
): Promise<number> {
  const { name } = earlier.row;
  const engine = await openEngine(house, wishes);
  try {
    await engine.adopt(name);
    for (const command of commands) await engine.command(name, command);
  } catch (error) {
    await engine.close({ leaveRunning: true });
    throw error;
  }
  return driveRun(context, house, engine, name, { ...wishes, earlier });
}
