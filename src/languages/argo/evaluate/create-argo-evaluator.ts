/**
 * The evaluator of Argo's dialects. Every source is taken apart once and kept for the life of the evaluator.
 * Values never travel through JSON text, but the results are those of Argo's substitution in JSON text.
 */
import type { Json } from "../../../base/json.ts";
import { isJsonObject } from "../../../base/json.ts";
import { EvalError } from "../../../expressions/context.ts";
import { evaluateExpr } from "../../../expressions/expr/evaluate.ts";
import { formatPrintf } from "../../../expressions/go/printf.ts";
import type { Expression, ExpressionForm } from "../../../model/plan/expression.ts";
import type { Plan } from "../../../model/plan/plan.ts";
import type { Evaluated, Evaluator, Scope } from "../../../model/run/scope.ts";
import { dialects } from "../lower/lowering.ts";
import { convertText, convertValue } from "./convert.ts";
import type { Trace } from "./task-env.ts";
import { evaluateOnObject } from "./object-answers.ts";
import { readFile, takeSubPath } from "./files.ts";
import { isTransientFault } from "./transient.ts";
import type { Reading } from "./names.ts";
import {
  createCompiler,
  createReading,
  renderLeniently,
  renderStrictly,
  renderText,
  runExpression,
} from "./render.ts";
import type { Compiler, Rendered } from "./render.ts";
import { evaluateStoredFiles } from "./stored-files.ts";
import { findStored } from "./stored-objects.ts";
import { evaluateVariables, evaluateWord } from "./evaluate-words.ts";
import { decideWhen } from "./when.ts";
import { evaluateData } from "./data.ts";
import { findReused } from "../view/reuse.ts";

export function createArgoEvaluator(_plan: Plan): Evaluator {
  const compiler = createCompiler();
  return {
    evaluate: (expression, scope) => evaluateIn(createReading(scope, compiler), expression, compiler),
    isTransient: isTransientFault,
    findReused,
  };
}

function evaluateIn(reading: Reading, expression: Expression, compiler: Compiler): Evaluated {
  const { dialect, source, form } = expression;
  switch (dialect) {
    case dialects.text:
      return evaluateText(reading, source, form, compiler);
    case dialects.optionalText: {
      const rendered = renderText(source, reading, compiler);
      if (!rendered.ok && rendered.absent) return { ok: true, value: undefined };
      return rendered.ok ? convertText(rendered.text, form) : rendered;
    }
    case dialects.globalText:
      return { ok: true, value: renderLeniently(source, reading, compiler) };
    case dialects.expr:
      return evaluateExpression(reading, source, form, compiler);
    case dialects.optionalExpr: {
      const answer = evaluateExpression(reading, source, form, compiler);
      return answer.ok ? answer : { ok: true, value: undefined };
    }
    case dialects.when: {
      const rendered = renderText(source, reading, compiler);
      return rendered.ok ? decideWhen(rendered.text, reading.scope) : rendered;
    }
    case dialects.ref:
      return form === "file"
        ? evaluateFile(reading, source, compiler)
        : evaluateReference(reading, source, form, compiler);
    case dialects.configMap:
      return evaluateConfigMap(reading, source, form, compiler);
    case dialects.word:
      return evaluateWord(reading, source, compiler);
    case dialects.storedFiles:
      return evaluateStoredFiles(reading, source, compiler);
    case dialects.variables:
      return evaluateVariables(reading, source, compiler);
    case dialects.key:
    case dialects.optionalKey: {
      const key = renderText(source, reading, compiler);
      return key.ok
        ? { ok: true, value: { kind: "key", key: key.text, optional: dialect === dialects.optionalKey } }
        : key;
    }
    case dialects.anyRequirement:
    case dialects.allRequirements:
    case dialects.objectFilter:
    case dialects.objectPath: {
      const rendered = renderText(source, reading, compiler);
      return rendered.ok ? evaluateOnObject(reading, dialect, rendered.text) : rendered;
    }
    case dialects.items:
      return evaluateItems(reading, source, compiler);
    case dialects.data:
      return evaluateData(reading, source, compiler);
    case dialects.sequence:
      return evaluateSequence(reading, source, compiler);
    case dialects.metric: {
      const rendered = renderMetric(reading.scope, source, compiler);
      return rendered.ok ? { ok: true, value: rendered.text } : rendered;
    }
    case dialects.message: {
      const rendered = renderStrictly(source, reading, compiler);
      return rendered.ok ? { ok: true, value: rendered.text } : rendered;
    }
    case dialects.metricWhen: {
      const rendered = renderMetric(reading.scope, source, compiler);
      return rendered.ok ? decideWhen(rendered.text, reading.scope) : rendered;
    }
    default:
      return { ok: false, message: `unknown dialect ${dialect}` };
  }
}

/** A text of a metric: unlike elsewhere, a tag that names nothing is an error (Argo, computeMetrics). */
function renderMetric(scope: Scope, source: string, compiler: Compiler): Rendered {
  const rendered = renderText(source, createReading(scope, compiler, true), compiler);
  const left = rendered.ok ? /\{\{[^{}]*\}\}/u.exec(rendered.text) : null;
  return left === null ? rendered : { ok: false, message: `failed to resolve ${left[0]}`, absent: false };
}

function evaluateText(reading: Reading, source: string, form: ExpressionForm, compiler: Compiler): Evaluated {
  const rendered = renderText(source, reading, compiler);
  if (!rendered.ok) return rendered;
  if (form === "text") return { ok: true, value: rendered.text };
  const answer = convertText(rendered.text, form);
  // The value alone does not tell a user which field of the document it came from.
  return answer.ok || rendered.text === source
    ? answer
    : { ...answer, message: `${answer.message} (from ${source})` };
}

function evaluateExpression(
  reading: Reading,
  source: string,
  form: ExpressionForm,
  compiler: Compiler,
): Evaluated {
  let text = source;
  if (source.includes("{{")) {
    const rendered = renderText(source, reading, compiler);
    if (!rendered.ok) return rendered;
    text = rendered.text;
  }
  const parsed = compiler.expression(text);
  if (!parsed.ok)
    return {
      ok: false,
      message: `expression ${JSON.stringify(text)} cannot be read: ${parsed.error.message}`,
      text,
    };
  const node = parsed.value;
  const trace: Trace = { absent: undefined };
  const outcome = runExpression(reading, trace, (environment, context) =>
    evaluateExpr(node, environment, context),
  );
  const more = trace.absent === undefined ? "" : ` (${trace.absent} is an absent optional output)`;
  if (!outcome.ok)
    return { ok: false, message: `unable to evaluate expression '${text}': ${outcome.message}${more}`, text };
  if (outcome.value === null && form !== "boolean") {
    return { ok: false, message: `expression '${text}' has no value${more}`, text };
  }
  try {
    return { ...convertValue(outcome.value, form), text };
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    return { ok: false, message: error.message, text };
  }
}

/** One reference; braces around it are optional. An absent source has no value. */
function evaluateReference(
  reading: Reading,
  source: string,
  form: ExpressionForm,
  compiler: Compiler,
): Evaluated {
  const text = source.includes("{{") ? source : `{{${source}}}`;
  const rendered = renderText(text, reading, compiler);
  if (rendered.ok) return convertText(rendered.text, form);
  return rendered.absent
    ? { ok: true, value: undefined }
    : { ok: false, message: `Unable to resolve: ${text}` };
}

/** A reference to an artifact; what follows on a second line is a path inside it. */
function evaluateFile(reading: Reading, source: string, compiler: Compiler): Evaluated {
  const lineEnd = source.indexOf("\n");
  const reference = stripBraces(lineEnd === -1 ? source : source.slice(0, lineEnd));
  const name = reference.includes("{{")
    ? renderText(reference, reading, compiler)
    : { ok: true as const, text: reference };
  if (!name.ok) return name;
  const answer = readFile(reading.scope, name.text);
  if (answer.kind === "unknown") return { ok: false, message: `Unable to resolve: {{${name.text}}}` };
  if (answer.kind === "absent") return { ok: true, value: undefined };
  if (lineEnd === -1) return { ok: true, value: answer.file };
  const subPath = renderText(source.slice(lineEnd + 1), reading, compiler);
  if (!subPath.ok) return subPath;
  const part = takeSubPath(answer.file, subPath.text);
  return part === undefined
    ? { ok: false, message: `{{${name.text}}} is text, which has no part ${subPath.text}` }
    : { ok: true, value: part };
}

function stripBraces(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith("{{") && trimmed.endsWith("}}") ? trimmed.slice(2, -2).trim() : trimmed;
}

/** A withItems with tags in it: every text of the list is replaced. */
function evaluateItems(reading: Reading, source: string, compiler: Compiler): Evaluated {
  const refusals: Evaluated[] = [];
  const replace = (value: Json): Json => {
    if (typeof value === "string") {
      const rendered = renderText(value, reading, compiler);
      if (rendered.ok) return rendered.text;
      refusals.push(rendered);
      return value;
    }
    if (Array.isArray(value)) return value.map((item: Json) => replace(item));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [replace(key) as string, replace(item)]),
    );
  };
  const items = replace(JSON.parse(source) as Json);
  return refusals[0] ?? { ok: true, value: items };
}

/** A withSequence with a format: Go's printf for each number. */
function evaluateSequence(reading: Reading, source: string, compiler: Compiler): Evaluated {
  const fields = JSON.parse(source) as Readonly<
    Record<"start" | "count" | "end" | "format", string | number | undefined>
  >;
  const numbers: Partial<Record<"start" | "count" | "end", number>> = {};
  for (const field of ["start", "count", "end"] as const) {
    const value = fields[field];
    if (value === undefined) continue;
    const answer = evaluateText(reading, String(value), "integer", compiler);
    if (!answer.ok) return answer;
    numbers[field] = answer.value as number;
  }
  const format = renderText(String(fields.format ?? "%d"), reading, compiler);
  if (!format.ok) return format;
  const { start = 0, count, end } = numbers;
  const step = count === undefined && end !== undefined && end < start ? -1 : 1;
  const length = count ?? (end === undefined ? 0 : Math.abs(end - start) + 1);
  if (length > sequenceAtMost)
    return { ok: false, message: `a sequence of ${length} members is longer than ${sequenceAtMost}` };
  return {
    ok: true,
    value: Array.from({ length: Math.max(0, length) }, (_, index) =>
      formatPrintf(format.text, [BigInt(start + step * index)]),
    ),
  };
}

const sequenceAtMost = 1_000_000;

/** A key of a ConfigMap whose name is known only now, or that a caller did not make superfluous. */
function evaluateConfigMap(
  reading: Reading,
  source: string,
  form: ExpressionForm,
  compiler: Compiler,
): Evaluated {
  const fields = JSON.parse(source) as Readonly<Record<"name" | "key" | "default", string | undefined>>;
  const name = renderText(fields.name ?? "", reading, compiler);
  if (!name.ok) return name;
  const key = renderText(fields.key ?? "", reading, compiler);
  if (!key.ok) return key;
  const text = findStored(reading, "configMaps", name.text, key.text) ?? fields.default;
  if (text === undefined)
    return { ok: false, message: `ConfigMap '${name.text}' with the key '${key.text}' is not stored` };
  return evaluateText(reading, text, form, compiler);
}
