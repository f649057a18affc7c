/**
 * The simulation's own language: plans are made directly, and expressions are a few words that depend on the names
 * around them and on what siblings brought. Everything is a function of the place in the tree, never of task numbers,
 * so that two runs that took different ways can be compared.
 */
import type { Json } from "../../src/base/json.ts";
import type { Expression, ExpressionForm } from "../../src/model/plan/expression.ts";
import type { Language } from "../../src/model/run/language.ts";
import { phaseNames } from "../../src/model/run/phase.ts";
import type { Evaluated, Evaluator, Scope, TaskView } from "../../src/model/run/scope.ts";
import { hashText } from "./random.ts";

export function simExpression(source: string, form: ExpressionForm = "text"): Expression {
  return { kind: "expression", dialect: "sim", source, form };
}

/** Called before every evaluation; what it throws goes to whoever asked. */
export type BeforeEvaluate = (runId: string, source: string) => void;

function createSimEvaluator(before: BeforeEvaluate): Evaluator {
  return {
    evaluate: (expression, scope): Evaluated => {
      before(scope.run.runId, expression.source);
      const cut = expression.source.indexOf(":");
      const word = cut < 0 ? expression.source : expression.source.slice(0, cut);
      const rest = cut < 0 ? "" : expression.source.slice(cut + 1);
      return evaluateWord(word, rest, scope);
    },
    isTransient: (message) => message.includes("transient"),
  };
}

function evaluateWord(word: string, rest: string, scope: Scope): Evaluated {
  switch (word) {
    case "path":
      return { ok: true, value: placeOf(scope) + rest };
    case "attempt":
      return {
        ok: true,
        value: `${input(scope, "path")}#${scope.attemptNumber ?? 0}|${input(scope, "data")}`,
      };
    case "join":
      return {
        ok: true,
        value: rest
          .split(",")
          .map((name) => describeSibling(scope, name))
          .join("+"),
      };
    case "flip":
      return {
        ok: true,
        value: hashText(`flip ${placeOf(scope)} ${scope.attemptNumber ?? ""}`) % 100 < Number(rest),
      };
    case "list":
      return { ok: true, value: listItems(placeOf(scope), Number(rest)) };
    case "phase-is":
      return { ok: true, value: scope.own?.phase === rest };
    case "fewer":
      return { ok: true, value: String(Number(input(scope, "left") || rest) - 1) };
    case "some-left":
      return { ok: true, value: Number(input(scope, "left") || rest) > 0 };
    case "text":
      return { ok: true, value: rest };
    case "fail":
      return { ok: false, message: `the expression of ${placeOf(scope)} fails` };
    default:
      throw new RangeError(`no word of the simulation's language: ${word}`);
  }
}

/** The place that an expression stands at, by names. */
function placeOf(scope: Scope): string {
  const above = input(scope, "path");
  const own = scope.own === undefined ? "" : `/${scope.own.name}`;
  return `${above}${own}${scope.item === undefined ? "" : `[${JSON.stringify(scope.item)}]`}`;
}

function input(scope: Scope, name: string): string {
  const value = scope.inputs?.values[name];
  return typeof value === "string" ? value : "";
}

function describeSibling(scope: Scope, name: string): string {
  const sibling = scope.sibling(name);
  if (sibling === undefined) return `${name}?`;
  if (!sibling.isFanOut) return describeEnd(sibling);
  return `[${sibling.children().map(describeEnd).join(",")}]`;
}

function describeEnd(view: TaskView): string {
  const value = view.outputs?.values["out"];
  return view.outputs?.result ?? (typeof value === "string" ? value : view.phase);
}

function listItems(seed: string, atMost: number): readonly Json[] {
  return Array.from({ length: hashText(`list ${seed}`) % (atMost + 1) }, (_, index) => `i${index}`);
}

const nothing = { parameters: {}, files: {} };

/** A language that only has what the runtime needs: the outcome for lists. */
export function createSimLanguage(before: BeforeEvaluate): Language {
  return {
    id: "sim",
    recognizes: () => false,
    lint: () => [],
    compile: () => ({ name: "", labels: {}, annotations: {}, diagnostics: [] }),
    createEvaluator: () => createSimEvaluator(before),
    view: {
      status: () => ({}),
      outcome: (state) => ({
        phase: state.ended === undefined ? "running" : String(phaseNames[state.ended]),
        message: "",
      }),
      rows: () => [],
      taskName: (_, task) => ({ full: String(task), short: String(task) }),
      taskId: (_, task) => String(task),
      message: () => "",
      findTasks: () => [],
      finalOutputs: () => nothing,
    },
  };
}
