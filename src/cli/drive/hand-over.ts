/** Hands a document to the process that serves the home, and follows its run as far as the user wishes. */
import type { House, SubmitRequest } from "../../api/house.ts";
import type { CommandContext } from "../command.ts";
import { exitCodeOfPhase, exitCodes } from "../exit-codes.ts";
import { pictureToJson, printStructured } from "../render/structured.ts";
import { formatRunHead } from "../render/run-head.ts";
import { cleanText } from "../render/text-width.ts";
import type { TaskFilter } from "../select/task-filter.ts";
import { followFromOutside } from "./follow-from-outside.ts";
import { describeJoined } from "./describe-joined.ts";
import { printDiagnostics } from "./print-diagnostics.ts";

export interface HandOverWishes {
  readonly watch?: boolean | undefined;
  readonly log?: boolean | undefined;
  readonly wait?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly output?: string | undefined;
  /** Which tasks to show. */
  readonly filter?: TaskFilter | undefined;
  readonly executor?: string | undefined;
  readonly parallel?: number | undefined;
  readonly "host-path"?: readonly string[];
}

/** Without a wish to follow, the exit code says only that the run was accepted. */
export async function handOver(
  context: CommandContext,
  house: House,
  request: SubmitRequest,
  wishes: HandOverWishes,
): Promise<number> {
  for (const flag of ["executor", "parallel", "host-path"] as const)
    if (String(wishes[flag] ?? "") !== "")
      context.err.line(`note: --${flag} has no effect here: the serving process has its own`);
  const answer = await house.handOver(request);
  await printDiagnostics(context, answer.ok ? answer.warnings : answer.diagnostics, request.file, "run");
  if (!answer.ok) return exitCodes.usage;
  const { name, joined } = answer;
  const { output } = wishes;
  const isForProgram = output === "json" || output === "yaml" || output === "name";
  if (output === "name") context.out.line(name);
  else if (wishes.quiet !== true)
    (isForProgram ? context.err : context.out).line(
      joined === undefined ? `${cleanText(name)} submitted` : describeJoined(name, joined),
    );
  const isShown = wishes.watch === true || wishes.log === true || wishes.quiet === true || isForProgram;
  if (!isShown) context.out.lines(formatRunHead(context, house, await house.get(name)));
  const code = await followRun(context, house, name, wishes);
  if (output === "json" || output === "yaml")
    printStructured(context.out, output, pictureToJson(await house.get(name)));
  return code;
}

/** Follows a run that another process drives, as far as the user wishes; 0 when that is not at all. */
export async function followRun(
  context: CommandContext,
  house: House,
  name: string,
  wishes: Pick<HandOverWishes, "watch" | "log" | "wait" | "filter">,
): Promise<number> {
  const { watch, log, wait, filter } = wishes;
  if (log === true) {
    const { followLogs } = await import("../commands/logs.ts");
    await followLogs(context, name);
    return exitCodeOfPhase((await house.find(name)).phase);
  }
  if (watch === true) return followFromOutside(context, house, name, true, filter);
  if (wait !== true) return exitCodes.succeeded;
  const { waitForEnd } = await import("../commands/wait.ts");
  return waitForEnd(context, house, await house.get(name), Infinity);
}
