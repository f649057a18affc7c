/** Small makers for these tests: a plan from a few lines of YAML, and scopes for evaluators without an engine. */
import assert from "node:assert/strict";
import type { Json } from "../../../src/base/json.ts";
import { argo } from "../../../src/languages/argo/argo.ts";
import type { Expression, ExpressionForm } from "../../../src/model/plan/expression.ts";
import type { FileValue, Plan, Process, Region, TaskTemplate } from "../../../src/model/plan/plan.ts";
import type { Compiled, Submission } from "../../../src/model/run/language.ts";
import type { PhaseName } from "../../../src/model/run/phase.ts";
import type { RunView, Scope, TaskView } from "../../../src/model/run/scope.ts";

const noSubmission: Submission = { parameters: {}, facts: { suffix: "abcde" } };

/** A workflow from the lines of its spec. */
export function workflow(spec: string): string {
  const lines = spec.split("\n").filter((line) => line.trim() !== "");
  const indent = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  const body = lines.map((line) => `  ${line.slice(indent)}`).join("\n");
  return `apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata:\n  generateName: test-\nspec:\n${body}\n`;
}

export function compile(source: string, submission: Partial<Submission> = {}): Compiled {
  return argo.compile(source, "test.yaml", { ...noSubmission, ...submission });
}

/** The plan of a document that must compile. */
export function compilePlan(source: string, submission: Partial<Submission> = {}): Plan {
  const compiled = compile(source, submission);
  const errors = compiled.diagnostics.filter(({ severity }) => severity === "error");
  assert.deepEqual(
    errors.map(({ code, message }) => `${code}: ${message}`),
    [],
  );
  assert.ok(compiled.plan !== undefined);
  return compiled.plan;
}

/** Codes of the errors of a document that must not compile. */
export function errorCodes(source: string, submission: Partial<Submission> = {}): readonly string[] {
  const compiled = compile(source, submission);
  assert.equal(compiled.plan, undefined);
  return compiled.diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
}

export function getProcess(plan: Plan, id: string): Process {
  const process = plan.processes.find((one) => one.id === id);
  assert.ok(process !== undefined, `process ${id} among ${plan.processes.map((one) => one.id).join(", ")}`);
  return process;
}

export function getRegion(plan: Plan, id: string): Region {
  const { body } = getProcess(plan, id);
  assert.ok(body.kind === "region");
  return body.region;
}

export function getTask(plan: Plan, id: string): TaskTemplate {
  const { body } = getProcess(plan, id);
  assert.ok(body.kind === "task");
  return body.task;
}

export function expression(dialect: string, source: string, form: ExpressionForm): Expression {
  return { kind: "expression", dialect, source, form };
}

/** A text with tags. */
export function text(source: string): Expression {
  return expression("argo-text", source, "text");
}

/** A value that must be text. */
export function asText(value: unknown): string {
  assert.ok(typeof value === "string", `expected text, found ${typeof value}`);
  return value;
}

export interface FakeTask {
  readonly phase?: PhaseName;
  readonly result?: string;
  readonly values?: Readonly<Record<string, Json>>;
  readonly files?: Readonly<Record<string, FileValue>>;
  readonly exitCode?: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly host?: string;
  readonly members?: readonly FakeTask[];
  readonly attempts?: readonly FakeTask[];
  readonly defaults?: Readonly<Record<string, string>>;
  readonly reason?: TaskView["reason"];
}

let lastTask = 0;

export function createTaskView(name: string, fake: FakeTask): TaskView {
  lastTask += 1;
  const { result, values, files } = fake;
  const hasOutputs = result !== undefined || values !== undefined || files !== undefined;
  const children = (fake.members ?? fake.attempts ?? []).map((child) => createTaskView(name, child));
  return {
    task: lastTask,
    name,
    phase: fake.phase ?? "succeeded",
    closed: true,
    startedAt: fake.startedAt ?? 0,
    endedAt: fake.endedAt ?? 0,
    exitCode: fake.exitCode,
    outputs: hasOutputs
      ? { ...(result === undefined ? {} : { result }), values: values ?? {}, files: files ?? {} }
      : undefined,
    inputs: undefined,
    reason: fake.reason,
    isFanOut: fake.members !== undefined,
    processId: "template",
    children: () => children,
    outputDefault: (output) => fake.defaults?.[output],
    host: fake.host,
  };
}

export interface FakeScope {
  readonly run?: Partial<RunView>;
  readonly inputs?: Readonly<Record<string, Json>>;
  readonly inputFiles?: Readonly<Record<string, FileValue>>;
  readonly tasks?: Readonly<Record<string, FakeTask>>;
  readonly item?: Json;
  readonly own?: FakeTask;
  readonly attemptNumber?: number;
  readonly lastAttempt?: FakeTask;
  readonly exchange?: Scope["exchange"];
  readonly template?: TaskTemplate;
}

/** 2024-02-03T04:05:06.789Z. */
export const runAt = 1_706_933_106_789;

export function createFakeScope(fake: FakeScope): Scope {
  const siblings = new Map(
    Object.entries(fake.tasks ?? {}).map(([name, task]) => [name, createTaskView(name, task)]),
  );
  let drawn = 0;
  const run: RunView = {
    runId: "run-1",
    name: "wf-1",
    createdAt: runAt,
    startedAt: runAt,
    at: runAt + 12_500,
    phase: "running",
    outcome: "running",
    priority: undefined,
    values: {},
    files: {},
    published: { values: {}, files: {} },
    notes: { namespace: "argo", entrypoint: "main", serviceAccountName: "default" },
    facts: {},
    failures: () => [],
    ...fake.run,
  };
  return {
    run,
    inputs:
      fake.inputs === undefined && fake.inputFiles === undefined
        ? undefined
        : { values: fake.inputs ?? {}, files: fake.inputFiles ?? {} },
    sibling: (name) => siblings.get(name),
    siblingNames: () => [...siblings.keys()],
    item: fake.item,
    own: fake.own === undefined ? undefined : createTaskView("own", fake.own),
    attemptNumber: fake.attemptNumber,
    lastAttempt: fake.lastAttempt === undefined ? undefined : createTaskView("own", fake.lastAttempt),
    exchange: fake.exchange,
    template: fake.template,
    random: () => {
      drawn += 1;
      return (drawn % 10) / 10;
    },
  };
}
