/** Submits a document to an engine of this process and drives the run to its rest. */
import type { House, SubmitRequest } from "../../api/house.ts";
import type { CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { describeJoined } from "./describe-joined.ts";
import { driveRun } from "./drive-run.ts";
import type { DriveWishes } from "./drive-run.ts";
import { printDiagnostics } from "./print-diagnostics.ts";
import { openEngine } from "./submission-flags.ts";
import type { EngineWishes } from "./submission-flags.ts";

export interface RunWishes extends DriveWishes, EngineWishes {}

export async function submitAndDrive(
  context: CommandContext,
  house: House,
  request: SubmitRequest,
  wishes: RunWishes,
): Promise<number> {
  const engine = await openEngine(house, wishes);
  let name: string;
  try {
    const answer = await engine.submit(request);
    await printDiagnostics(context, answer.ok ? answer.warnings : answer.diagnostics, request.file, "run");
    if (!answer.ok) {
      await engine.close({ leaveRunning: false });
      return exitCodes.usage;
    }
    name = answer.name;
    if (answer.joined !== undefined) {
      if (wishes.quiet !== true) context.err.line(describeJoined(name, answer.joined));
      await engine.adopt(name);
    }
  } catch (error) {
    await engine.close({ leaveRunning: false });
    throw error;
  }
  const isForProgram = wishes.output !== undefined && wishes.output !== "wide";
  if (wishes.quiet !== true) {
    const where = house.home.startsWith(`${context.io.cwd}/`)
      ? house.home.slice(context.io.cwd.length + 1)
      : house.home;
    (isForProgram ? context.err : context.out).line(
      context.style.paint("quiet", `run ${name} (executor ${engine.executorName()}, home ${where})`),
    );
  }
  return driveRun(context, house, engine, name, wishes);
}
