/**
 * A small language for tests: words in Polish notation over the neutral scope.
 * `eq phase a 'failed`, `lt code a 3`, `out a`, `in x`, `item`, `fail 'text`.
 * A word with a leading apostrophe is text; what JSON can read is JSON; the rest are operators.
 */
import type { Json } from "../../src/base/json.ts";
import type { Expression, ExpressionForm } from "../../src/model/plan/expression.ts";
import type { Evaluated, Evaluator, Scope, TaskView } from "../../src/model/run/scope.ts";

/** An evaluator that counts how often it is asked. */
export interface ToyEvaluator extends Evaluator {
  count: number;
}

export function createToyEvaluator(): ToyEvaluator {
  return {
    count: 0,
    evaluate(expression, scope) {
      this.count += 1;
      return evaluateToy(expression, scope);
    },
    isTransient: (message) => message.includes("passing"),
  };
}

class ToyError extends Error {}

type Value = Json | undefined;

function evaluateToy(expression: Expression, scope: Scope): Evaluated {
  const words = expression.source.split(" ").filter((word) => word !== "");
  try {
    const value = readWord(words, scope);
    if (words.length > 0) throw new ToyError(`left over: ${words.join(" ")}`);
    return convert(value, expression.form);
  } catch (error) {
    if (!(error instanceof ToyError)) throw error;
    return { ok: false, message: error.message, text: expression.source };
  }
}

function convert(value: Value, form: ExpressionForm): Evaluated {
  if (value === undefined) return { ok: true, value: undefined };
  switch (form) {
    case "text":
      return { ok: true, value: typeof value === "string" ? value : JSON.stringify(value) };
    case "json":
      return { ok: true, value };
    case "boolean":
      return typeof value === "boolean"
        ? { ok: true, value }
        : { ok: false, message: `${JSON.stringify(value)} is no boolean` };
    case "integer":
    case "duration-ms":
      return Number.isInteger(Number(value))
        ? { ok: true, value: Number(value) }
        : { ok: false, message: `${JSON.stringify(value)} is no number` };
    case "list":
      return Array.isArray(value)
        ? { ok: true, value }
        : { ok: false, message: `${JSON.stringify(value)} is no list` };
    case "file":
      return {
        ok: true,
        value: { kind: "text", text: typeof value === "string" ? value : JSON.stringify(value) },
      };
  }
}

function next(words: string[]): string {
  const word = words.shift();
  if (word === undefined) throw new ToyError("something is missing at the end");
  return word;
}

function readWord(words: string[], scope: Scope): Value {
  const word = next(words);
  if (word.startsWith("'")) return word.slice(1);
  if (/^[-\d["{]|^(true|false|null)$/.test(word)) return JSON.parse(word) as Json;
  return readOperator(word, words, scope);
}

const operators: Readonly<Record<string, (words: string[], scope: Scope) => Value>> = {
  eq: (words, scope) => JSON.stringify(readWord(words, scope)) === JSON.stringify(readWord(words, scope)),
  lt: (words, scope) => Number(readWord(words, scope)) < Number(readWord(words, scope)),
  add: (words, scope) => Number(readWord(words, scope)) + Number(readWord(words, scope)),
  not: (words, scope) => readWord(words, scope) !== true,
  fail: (words) => {
    throw new ToyError(next(words).replace("'", ""));
  },
  in: (words, scope) => scope.inputs?.values[next(words)],
  item: (_, scope) => scope.item,
  value: (words, scope) => scope.run.values[next(words)],
  published: (words, scope) => scope.run.published.values[next(words)],
  status: (_, scope) => scope.run.outcome,
  phase: (words, scope) => findSibling(words, scope)?.phase,
  code: (words, scope) => findSibling(words, scope)?.exitCode,
  out: (words, scope) => findSibling(words, scope)?.outputs?.values["out"],
  count: (words, scope) =>
    findSibling(words, scope)
      ?.children()
      .filter((child) => child.phase === "succeeded").length,
  ownphase: (_, scope) => scope.own?.phase,
  owncode: (_, scope) => scope.own?.exitCode,
  attempt: (_, scope) => scope.attemptNumber,
  lastcode: (_, scope) => scope.lastAttempt?.exitCode,
  httpstatus: (_, scope) => scope.exchange?.response.statusCode,
};

function readOperator(word: string, words: string[], scope: Scope): Value {
  const operator = operators[word];
  if (operator === undefined) throw new ToyError(`unknown word '${word}'`);
  return operator(words, scope);
}

function findSibling(words: string[], scope: Scope): TaskView | undefined {
  const name = next(words);
  const sibling = scope.sibling(name);
  if (sibling === undefined) throw new ToyError(`no sibling '${name}'`);
  return sibling;
}
