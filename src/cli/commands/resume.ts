/** `millrace resume`: goes on with a run that is suspended, waits, or was left behind. */
import type { House, RunCommand, RunPicture, RunRow } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import type { FlagValues } from "../arguments/flag-table.ts";
import { readOutputs } from "../arguments/read-pairs.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../command.ts";
import { continueRun } from "../drive/continue-run.ts";
import { followFromOutside } from "../drive/follow-from-outside.ts";
import { sayRun } from "../drive/steer-runs.ts";
import { engineFlags, watchFlags } from "../drive/submission-flags.ts";
import { exitCodes } from "../exit-codes.ts";
import { chooseFlags, chooseRuns, forEachRun, newestDetail } from "../select/choose-runs.ts";
import { namespaceFlag } from "../select/select-runs.ts";
import { selectFlag } from "../select/select-flag.ts";

const flags = {
  ...selectFlag,
  ...chooseFlags,
  ...namespaceFlag,
  message: { kind: "text", value: "TEXT", help: "a note that is kept with the waits that end" },
  "output-parameter": {
    kind: "list",
    value: "NAME=VALUE",
    help: "value that the wait gives back; may be repeated",
  },
  detach: { kind: "switch", help: "only record the command; the run goes on when a process drives it" },
  ...watchFlags,
  ...engineFlags,
} as const;

type Given = FlagValues<typeof flags>;

export const command = defineCommand({
  name: "resume",
  summary: "go on with a run, or end its waits",
  operands: "[NAME|@latest...]",
  operandsAtLeast: 0,
  operandsAtMost: Infinity,
  completes: "runs",
  details: [
    "Without a selector every wait for a person ends well. When no process drives the home, the run goes on in this",
    "one, as with `millrace run`; also a run whose process was killed. Several go on one after the other.",
    newestDetail,
  ],
  flags,
  examples: [
    { line: "millrace resume my-run", does: "go on" },
    { line: "millrace resume my-run --node approve --message 'looks good'", does: "end one wait" },
    { line: "millrace resume my-run --node approve --output-parameter decision=YES", does: "answer it" },
  ],
  run: async (context, given, operands) => {
    const house = await context.openHouse();
    const names = await chooseRuns(context, house, operands, given, { running: true });
    return forEachRun(context, names, (name) =>
      resumeRun(context, house, name, given, sayRun(name, names.length === 1 ? operands : [])),
    );
  },
});

async function resumeRun(
  context: CommandContext,
  house: House,
  name: string,
  given: Given,
  said: ReturnType<typeof sayRun>,
): Promise<number> {
  const row = await house.find(name);
  if (row.endedAt !== undefined && row.owes === undefined) throw hasEnded(row);
  const plan = (picture: RunPicture): readonly RunCommand[] => planCommands(picture, given);
  if (given.detach !== true && !(await house.isDriven()))
    return continueRun(context, house, row, plan, given);
  if (row.endedAt !== undefined) return leaveCallbacks(context, row);
  return sendCommands(context, house, row.name, plan(await house.get(row.name)), given, said);
}

/** Whoever drives the home delivers them without being told. */
function leaveCallbacks({ out, advise }: CommandContext, { name }: RunRow): number {
  out.line(`${name} has ended and owes callbacks; whoever drives the home delivers them: ${advise("serve")}`);
  return exitCodes.succeeded;
}

function hasEnded({ name }: RunRow): MillraceError {
  return new MillraceError("run/ended", "conflict", `run ${name} has already ended`, {
    hint: "`millrace retry` runs again what failed; `millrace resubmit` starts a new run.",
  });
}

/** Outputs are given before the wait ends; a run that merely lost its process needs no command at all. */
function planCommands(picture: RunPicture, given: Given): readonly RunCommand[] {
  const { state } = picture;
  const values = readOutputs(given["output-parameter"]);
  const hasValues = Object.keys(values).length > 0;
  const select = given["node-field-selector"] ?? (hasValues ? findOnlyWait(picture) : undefined);
  const message = given.message === undefined ? {} : { message: given.message };
  const supply: readonly RunCommand[] =
    hasValues && select !== undefined ? [{ kind: "set", select, values }] : [];
  const needsResume = select !== undefined || state.suspended || [...state.waits.values()].includes(Infinity);
  if (!needsResume) return supply;
  return [...supply, { kind: "resume", ...(select === undefined ? {} : { select }), ...message }];
}

/** Values without a selector can only mean the one task that waits. */
function findOnlyWait({ row, state, view }: RunPicture): string {
  const waiting = [...state.waits]
    .filter(([, until]) => until === Infinity)
    .map(([task]) => view.taskName(state, task).full);
  const [first, second] = waiting;
  if (first !== undefined && second === undefined) return first;
  const message =
    first === undefined
      ? `nothing in run ${row.name} waits for values`
      : "several tasks wait; say which gets the values";
  throw new MillraceError(
    "cli/bad-arguments",
    "invalid",
    message,
    first === undefined ? {} : { hint: `Use --node with one of ${waiting.join(", ")}.` },
  );
}

async function sendCommands(
  context: CommandContext,
  house: House,
  name: string,
  commands: readonly RunCommand[],
  given: Given,
  [shown, behind]: ReturnType<typeof sayRun>,
): Promise<number> {
  let appliedBy = "";
  for (const command of commands) ({ appliedBy } = await house.command(name, command));
  if (appliedBy === "this-process") {
    context.out.line(
      `recorded; no process drives this home, so the run goes on with: ${context.advise(`resume ${name}`)}`,
    );
    return exitCodes.succeeded;
  }
  const what = commands.length === 0 ? "is already going on" : "resumed";
  const by = appliedBy === "" ? "" : " (by the process that drives it)";
  context.out.line(`workflow ${shown} ${what}${behind}${by}`);
  return given.watch === true ? followFromOutside(context, house, name, true) : exitCodes.succeeded;
}
