/** Facts of the engine's explanation as sentences, with the names that the run's language gives to tasks. */
import type { Explanation, RunPicture } from "../api/house.ts";
import { unreachable } from "../base/errors.ts";
import { explainTask } from "../engine/explain/explain.ts";
import type { Fact } from "../engine/explain/explain.ts";
import { isBad, phaseNames, phases } from "../model/run/phase.ts";

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
  const names = (fact.tasks ?? []).map((each) => picture.view.taskName(picture.state, each).short);
  const list = names.length === 0 ? "nothing" : names.join(", ");
  const time = fact.at === undefined ? "" : new Date(fact.at).toISOString();
  switch (fact.code) {
    case "waits-for-needs":
      return `waits until ${list} has ended`;
    case "waits-for-region":
    case "waits-for-stage":
      return `waits until the steps before it have ended (${list})`;
    case "waits-for-limit":
      return `waits because ${list} lets only ${fact.count ?? 0} of its children run at once`;
    case "waits-for-run-limit":
      return `waits because the run lets only ${fact.count ?? 0} attempts run at once`;
    case "waits-for-lock":
      return `waits for the lock '${fact.message ?? ""}', held by ${list}`;
    case "waits-for-room":
      return names.length === 0 ? "is ready and starts as soon as there is room" : `is ready and waits for room; running now: ${list}`;
    case "waits-for-time":
      return `waits until ${time}`;
    case "waits-for-person":
      return "waits for a person: `millrace resume` lets it go on";
    case "waits-for-children":
      return `runs; ${fact.count ?? 0} of its tasks have not ended${names.length === 0 ? "" : `, under way: ${list}`}`;
    case "waits-for-hooks":
      return `has ended and waits for its hooks (${list})`;
    case "run-suspended":
      return "the run is suspended: `millrace resume` lets it go on";
    case "run-stopping":
      return `the run is being ended (${fact.message ?? ""})`;
    case "never-began":
      return `never began, because ${list} had ended before`;
    case "attempt-runs":
      return `runs since ${time}`;
    case "request-runs":
      return `waits for the answer to its request since ${time}`;
    case "guard-false":
      return `what it depends on ended otherwise than it asks for: ${describeEnds(picture, fact.tasks ?? [])}`;
    case "ended": {
      const message = picture.view.message(picture.state, task);
      return `ended at ${time}: ${fact.message ?? ""}${message === "" ? "" : ` (${message})`}${names.length === 0 ? "" : `, because of ${list}`}`;
    }
    case "attempts":
      return `has had ${fact.count ?? 0} attempts`;
    default:
      return unreachable(fact.code);
  }
}

function describeEnds(picture: RunPicture, tasks: readonly number[]): string {
  return tasks
    .map((task) => `${picture.view.taskName(picture.state, task).short} ${phaseNames[picture.state.tasks.phase[task] as number] as string}`)
    .join(", ");
}
