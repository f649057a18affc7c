/**
 * Drives one run in this process until it has ended, waits for a person, or the user interrupts.
 * run, resume, retry and resubmit all end here.
 */
import type { Engine, House, RunPicture } from "../../api/house.ts";
import type { RunEvent } from "../../model/run/events.ts";
import type { CommandContext } from "../command.ts";
import { exitCodeOfPhase, exitCodes } from "../exit-codes.ts";
import { printStructured, pictureToJson } from "../render/structured.ts";
import type { TaskFilter } from "../select/task-filter.ts";
import { chooseDisplay } from "./choose-display.ts";
import type { Display, KnownRun } from "./display.ts";
import { expireRuns } from "./expire-runs.ts";
import { watchInterrupts } from "./interrupts.ts";
import { reportCallbacks, waitForCallbacks } from "./wait-for-callbacks.ts";
import { reportRun } from "./report-run.ts";

export interface DriveWishes {
  readonly watch?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly log?: boolean | undefined;
  readonly output?: string | undefined;
  /** Which tasks to show. */
  readonly filter?: TaskFilter | undefined;
  /** The run before this command, when there was one. */
  readonly known?: KnownRun | undefined;
}

type Rest = "ended" | "suspended" | "finished" | "killed";

/** Follows the run that the engine drives; closes the engine in every case. Returns the exit code. */
export async function driveRun(
  context: CommandContext,
  house: House,
  engine: Engine,
  name: string,
  wishes: DriveWishes,
): Promise<number> {
  let hasClosed = false;
  try {
    const { rest, count, picture } = await followToRest(context, house, engine, name, wishes);
    await reportRest(context, house, picture, rest, wishes);
    const isLeft = rest === "ended" && !(await waitForConsequences(context, engine, name));
    if (isLeft) return exitCodes.interrupted;
    if (rest !== "killed") await expireRuns(context, engine, name);
    hasClosed = true;
    if (rest !== "killed") await engine.close({ leaveRunning: false });
    return count > 0 ? exitCodes.interrupted : exitCodeOfRest(picture, rest);
  } finally {
    // Something went wrong here, not in the tasks: they go on, and whoever resumes the run finds them.
    if (!hasClosed) await engine.close({ leaveRunning: true });
  }
}

async function followToRest(
  context: CommandContext,
  house: House,
  engine: Engine,
  name: string,
  wishes: DriveWishes,
): Promise<{ readonly rest: Rest; readonly count: number; readonly picture: RunPicture }> {
  const structured = isStructured(wishes.output);
  const display = chooseDisplay(context, { ...wishes, structured });
  const logs = wishes.log === true ? await openLogs(context, house, structured) : undefined;
  await engine.estimate(name);
  let latest = engine.picture(name);
  const stopWatching = engine.watch(name, (picture, events) => {
    latest = picture;
    display.update(picture, events);
    logs?.update(picture, events);
  });
  const interrupts = watchInterrupts({
    io: context.io,
    engine,
    name,
    advice: context.advise(`resume ${name}`),
    notify: display.notify,
  });
  try {
    display.update(latest, undefined);
    logs?.update(latest, undefined);
    const rest = await Promise.race<Rest>([engine.settled(name), interrupts.rested]);
    if (rest !== "killed") latest = engine.picture(name);
    await finish(display, logs, latest);
    return { rest, count: interrupts.count(), picture: latest };
  } finally {
    interrupts.close();
    stopWatching();
    logs?.close();
    display.close();
  }
}

async function finish(display: Display, logs: LogStream | undefined, picture: RunPicture): Promise<void> {
  display.update(picture, []);
  display.close();
  await logs?.finish(picture);
}

interface LogStream {
  update(picture: RunPicture, events: readonly RunEvent[] | undefined): void;
  finish(picture: RunPicture): Promise<void>;
  close(): void;
}

async function openLogs(context: CommandContext, house: House, structured: boolean): Promise<LogStream> {
  const { openRunLogs } = await import("../logs/run-logs.ts");
  return openRunLogs(context, house, structured ? context.err : context.out);
}

async function reportRest(
  context: CommandContext,
  house: House,
  picture: RunPicture,
  rest: Rest,
  wishes: DriveWishes,
): Promise<void> {
  const { out, err } = context;
  const { output } = wishes;
  const printer = isStructured(output) ? err : out;
  await reportRun(context, house, picture, printer, rest === "finished" || rest === "killed");
  if (output === "json" || output === "yaml") printStructured(out, output, pictureToJson(picture));
  if (output === "name") out.line(picture.row.name);
}

function isStructured(output: string | undefined): boolean {
  return output === "json" || output === "yaml" || output === "name";
}

/** What the end of a run calls for: callbacks, and runs that it has started. False when the user does not want to wait. */
async function waitForConsequences(context: CommandContext, engine: Engine, name: string): Promise<boolean> {
  // Callbacks of the run may start others, and those have callbacks of their own.
  const isDone =
    (await waitForCallbacks(context, engine, name)) && (await waitForStarted(context, engine, name));
  reportCallbacks(context, engine, name);
  return isDone;
}

/**
 * A run may have started others that it did not wait for; they live in this process too. False when the user does not
 * want to wait for them.
 */
async function waitForStarted(
  { io, err, advise }: CommandContext,
  engine: Engine,
  name: string,
): Promise<boolean> {
  const started = engine.startedBy(name);
  if (started.length === 0) return true;
  const many = started.length === 1 ? "a run" : `${started.length} runs`;
  err.line(`waiting for ${many} that it has started: ${started.join(", ")}`);
  let stopListening = (): void => undefined;
  const interrupted = new Promise<false>((resolve) => {
    stopListening = io.onInterrupt(() => {
      err.line(`they go on with: ${started.map((one) => advise(`resume ${one}`)).join("; ")}`);
      resolve(false);
    });
  });
  try {
    return await Promise.race([waitForAll(engine, name), interrupted]);
  } finally {
    stopListening();
  }
}

/** What they start in turn is waited for as well. */
async function waitForAll(engine: Engine, name: string): Promise<true> {
  const waited = new Set<string>();
  for (;;) {
    const open = engine.startedBy(name).filter((one) => !waited.has(one));
    if (open.length === 0) return true;
    for (const one of open) waited.add(one);
    await Promise.all(open.map((one) => settle(engine, one)));
  }
}

async function settle(engine: Engine, name: string): Promise<void> {
  if ((await engine.settled(name)) === "ended") await engine.calledBack(name);
}

function exitCodeOfRest(picture: RunPicture, rest: Rest): number {
  return rest === "ended" ? exitCodeOfPhase(picture.row.phase) : exitCodes.suspended;
}
