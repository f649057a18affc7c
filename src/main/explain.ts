/** Facts of the engine's explanation as sentences, with the names that the run's language gives to tasks. */
import type { Explanation, RunPicture } from "../api/house.ts";
import { explainTask } from "../engine/explain/explain.ts";
import type { Fact, FactCode } from "../engine/explain/explain.ts";
import { isBad, phaseNames, phases } from "../model/run/phase.ts";
import type { Reason } from "../model/run/values.ts";

/** Most tasks that are explained when nobody selects any. */
const explainedAtMost = 20;

/** Explains the selected tasks; without a selection those that failed, or else those under way, or those left out. */
export function explainTasks(picture: RunPicture, select: string | undefined): readonly Explanation[] {
  const tasks = select === undefined ? findTelling(picture) : picture.view.findTasks(picture.state, select);
  return tasks.map((task) => ({
    task,
    name: picture.view.taskName(picture.state, task).short,
    phase: phaseNames[picture.state.tasks.phase[task] as number] as string,
    facts: explainTask(picture.state, task).map((fact) => ({
      code: fact.code,
      text: describe(picture, task, fact),
    })),
  }));
}

/** Shown tasks that ended badly, and otherwise those that wait or run; of a good run those that were left out. */
function findTelling(picture: RunPicture): readonly number[] {
  const { tasks } = picture.state;
  const rows = picture.view.rows(picture.state, 2_000).map((row) => row.task);
  const bad = rows.filter((task) => isBad(tasks.phase[task] as number));
  if (bad.length > 0) return bad.slice(0, explainedAtMost);
  const open = rows.filter((task) => (tasks.phase[task] as number) <= phases.running);
  const leftOut = rows.filter((task) => (tasks.phase[task] as number) > phases.errored);
  return (open.length > 0 ? open : leftOut).slice(0, explainedAtMost);
}

function describe(picture: RunPicture, task: number, fact: Fact): string {
  const message = picture.view.message(picture.state, task);
  return sentences[fact.code]({
    fact,
    list: listNames(picture, fact),
    time: fact.at === undefined ? "" : new Date(fact.at).toISOString(),
    why: message === "" ? describeReason(fact.reason) : message,
    ends: describeEnds(picture, fact.tasks ?? []),
    count: fact.count ?? fact.tasks?.length ?? 0,
  });
}

interface Words {
  readonly fact: Fact;
  /** Names of the fact's tasks. */
  readonly list: string;
  readonly time: string;
  readonly why: string;
  /** Names of the fact's tasks with their phases. */
  readonly ends: string;
  readonly count: number;
}

const sentences: Readonly<Record<FactCode, (words: Words) => string>> = {
  "run-not-started": () => "the run has not begun",
  "run-suspended": () => "the run is suspended: `millrace resume` lets it go on",
  "run-stopping": ({ fact }) =>
    `the run is being ended (${fact.reason?.message ?? fact.reason?.code ?? "stopped"})`,
  "waits-for-needs": ({ list }) => `waits until ${list} has ended`,
  "waits-for-stage": ({ list }) => `waits until the steps before it have ended (${list})`,
  "waits-for-place": ({ list, fact }) =>
    `waits because ${list} lets only ${fact.limit ?? 0} of its children run at once`,
  "waits-for-lock": ({ list, fact }) =>
    `waits for the lock '${fact.message ?? ""}' (${fact.limit ?? 1} at once); before it: ${list}`,
  "waits-for-run-limit": ({ fact }) =>
    `waits because the run lets only ${fact.limit ?? 0} attempts run at once`,
  "waits-for-room": () => "is ready and starts as soon as the executor has room",
  "waits-until": ({ time }) => `waits until ${time}`,
  "waits-for-person": () => "waits for a person: `millrace resume` lets it go on",
  "waits-for-response": ({ time }) => `waits for the answer to its request since ${time}`,
  "attempt-runs": ({ time }) => `runs since ${time}`,
  serves: ({ time }) => `runs since ${time} for those that need it, and is ended after them`,
  "service-ends": () => "is not needed any more, and was asked to end",
  "waits-for-return": ({ list }) => `waits until ${list} can be used again`,
  "waits-for-services": ({ list }) => `waits for the end of ${list}, which nothing needs any more`,
  "waits-for-children": ({ list, count }) => `runs; ${count} of its tasks have not ended: ${list}`,
  "waits-for-hooks": ({ list }) => `has ended and waits for its hooks (${list})`,
  "must-end-by": ({ time }) => `must have ended by ${time}`,
  "must-start-by": ({ time }) => `must have started by ${time}`,
  "not-a-target": () => "does not run, because no target of its graph needs it",
  "left-behind": ({ list }) => `never began, because ${list} had ended before`,
  "region-halted": ({ list }) => `does not begin, because ${list} starts nothing new after a failure`,
  succeeded: ({ time }) => `succeeded at ${time}`,
  "ended-badly": ({ time, why }) => `ended badly at ${time}: ${why}`,
  "child-failed": ({ list, fact }) => `ended badly because of ${list}: ${describeReason(fact.reason)}`,
  attempts: ({ count }) => `was tried ${count} times`,
  "left-out": ({ time, why, ends }) =>
    `was left out at ${time}: ${why}${ends === "" ? "" : `; it looked at ${ends}`}`,
};

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
    .map(
      (task) =>
        `${picture.view.taskName(picture.state, task).short} (${phaseNames[picture.state.tasks.phase[task] as number] as string})`,
    )
    .join(", ");
}
