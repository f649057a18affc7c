/** `millrace logs`: what the tasks of a run wrote, stored or while they write it. */
import { statSync } from "node:fs";
import type { House, LogFile, RunPicture } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import type { FlagValues } from "../arguments/flag-table.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { createLogFollower } from "../logs/log-follower.ts";
import type { LogFollower } from "../logs/log-follower.ts";
import { formatPrefix, parsePattern } from "../logs/log-lines.ts";
import { formatTime } from "../render/durations.ts";
import { checkTask } from "../select/check-task.ts";
import { parseLabelSelector } from "../select/label-selector.ts";

/** How often to look for new logs while nothing tells of any. */
const lookEveryMs = 1000;

const flags = {
  follow: { kind: "switch", short: "f", help: "go on as the logs grow, until the run has ended" },
  command: {
    kind: "text",
    short: "c",
    aliases: ["container"],
    value: "NAME",
    help: "only this command of each task, such as main",
  },
  stream: {
    kind: "choice",
    choices: ["out", "err", "both"],
    help: "standard output, error output, or both (default)",
  },
  tail: { kind: "number", value: "N", atLeast: -1, help: "only the last N lines of each log; -1: all" },
  since: { kind: "duration", value: "DURATION", help: "only logs that were written to within this time" },
  "since-time": {
    kind: "text",
    value: "TIME",
    help: "only logs that were written to after this time (RFC 3339)",
  },
  grep: { kind: "text", value: "PATTERN", help: "only lines that match the regular expression" },
  "node-field-selector": {
    kind: "text",
    aliases: ["node"],
    value: "SELECTOR",
    help: "only tasks that the selector names, such as templateName=build",
  },
  selector: {
    kind: "text",
    short: "l",
    value: "SELECTOR",
    help: "only tasks whose pods would have these labels: those in a template's metadata and in podMetadata",
  },
  previous: {
    kind: "switch",
    short: "p",
    help: "does nothing: every try of a task has a log of its own, and all are shown",
  },
  timestamps: {
    kind: "switch",
    help: "with -f the time at which a line was read, otherwise the start of its attempt",
  },
  raw: { kind: "switch", help: "the bytes as they are, without prefix; error output goes to error output" },
} as const;

type Flags = FlagValues<typeof flags>;

export const command = defineCommand({
  name: "logs",
  summary: "print what the tasks of a run wrote",
  operands: "[NAME|@latest] [TASK]",
  operandsAtLeast: 0,
  operandsAtMost: 2,
  completes: "runs",
  details: [
    "Lines of several tasks carry the task's name. Output and error output are kept apart, so their order",
    "relative to each other is not known; the output of an attempt comes first.",
  ],
  flags,
  examples: [
    { line: "millrace logs", does: "everything that the last run wrote" },
    { line: "millrace logs my-run build --tail 20", does: "the end of one task's logs" },
    { line: "millrace logs my-run -f --grep ERROR", does: "follow a run, only lines with ERROR" },
    { line: "millrace logs my-run build --raw > build.log", does: "the exact bytes" },
  ],
  run: printLogs,
});

/** Prints what all tasks of a run write, until it has ended. */
export async function followLogs(context: CommandContext, name: string): Promise<void> {
  await printLogs(context, { ...noFlags, follow: true }, [name]);
}

const noFlags: Flags = {
  follow: undefined,
  command: undefined,
  stream: undefined,
  tail: undefined,
  since: undefined,
  "since-time": undefined,
  grep: undefined,
  "node-field-selector": undefined,
  selector: undefined,
  previous: undefined,
  timestamps: undefined,
  raw: undefined,
};

async function printLogs(
  context: CommandContext,
  given: Flags & { readonly color?: boolean | undefined },
  operands: readonly string[],
): Promise<number> {
  const [name = "@latest", task] = operands;
  const house = await context.openHouse();
  const picture = await house.get(name);
  const select = task ?? given["node-field-selector"];
  if (select !== undefined) checkTask(picture, select);
  const since = readSince(given, context.io.clock.now());
  const hasLabels = given.selector === undefined ? undefined : parseLabelSelector(given.selector);
  // An attempt keeps its labels, and a run that is followed is looked at again and again.
  const verdicts = new Map<string, boolean>();
  const isLabelled = (file: LogFile): boolean => {
    if (hasLabels === undefined) return true;
    const verdict = verdicts.get(file.path) ?? hasLabels(file.readLabels?.() ?? {});
    verdicts.set(file.path, verdict);
    return verdict;
  };
  const list = (now: RunPicture): readonly LogFile[] =>
    house.logFiles(now, select).filter((file) => isWanted(file, given, since) && isLabelled(file));
  const files = list(picture);
  const follower = openFollower(context, given, picture, files, select);
  try {
    if (given.follow === true) await followRun(context, house, picture, follower, list);
    else await followOnce(follower, files);
    if (hasLabels !== undefined && given.follow !== true && files.length === 0)
      context.err.line(`no task of ${picture.row.name} with these labels has written anything`);
    else if (given.follow !== true && house.logFiles(picture, select).every(({ path }) => sizeOf(path) === 0))
      context.err.line(describeSilence(picture, select));
  } finally {
    follower.close();
  }
  return exitCodes.succeeded;
}

/** An answer for who would otherwise wonder whether anything was found. */
function describeSilence({ row }: RunPicture, select: string | undefined): string {
  return select === undefined
    ? `no task of ${row.name} has written anything`
    : `${select} has written nothing`;
}

function readSince(given: Flags, now: number): number {
  const time = given["since-time"];
  if (time === undefined) return given.since === undefined ? -Infinity : now - given.since;
  const at = Date.parse(time);
  if (Number.isNaN(at))
    throw new MillraceError("cli/bad-arguments", "invalid", `--since-time is not a time: '${time}'`);
  return at;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function isWanted(file: LogFile, given: Flags, since: number): boolean {
  if (given.command !== undefined && file.command !== given.command) return false;
  if (given.stream !== undefined && given.stream !== "both" && file.stream !== given.stream) return false;
  return since === -Infinity || (statSync(file.path, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= since;
}

function openFollower(
  { io, out, err, style }: CommandContext,
  given: Flags,
  picture: RunPicture,
  files: readonly LogFile[],
  select: string | undefined,
): LogFollower {
  const isRaw = given.raw === true;
  const mayGrow =
    given.follow === true &&
    (select === undefined || picture.view.findTasks(picture.state, select).length > 1);
  const hasSeveral = mayGrow || new Set(files.map(({ task, command }) => `${task}/${command}`)).size > 1;
  const matches = parsePattern(given.grep);
  const isStamped = given.timestamps === true;
  return createLogFollower({
    tail: given.tail === -1 ? undefined : given.tail,
    printer: (file) => (isRaw && file.stream === "err" ? err : out),
    line: (file) => ({
      prefix: isRaw || !hasSeveral ? "" : formatPrefix(file, file.command === "main", style),
      matches,
      stamp: isStamped
        ? () => formatTime(given.follow === true && !file.ended ? io.clock.now() : file.startedAt)
        : undefined,
      masked: file.masked,
    }),
  });
}

async function followOnce(follower: LogFollower, files: readonly LogFile[]): Promise<void> {
  await follower.follow(files.map((file) => ({ ...file, ended: true })));
}

/** Until the run has ended and everything it wrote is out, or nobody reads any more. */
async function followRun(
  { out }: CommandContext,
  house: House,
  first: RunPicture,
  follower: LogFollower,
  list: (picture: RunPicture) => readonly LogFile[],
): Promise<void> {
  for (let picture = first; !out.isGone(); picture = await house.get(first.row.name)) {
    const isOver = picture.state.ended !== undefined;
    await Promise.race([follower.follow(list(picture)), follower.broken]);
    if (isOver) return follower.finish();
    await Promise.race([house.changed(lookEveryMs), out.gone, follower.broken]);
  }
}
