/** `millrace wait`: returns when runs have ended. */
import type { House, RunPicture } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../command.ts";
import { exitCodeOfPhase, exitCodes } from "../exit-codes.ts";
import { formatRunPhase } from "../render/run-phase.ts";
import { paintSymbol } from "../render/symbols.ts";

const lookEveryMs = 1000;

export const command = defineCommand({
  name: "wait",
  summary: "wait until runs have ended",
  operands: "[NAME|@latest...]",
  operandsAtLeast: 0,
  operandsAtMost: Infinity,
  completes: "runs",
  details: [
    "The exit code is that of the worst end. A run that waits for a person goes on being waited for.",
  ],
  flags: {
    timeout: { kind: "duration", value: "DURATION", help: "give up after this time, with exit code 4" },
    "ignore-not-found": { kind: "switch", help: "a run that does not exist counts as ended" },
  } as const,
  examples: [{ line: "millrace wait my-run --timeout 1h && echo done", does: "in a script" }],
  run: async (context, flags, operands) => {
    const house = await context.openHouse();
    const endsAt = flags.timeout === undefined ? Infinity : context.io.clock.now() + flags.timeout;
    const names = operands.length === 0 ? ["@latest"] : operands;
    const codes: number[] = [exitCodes.succeeded];
    const find = flags["ignore-not-found"] === true ? findRun : getRun;
    const pictures = await Promise.all(names.map((name) => find(house, name)));
    for (const picture of pictures)
      if (picture !== undefined) codes.push(await waitForEnd(context, house, picture, endsAt));
    return Math.max(...codes);
  },
});

function getRun(house: House, name: string): Promise<RunPicture> {
  return house.get(name);
}

async function findRun(house: House, name: string): Promise<RunPicture | undefined> {
  try {
    return await house.get(name);
  } catch (error) {
    if (error instanceof MillraceError && error.code === "run/unknown") return undefined;
    throw error;
  }
}

/** Waits for one run; its exit code, or the one for a run that has not ended by `endsAt` (epoch ms). */
export async function waitForEnd(
  { io, out, err, style, advise }: CommandContext,
  house: House,
  first: RunPicture,
  endsAt: number,
): Promise<number> {
  let picture = first;
  let hasWarned = false;
  while (picture.row.endedAt === undefined) {
    const leftMs = endsAt - io.clock.now();
    if (leftMs <= 0) {
      err.line(`${picture.row.name} has not ended in time`);
      return exitCodes.suspended;
    }
    if (!hasWarned && !(await house.isDriven())) {
      hasWarned = true;
      err.line(
        `no process drives this home now; ${picture.row.name} goes on with: ${advise(`resume ${picture.row.name}`)}`,
      );
    }
    await house.changed(Math.min(leftMs, lookEveryMs));
    picture = await house.get(picture.row.name);
  }
  out.line(`${paintSymbol(picture.row.phase, style)} ${picture.row.name} ${formatRunPhase(picture.row)}`);
  return exitCodeOfPhase(picture.row.phase);
}
