/** Facts of the engine's explanation as sentences, with the names that the run's language gives to tasks. */
import type { Explained, Explanation, RunPicture } from "../api/house.ts";
import { quoteWord } from "../base/quote-word.ts";
import { explainTask } from "../engine/explain/explain.ts";
import type { Fact, FactCode } from "../engine/explain/explain.ts";
import { isBad, phaseNames, phases } from "../model/run/phase.ts";
import type { Reason } from "../model/run/values.ts";

/** Most tasks of one kind that are explained when nobody selects any. */
const explainedAtMost = 20;

/** So many rows of a run are looked through. */
const rowsAtMost = 2_000;

/** Explains the selected tasks; without a selection those that failed, those that have not ended, and those left out. */
export function explainTasks(picture: RunPicture, select: string | undefined): Explained {
  if (select !== undefined) return { tasks: findNamed(picture, select).map(explainer(picture)), more: 0 };
  const groups = groupTelling(picture);
  const shown = groups.flatMap((tasks) => tasks.slice(0, explainedAtMost));
  const count = groups.reduce((sum, tasks) => sum + tasks.length, 0);
  return { tasks: shown.map(explainer(picture)), more: count - shown.length };
}

function explainer(picture: RunPicture): (task: number) => Explanation {
  return (task) => ({
    task,
    name: picture.view.taskName(picture.state, task).short,
    phase:
      picture.outlook?.left?.get(task)?.state === "killed"
        ? "interrupted"
        : (phaseNames[picture.state.tasks.phase[task] as number] as string),
    facts: explainTask(picture.state, task).map((fact) => explainFact(picture, task, fact)),
  });
}

/** Facts about work that goes on outside of the engine. */
const underWay: ReadonlySet<FactCode> = new Set(["attempt-runs", "serves", "waits-for-response"]);

/** The engine's facts know only the history; of an attempt that nobody looks after, the disk knows better. */
function explainFact(picture: RunPicture, task: number, fact: Fact): Explanation["facts"][number] {
  const left = picture.outlook?.left?.get(task);
  if (left !== undefined && underWay.has(fact.code))
    return { code: `attempt-${left.state}`, text: left.says };
  return { code: fact.code, text: describe(picture, task, fact) };
}

/** The tasks that a name or a selector means; a name may also be that of one that has not begun. */
function findNamed({ state, view }: RunPicture, select: string): readonly number[] {
  const found = view.findTasks(state, select);
  if (found.length > 0) return found;
  return view.unreached?.(state, select) ?? [];
}

/** What ended badly; what waits or runs; what was left out. Of a run that has ended nothing waits any more. */
function groupTelling({ state, view }: RunPicture): readonly (readonly number[])[] {
  const rows = view.rows(state, rowsAtMost).map((row) => row.task);
  const isOver = state.ended !== undefined;
  const tasks = isOver ? rows : [...rows, ...(view.unreached?.(state) ?? [])];
  const phaseOf = (task: number): number => state.tasks.phase[task] as number;
  return [
    tasks.filter((task) => isBad(phaseOf(task))),
    isOver ? [] : tasks.filter((task) => phaseOf(task) <= phases.running),
    tasks.filter((task) => phaseOf(task) > phases.errored),
  ];
}

function describe(picture: RunPicture, task: number, fact: Fact): string {
  const message = picture.view.message(picture.state, task);
  const names = listNames(picture, fact);
  return sentences[fact.code]({
    fact,
    run: picture.row.name,
    own: picture.view.taskName(picture.state, task).short,
    list: joinNames(names, fact),
    names,
    time: fact.at === undefined ? "" : new Date(fact.at).toISOString(),
    why: message === "" ? describeReason(fact.reason) : message,
    ends: describeEnds(picture, fact.tasks ?? []),
    count: fact.count ?? fact.tasks?.length ?? 0,
  });
}

interface Words {
  /** Names of the run and of the task. */
  readonly run: string;
  readonly own: string;
  readonly fact: Fact;
  /** Names of the fact's tasks. */
  readonly names: readonly string[];
  /** The same as a text, which says how many there are besides. */
  readonly list: string;
  readonly time: string;
  readonly why: string;
  /** Names of the fact's tasks with their phases. */
  readonly ends: string;
  readonly count: number;
}

const sentences: Readonly<Record<FactCode, (words: Words) => string>> = {
  "run-not-started": () => "the run has not begun",
  "run-waits-for-place": () => "the run waits, because as many runs are under way as may be at once",
  "run-suspended": ({ run }) => `the run is suspended: \`millrace resume ${run}\` lets it go on`,
  "run-stopping": ({ fact }) =>
    `the run is being ended (${fact.reason?.message ?? fact.reason?.code ?? "stopped"})`,
  "waits-for-needs": ({ list, count }) => `waits until ${list} ${count === 1 ? "has" : "have"} ended`,
  "waits-for-stage": ({ list }) => `waits until the steps before it have ended (${list})`,
  "waits-for-place": ({ list, fact }) =>
    `waits because ${list} lets only ${fact.limit ?? 0} of its children run at once`,
  "waits-for-lock": ({ list, fact }) =>
    `waits for the lock '${fact.message ?? ""}' (${fact.limit ?? 1} at once); before it: ${joinHolders(list, fact)}`,
  "waits-for-run-limit": ({ fact }) =>
    `waits because the run lets only ${fact.limit ?? 0} attempts run at once`,
  "waits-for-room": () => "is ready and starts as soon as the executor has room",
  "waits-until": ({ time }) => `waits until ${time}`,
  "waits-for-person": ({ run, own }) =>
    `waits for a person: \`millrace resume ${run} --node ${quoteWord(own)}\` lets it go on`,
  "waits-for-response": ({ time }) => `waits for the answer to its request since ${time}`,
  "attempt-runs": ({ time }) => `runs since ${time}`,
  serves: ({ time }) => `runs since ${time} for those that need it, and is ended after them`,
  "service-ends": () => "is not needed any more, and was asked to end",
  "waits-for-return": ({ list }) => `waits until ${list} can be used again`,
  "waits-for-services": ({ list }) => `waits for the end of ${list}, which nothing needs any more`,
  "waits-for-children": ({ list, count }) =>
    `waits until ${list} ${count === 1 ? "has" : "have"} ended${count > 1 ? ` (${count} tasks)` : ""}`,
  "waits-for-hooks": ({ list }) => `has ended and waits for its hooks (${list})`,
  "must-end-by": ({ time }) => `must have ended by ${time}`,
  "must-start-by": ({ time }) => `must have started by ${time}`,
  "not-a-target": () => "does not run, because no target of its graph needs it",
  "left-behind": ({ list }) => `never began, because ${list} had ended before`,
  "region-halted": ({ list }) => `does not begin, because ${list} starts nothing new after a failure`,
  succeeded: ({ time }) => `succeeded at ${time}`,
  "ended-badly": ({ time, why }) => `ended badly at ${time}: ${why}`,
  "child-failed": (words) => `ended badly because of ${describeBlame(words)}`,
  attempts: ({ list, count }) => `has ${count} ${count === 1 ? "attempt" : "attempts"}: ${list}`,
  "left-out": ({ time, why, ends }) =>
    `was left out at ${time}: ${why}${ends === "" ? "" : `; it looked at ${ends}`}`,
};

/** Where it began and why, and which tasks it went through from there. */
function describeBlame({ names, fact }: Words): string {
  const root = names.at(-1) ?? "a task in it";
  const between = names.slice(0, -1).toReversed();
  return `${root}: ${describeReason(fact.reason)}${between.length === 0 ? "" : ` (and then ${between.join(", ")})`}`;
}

/** What is before a task in the queue of a lock: tasks of its own run, and other runs by their names. */
function joinHolders(list: string, { tasks = [], elsewhere = [] }: Fact): string {
  const runs = [...new Set(elsewhere.map(({ run }) => `run ${run}`))];
  return [...(tasks.length > 0 || runs.length === 0 ? [list] : []), ...runs].join(", ");
}

function listNames({ state, view }: RunPicture, { tasks = [] }: Fact): readonly string[] {
  return tasks.map((each) => (each < 0 ? "the run itself" : view.taskName(state, each).short));
}

function joinNames(names: readonly string[], fact: Fact): string {
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
