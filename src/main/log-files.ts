/** Where the logs of a run's attempts lie. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LogFile, RunPicture } from "../api/house.ts";
import { isExpression } from "../model/plan/expression.ts";
import { hasEnded } from "../model/run/phase.ts";
import type { RunState } from "../model/run/run-state.ts";
import { isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { lazily } from "../base/lazily.ts";
import { listMaskedTexts } from "../base/mask-secrets.ts";
import { attemptFiles, attemptLogFile } from "../ports/attempt-directory.ts";
import { attemptFolder } from "./attempt-folder.ts";
import type { Home } from "./home.ts";
import { openHomeSecrets } from "./home-secrets.ts";

/** Log files of the selected tasks and of everything below them, in order of start. Only those that exist. */
export function listLogFiles(
  home: Home,
  picture: RunPicture,
  select: string | number | undefined,
): readonly LogFile[] {
  const { state } = picture;
  const masked = listMaskedTexts(findSecrets(home, picture));
  if (typeof select === "number")
    return isAttemptTask(state, select) ? filesOf(home, picture, select, masked) : [];
  const roots = select === undefined ? undefined : new Set(picture.view.findTasks(state, select));
  const tasks: number[] = [];
  for (let task = 0; task < state.tasks.size; task += 1) {
    if (isAttemptTask(state, task) && (roots === undefined || isBelowAny(state, task, roots)))
      tasks.push(task);
  }
  tasks.sort((a, b) => (state.tasks.startedAt[a] as number) - (state.tasks.startedAt[b] as number) || a - b);
  return tasks.flatMap((task) => filesOf(home, picture, task, masked));
}

function isAttemptTask(state: RunState, task: number): boolean {
  const process = state.index.plan.processes[state.tasks.process[task] as number];
  return process?.body.kind === "task" && state.tasks.startedAt[task] !== 0 && !state.attempts.has(task);
}

function isBelowAny(state: RunState, task: number, roots: ReadonlySet<number>): boolean {
  for (let at = task; at >= 0; at = state.tasks.parent[at] as number) if (roots.has(at)) return true;
  return false;
}

/** Values that attempts of this run may print while they run. */
function findSecrets(home: Home, { state, submission }: RunPicture): readonly string[] {
  const isLive = state.ended === undefined && submission.facts["secrets"] !== undefined;
  return isLive ? openHomeSecrets(home).listValues() : [];
}

function filesOf(
  home: Home,
  picture: RunPicture,
  task: number,
  masked: readonly string[],
): readonly LogFile[] {
  const { state, view } = picture;
  const process = state.index.plan.processes[state.tasks.process[task] as number];
  if (process?.body.kind !== "task") return [];
  const directory = attemptFolder(home, picture.row.name, state, task);
  const commands = process.body.task.commands.flatMap((command) =>
    isExpression(command.name) ? [] : [command.name],
  );
  const readLabels = lazily(() => view.labels?.(state, readHints(directory)) ?? {});
  // An attempt goes by the name of the task it belongs to, with its own number behind.
  const taskName = view.taskName(state, task).short;
  return commands
    .flatMap((command) => (["out", "err"] as const).map((stream) => ({ command, stream })))
    .map(({ command, stream }) => ({
      task,
      taskName,
      command,
      stream,
      path: join(directory, attemptLogFile(command, stream)),
      startedAt: state.tasks.startedAt[task] as number,
      ended: hasEnded(state.tasks.phase[task] as number),
      masked,
      readLabels,
    }))
    .filter((file) => existsSync(file.path));
}

/** What the order of an attempt keeps for executors of a cluster. */
function readHints(directory: string): JsonObject {
  const order = readOrder(join(directory, attemptFiles.order));
  const hints = isJsonObject(order) ? order["hints"] : undefined;
  return isJsonObject(hints) ? hints : {};
}

/** Orders are not synced: after a power cut, or on a full disk, one may be missing or cut off beside its logs. */
function readOrder(path: string): Json | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
