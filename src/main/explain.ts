/** Facts of the engine's explanation as sentences, with the names that the run's language gives to tasks. */
import type { Explanation, RunPicture } from "../api/house.ts";
import { unreachable } from "../base/errors.ts";
import { explainTask } from "../engine/explain/explain.ts";
import type { Fact, FactCode } from "../engine/explain/explain.ts";
import { isBad, phaseNames, phases } from "../model/run/phase.ts";
import type { Reason } from "../model/run/values.ts";

/** Most tasks that are explained when nobody selects any. */
const explainedAtMost = 20;

/** Explains the selected tasks; without a selection those that failed or are under way. */
export function explainTasks(picture: RunPicture, select: string | undefined): readonly Explanation[] {
  const tasks = select === undefined ? findTelling(picture) : picture.view.findTasks(picture.state, select);
  return tasks.map((task) => ({
    task,
    name: picture.view.taskName(picture.state, task).short,
    phase: phaseNames[picture.state.tasks.phase[task] as number] as string,
    facts: explainTask(picture.state, task).map((fact) => ({ code: fact.code, text: describe(picture, task, fact) })),
  }));
}

/** Shown tasks that ended badly, and otherwise those that wait or run. */
function findTelling(picture: RunPicture): readonly number[] {
  const { tasks } = picture.state;
  const rows = picture.view.rows(picture.state, 2_000).map((row) => row.task);
  const bad = rows.filter((task) => isBad(tasks.phase[task] as number));
  if (bad.length > 0) return bad.slice(0, explainedAtMost);
  const open = rows.filter((task) => (tasks.phase[task] as number) <= phases.running);
  return (open.length > 0 ? open : rows).slice(0, explainedAtMost);
}

function describe(picture: RunPicture, task: number, fact: Fact): string {
  const list = listNames(picture, fact);
  const time = fact.at === undefined ? "" : new Date(fact.at).toISOString();
  switch (fact.code) {
    case "run-not-started":
      return "the run has not begun";
    case "run-suspended":
      return "the run is suspended: `millrace resume` lets it go on";
    case "run-stopping":
      return `the run is being ended (${fact.reason?.message ?? fact.reason?.code ?? "stopped"})`;
    case "waits-for-needs":
      return `waits until ${list} has ended`;
    case "waits-for-stage":
      return `waits until the steps before it have ended (${list})`;
    case "waits-for-place":
      return `waits because ${list} lets only ${fact.limit ?? 0} of its children run at once`;
    case "waits-for-lock":
      return `waits for the lock '${fact.message ?? ""}' (${fact.limit ?? 1} at once); before it: ${list}`;
    case "waits-for-run-limit":
      return `waits because the run lets only ${fact.limit ?? 0} attempts run at once`;
    case "waits-for-room":
      return "is ready and starts as soon as the executor has room";
    case "waits-until":
      return `waits until ${time}`;
    case "waits-for-person":
      return "waits for a person: `millrace resume` lets it go on";
    case "waits-for-response":
      return `waits for the answer to its request since ${time}`;
    case "attempt-runs":
      return `runs since ${time}`;
    case "waits-for-children":
      return `runs; ${fact.count ?? fact.tasks?.length ?? 0} of its tasks have not ended: ${list}`;
    case "waits-for-hooks":
      return `has ended and waits for its hooks (${list})`;
    case "must-end-by":
      return `must have ended by ${time}`;
    case "must-start-by":
      return `must have started by ${time}`;
    default:
      return describeOutcome(picture, task, fact, fact.code, list, time);
  }
}

/** Sentences about what is over. */
function describeOutcome(
  picture: RunPicture,
  task: number,
  fact: Fact,
  code: Exclude<FactCode, LiveCode>,
  list: string,
  time: string,
): string {
  const message = picture.view.message(picture.state, task);
  const why = message === "" ? describeReason(fact.reason) : message;
  switch (code) {
    case "not-a-target":
      return "does not run, because no target of its graph needs it";
    case "left-behind":
      return `never began, because ${list} had ended before`;
    case "region-halted":
      return `does not begin, because ${list} starts nothing new after a failure`;
    case "succeeded":
      return `succeeded at ${time}`;
    case "ended-badly":
      return `ended badly at ${time}: ${why}`;
    case "child-failed":
      return `ended badly because of ${list}: ${describeReason(fact.reason)}`;
    case "attempts":
      return `was tried ${fact.count ?? fact.tasks?.length ?? 0} times`;
    case "left-out":
      return `was left out at ${time}: ${why}${(fact.tasks ?? []).length === 0 ? "" : `; it looked at ${describeEnds(picture, fact.tasks ?? [])}`}`;
    default:
      return unreachable(code);
  }
}

type LiveCode =
  | "run-not-started"
  | "run-suspended"
  | "run-stopping"
  | "waits-for-needs"
  | "waits-for-stage"
  | "waits-for-place"
  | "waits-for-lock"
  | "waits-for-run-limit"
  | "waits-for-room"
  | "waits-until"
  | "waits-for-person"
  | "waits-for-response"
  | "attempt-runs"
  | "waits-for-children"
  | "waits-for-hooks"
  | "must-end-by"
  | "must-start-by";

function listNames(picture: RunPicture, fact: Fact): string {
  const names = (fact.tasks ?? []).map((each) => picture.view.taskName(picture.state, each).short);
  if (names.length === 0) return "nothing";
  const more = (fact.count ?? names.length) - names.length;
  return more > 0 ? `${names.join(", ")} and ${more} more` : names.join(", ");
}

function describeReason(reason: Reason | undefined): string {
  if (reason === undefined) return "no reason was recorded";
  if (reason.exitCode !== undefined) return `exit code ${reason.exitCode}`;
  return [reason.code, reason.message ?? reason.source].filter((part) => part !== undefined).join(": ");
}

function describeEnds(picture: RunPicture, tasks: readonly number[]): string {
  return tasks
    .map((task) => `${picture.view.taskName(picture.state, task).short} (${phaseNames[picture.state.tasks.phase[task] as number] as string})`)
    .join(", ");
}
