/** `millrace cron backfill`: the runs that a schedule would have started in a stretch of time. */
import type { Engine, House, SubmitAnswer, SubmitRequest } from "../../api/house.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../command.ts";
import { engineFlags, openEngine } from "../drive/submission-flags.ts";
import { printDiagnostics } from "../drive/print-diagnostics.ts";
import { exitCodeOfPhase, exitCodes } from "../exit-codes.ts";
import { cleanText } from "../render/text-width.ts";

export const command = defineCommand({
  name: "cron backfill",
  summary: "run what a schedule would have started in a stretch of time",
  operands: "NAME",
  operandsAtLeast: 1,
  operandsAtMost: 1,
  completes: "nothing",
  details: [
    "One run for each time after --start, up to and with --end; each gets its time as an argument. They run one after the",
    "other, the earliest first, unless --parallel is given. The process that serves the home takes them; when none does,",
    "they run here. The runs are named after their times: with the same --name, a backfill that was interrupted can be",
    "repeated, and only what was not run yet is run.",
  ],
  flags: {
    start: {
      kind: "text",
      value: "TIME",
      help: "the runs of times after this one, such as 2026-01-31 or RFC 3339",
    },
    end: { kind: "text", value: "TIME", help: "up to this one; now, when it is not given" },
    name: {
      kind: "text",
      value: "NAME",
      help: "name of the backfill, for its runs; made up when it is not given",
    },
    argname: {
      kind: "text",
      value: "NAME",
      help: "the argument that gets the time (default cronScheduleTime)",
    },
    format: { kind: "text", value: "LAYOUT", help: "how the times are written, as a layout of Go" },
    parallel: { kind: "switch", help: "all at once instead of one after the other" },
    maxworkflowcount: {
      kind: "number",
      value: "N",
      help: "accepted for Argo's sake: there is no parent workflow that could hold too many",
    },
    executor: engineFlags.executor,
  } as const,
  examples: [
    { line: "millrace cron backfill nightly --start 2026-01-01 --end 2026-01-31", does: "a month of nights" },
    {
      line: "millrace cron backfill nightly --start 2026-01-01 --name january --parallel",
      does: "until now, all at once, under a name that can be given again",
    },
  ],
  run: async (context, flags, [name = ""]) => {
    const house = await context.openHouse();
    const { start, end, argname, format, parallel, maxworkflowcount, executor } = flags;
    const plan = await house.definitions.planBackfill(name, {
      ...(flags.name === undefined ? {} : { name: flags.name }),
      start: start ?? "",
      ...(end === undefined ? {} : { end }),
      ...(argname === undefined ? {} : { argname }),
      ...(format === undefined ? {} : { format }),
      ...(parallel === undefined ? {} : { parallel }),
      ...(maxworkflowcount === undefined ? {} : { maxworkflowcount }),
    });
    const { length } = plan.requests;
    context.out.line(`backfill ${cleanText(plan.name)}: ${length === 1 ? "1 run" : `${length} runs`}`);
    if (length === 0) {
      context.out.line("There is no suitable scheduling time.");
      return exitCodes.succeeded;
    }
    if (!(await house.isServed())) return driveAll(context, house, plan.requests, executor);
    const names = await submitAll(context, plan.requests, (request) => house.handOver(request));
    return names === undefined ? exitCodes.usage : exitCodes.succeeded;
  },
});

/** Names of the runs; undefined when one was refused: then the others would be as well. */
async function submitAll(
  context: CommandContext,
  requests: readonly SubmitRequest[],
  submit: (request: SubmitRequest) => Promise<SubmitAnswer>,
): Promise<readonly string[] | undefined> {
  const names: string[] = [];
  for (const request of requests) {
    const answer = await submit(request);
    // Every run has the same warnings.
    if (!answer.ok || names.length === 0)
      await printDiagnostics(context, answer.ok ? answer.warnings : answer.diagnostics, request.file, "run");
    if (!answer.ok) return undefined;
    context.out.line(`${cleanText(answer.name)} submitted`);
    names.push(answer.name);
  }
  return names;
}

async function driveAll(
  context: CommandContext,
  house: House,
  requests: readonly SubmitRequest[],
  executor: "auto" | "process" | "sandbox" | undefined,
): Promise<number> {
  const engine = await openEngine(house, { executor, parallel: undefined });
  let stopListening = (): void => undefined;
  const interrupted = new Promise<number>((resolve) => {
    stopListening = context.io.onInterrupt(() => {
      context.err.line("interrupted; the runs go on with `millrace serve`, or when the backfill is repeated");
      resolve(exitCodes.interrupted);
    });
  });
  try {
    return await Promise.race([driveHere(context, engine, requests), interrupted]);
  } finally {
    stopListening();
    await engine.close({ leaveRunning: true });
  }
}

/** The exit code of the worst of them. */
async function driveHere(
  context: CommandContext,
  engine: Engine,
  requests: readonly SubmitRequest[],
): Promise<number> {
  const names = await submitAll(context, requests, (request) => engine.submit(request));
  if (names === undefined) return exitCodes.usage;
  // A run of an earlier try is in the history, and not yet with this engine.
  for (const name of names) await engine.adopt(name);
  const codes = await Promise.all(
    names.map(async (name) => {
      await engine.settled(name);
      const { phase, shownPhase } = engine.picture(name).row;
      context.out.line(`${cleanText(name)} ${shownPhase}`);
      return exitCodeOfPhase(phase);
    }),
  );
  return Math.max(...codes);
}
