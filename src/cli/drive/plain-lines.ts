/**
 * A run as lines, for logs of CI jobs and for pipes: time, name, what happened, message.
 * What happened is read from the phases that tasks have now, so it works with events and without.
 */
import type { RunPicture } from "../../api/house.ts";
import { hasEnded, isBad, phaseNames, phases, taskKinds } from "../../model/run/phase.ts";
import type { Printer } from "../printer.ts";
import { formatDuration, formatTime } from "../render/durations.ts";
import { describeMessage, describeRunMessage } from "../render/name-child.ts";
import type { Style } from "../render/style.ts";
import { toneOf } from "../render/symbols.ts";
import { cleanText } from "../render/text-width.ts";
import type { TaskFilter } from "../select/task-filter.ts";
import type { Display, KnownRun } from "./display.ts";

export interface PlainLineOptions {
  readonly out: Printer;
  /** For notices. */
  readonly err: Printer;
  readonly style: Style;
  /** Epoch ms. */
  readonly now: () => number;
  /** What happened before is not told again. */
  readonly known?: KnownRun | undefined;
  /** Only these tasks are told of. */
  readonly filter?: TaskFilter | undefined;
}

export function createPlainLines({ out, err, style, now, known, filter }: PlainLineOptions): Display {
  const seen = createPhaseMemory(known?.taskPhases);
  let runPhase = known?.phase;
  return {
    update: (picture, events) => {
      const lines: string[] = [];
      const isShown = (task: number): boolean => (filter?.(picture, [task]) ?? [task]).length > 0;
      const change = (task: number): void => {
        const line = describeTask(picture, task, style);
        if (line !== undefined && isShown(task)) lines.push(line);
      };
      if (events === undefined) listNews(picture, seen).forEach(change);
      else
        for (const event of events) {
          if ("task" in event && seen.isNews(picture, event.task)) change(event.task);
          if (event.kind === "attempt.ready" && isShown(event.task))
            lines.push(describeReady(picture, event.task, event.at, style));
        }
      const start =
        runPhase === undefined
          ? [joinLine(picture.row.startedAt ?? picture.row.createdAt, picture.row.name, "run started", "")]
          : [];
      if (picture.row.phase !== runPhase)
        lines.push(...describeRun(picture, runPhase, events?.at(-1)?.at ?? now(), style));
      runPhase = picture.row.phase;
      out.lines([...start, ...lines]);
    },
    notify: (text) => err.line(text),
    close: () => undefined,
  };
}

interface PhaseMemory {
  /** Whether the task's phase is another than when it was asked about last. */
  isNews(picture: RunPicture, task: number): boolean;
}

function createPhaseMemory(taskPhases: Uint8Array = new Uint8Array(64)): PhaseMemory {
  let known = taskPhases.slice();
  return {
    isNews: ({ state }, task) => {
      if (task >= known.length) {
        const larger = new Uint8Array(Math.max(task + 1, known.length * 2));
        larger.set(known);
        known = larger;
      }
      const phase = state.tasks.phase[task] ?? 0;
      if (known[task] === phase) return false;
      known[task] = phase;
      return true;
    },
  };
}

/** Tasks that stand differently than before, in the order in which that came about. */
function listNews(picture: RunPicture, seen: PhaseMemory): readonly number[] {
  const { tasks } = picture.state;
  const news: number[] = [];
  for (let task = 0; task < tasks.size; task += 1) if (seen.isNews(picture, task)) news.push(task);
  const at = (task: number): number => (tasks.endedAt[task] || tasks.startedAt[task]) ?? 0;
  return news.sort((left, right) => at(left) - at(right));
}

/** A service is of use from now on. */
function describeReady({ state, view }: RunPicture, task: number, at: number, style: Style): string {
  return joinLine(at, view.taskName(state, task).full, style.paint("active", "ready"), "");
}

/** Undefined for what people need not read: queued tasks, lists of a region, the start of what only holds others. */
function describeTask(picture: RunPicture, task: number, style: Style): string | undefined {
  const { state, view } = picture;
  const { tasks } = state;
  const phase = tasks.phase[task] ?? 0;
  const kind = tasks.kind[task];
  if (
    phase < phases.running ||
    kind === taskKinds.stage ||
    (kind === taskKinds.entry && (tasks.count[task] ?? 0) > 0)
  )
    return undefined;
  const isHolder = (tasks.count[task] ?? 0) > 0 || state.attempts.has(task);
  if (isHolder && !isBad(phase)) return undefined;
  const name = phaseNames[phase] ?? "";
  const { full } = view.taskName(state, task);
  if (!hasEnded(phase)) {
    const until = state.waits.get(task);
    const what =
      until === undefined
        ? "started"
        : until === Infinity
          ? "waits for a person"
          : `waits until ${formatTime(until)}`;
    return joinLine(
      tasks.startedAt[task] ?? 0,
      full,
      style.paint(until === undefined ? "active" : "warn", what),
      describeMessage(picture, task, view.message(state, task)),
    );
  }
  const startedAt = tasks.startedAt[task] ?? 0;
  const endedAt = tasks.endedAt[task] ?? 0;
  const took = startedAt === 0 || phase > phases.errored ? "" : ` (${formatDuration(endedAt - startedAt)})`;
  const message = describeMessage(picture, task, view.message(state, task));
  return joinLine(endedAt, full, style.paint(toneOf(name), name) + took, message);
}

/** Lines about the run as a whole; that it runs is plain from its tasks. */
function describeRun(
  picture: RunPicture,
  before: string | undefined,
  now: number,
  style: Style,
): readonly string[] {
  const { row } = picture;
  if (row.phase === "running" && before === "suspended") return [joinLine(now, row.name, "run resumed", "")];
  if (row.phase === "waiting" || row.phase === "running") return [];
  const at = row.endedAt ?? now;
  const phase = style.paint(toneOf(row.phase), row.phase);
  const took =
    row.endedAt === undefined || row.startedAt === undefined
      ? ""
      : ` (${formatDuration(row.endedAt - row.startedAt)})`;
  return [
    joinLine(
      at,
      row.name,
      `run ${phase}${took}`,
      row.endedAt === undefined ? "" : describeRunMessage(picture),
    ),
  ];
}

function joinLine(at: number, name: string, what: string, message: string): string {
  const text = cleanText(message);
  return `${formatTime(at)} ${cleanText(name)} ${what}${text === "" ? "" : `: ${text}`}`;
}
