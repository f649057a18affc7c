/**
 * The figures of a run, from its state alone: metrics are a view of the history, so a restart loses none and counts none
 * twice. Which ends are told follows Argo (workflow/controller, executeTemplate): each call of a process that has begun
 * and ended; of a task with retries every attempt that another one followed, and then the task itself.
 */
import type { Plan } from "../../model/plan/plan.ts";
import type { MetricSeries, MetricTemplate } from "../../model/plan/metric.ts";
import type { Dynamic, Expression } from "../../model/plan/expression.ts";
import { isExpression } from "../../model/plan/expression.ts";
import { hasEnded, phaseNames, phases, taskKinds } from "../../model/run/phase.ts";
import type { PhaseName } from "../../model/run/phase.ts";
import type { RunState } from "../../model/run/run-state.ts";
import type { Evaluator, RunView, Scope } from "../../model/run/scope.ts";
import { createCalleeScope, viewRun } from "../expand/scope.ts";
import { addSeries, createSeriesSet, figureOf } from "./merge-series.ts";
import type { SeriesSet } from "./merge-series.ts";

export interface Measured {
  readonly series: readonly MetricSeries[];
  /** Why figures are missing, each reason once. They never make a run fail. */
  readonly problems: readonly string[];
}

/** More series than this of one run are a mistake in its labels. */
const seriesAtMost = 1000;
const problemsAtMost = 20;

/** Whether a plan asks for any figure. */
export function hasMetrics(plan: Plan): boolean {
  return plan.metrics !== undefined || plan.processes.some(({ metrics }) => metrics !== undefined);
}

interface Measuring {
  readonly state: RunState;
  readonly evaluator: Evaluator;
  readonly at: number;
  readonly set: SeriesSet;
  readonly problems: Set<string>;
}

/** Figures of what has ended, and the live ones of a run that has not, as they are at the time `at`. */
export function measureRun(state: RunState, evaluator: Evaluator, at: number): Measured {
  const measuring: Measuring = { state, evaluator, at, set: createSeriesSet(), problems: new Set() };
  const { plan } = state.index;
  if (hasMetrics(plan)) {
    for (let task = 0; task < state.tasks.size; task += 1) measureTask(measuring, task);
    if (plan.metrics !== undefined && state.tasks.size > 0) measureWhole(measuring, plan.metrics);
  }
  return {
    series: [...measuring.set.series.values()],
    problems: [...measuring.problems].slice(0, problemsAtMost),
  };
}

function measureTask(measuring: Measuring, task: number): void {
  const { state, at } = measuring;
  const { tasks } = state;
  const metrics = state.index.plan.processes[tasks.process[task] as number]?.metrics;
  if (metrics === undefined || !isTold(state, task)) return;
  const isOver = hasEnded(tasks.phase[task] as number);
  const when = isOver ? (tasks.endedAt[task] as number) : at;
  const run = viewRun(state, when);
  // Outside of exit hooks a run is under way when its tasks end.
  const view = withOutcome(run, isOfRunHook(state, task) ? mainOutcome(state) : "running");
  const scope = createCalleeScope(state, view, task);
  for (const metric of metrics) if (isDue(metric, isOver, state)) tell(measuring, metric, scope, when);
}

function mainOutcome({ tasks }: RunState): PhaseName {
  return phaseNames[tasks.phase[0] as number] as PhaseName;
}

function withOutcome(run: RunView, outcome: PhaseName): RunView {
  return { ...run, outcome, phase: outcome };
}

/** Whether a task belongs to a hook of the run, and not to its main tree. */
function isOfRunHook({ tasks }: RunState, task: number): boolean {
  let top = task;
  while ((tasks.parent[top] as number) >= 0) top = tasks.parent[top] as number;
  return tasks.kind[top] === taskKinds.hook;
}

/** The run itself has the state of its first task, whatever its exit hooks made of it (Argo, operate). */
function measureWhole(measuring: Measuring, metrics: readonly MetricTemplate[]): void {
  const { state, at } = measuring;
  const isOver = state.ended !== undefined;
  const when = isOver ? state.endedAt : at;
  const outcome = isOver ? mainOutcome(state) : "running";
  const scope = createCalleeScope(state, withOutcome(viewRun(state, when), outcome), 0);
  for (const metric of metrics) if (isDue(metric, isOver, state)) tell(measuring, metric, scope, when);
}

/** Live gauges show until their run has ended, all others once what they are about has ended. */
function isDue({ of }: MetricTemplate, isOver: boolean, state: RunState): boolean {
  return of.kind === "gauge" && of.live ? state.ended === undefined : isOver;
}

function isTold(state: RunState, task: number): boolean {
  const { tasks } = state;
  const phase = tasks.phase[task] as number;
  const kind = tasks.kind[task];
  if (phase < phases.running || phase >= phases.skipped) return false;
  if (kind === taskKinds.group || kind === taskKinds.stage || state.reasons.get(task)?.code === "reused")
    return false;
  if (kind !== taskKinds.attempt) return true;
  return state.attempts.get(tasks.parent[task] as number)?.at(-1) !== task;
}

function tell(measuring: Measuring, metric: MetricTemplate, scope: Scope, at: number): void {
  const { problems, set } = measuring;
  const { name } = metric;
  try {
    const labels = Object.fromEntries(
      metric.labels.map((label) => [label.name, resolve(measuring, label.value, scope)]),
    );
    const help = resolve(measuring, metric.help, scope);
    if (metric.when !== undefined && !decide(measuring, metric.when, scope)) return;
    const value = parseNumber(resolve(measuring, metric.value, scope));
    const figure = figureOf(metric.of, value);
    const problem = addSeries(set, { name, help, labels, at, figure }, seriesAtMost);
    if (problem !== undefined) problems.add(problem);
  } catch (error) {
    if (!(error instanceof Unmeasured)) throw error;
    problems.add(`metric '${name}': ${error.message}`);
  }
}

/** A figure that cannot be told, with the reason. */
class Unmeasured extends Error {}

function resolve({ evaluator }: Measuring, value: Dynamic<string>, scope: Scope): string {
  if (!isExpression(value)) return value;
  const answer = evaluator.evaluate(value, scope);
  if (!answer.ok) throw new Unmeasured(`unable to substitute parameters: ${answer.message}`);
  return typeof answer.value === "string" ? answer.value : "";
}

function decide({ evaluator }: Measuring, when: Expression, scope: Scope): boolean {
  const answer = evaluator.evaluate(when, scope);
  if (!answer.ok) throw new Unmeasured(`unable to compute 'when' clause: ${answer.message}`);
  return answer.value === true;
}

function parseNumber(text: string): number {
  const word = /^([+-]?)(?:inf|infinity)$/iu.exec(text);
  if (word !== null) return word[1] === "-" ? -Infinity : Infinity;
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu.test(text)) return Number(text);
  throw new Unmeasured(`${JSON.stringify(text)} is not a number`);
}
