/** Replaces the tags of texts. Texts and expressions are taken apart once and kept for the life of the evaluator. */
import { unreachable } from "../../../base/errors.ts";
import type { Result } from "../../../base/result.ts";
import { createEvalContext, EvalError } from "../../../expressions/context.ts";
import type { EvalContext, ExprSyntaxError } from "../../../expressions/context.ts";
import type { ExprNode } from "../../../expressions/expr/ast.ts";
import { evaluateExpr } from "../../../expressions/expr/evaluate.ts";
import { fetchKey } from "../../../expressions/expr/fetch.ts";
import { parseExpr } from "../../../expressions/expr/parser.ts";
import { listReferences } from "../../../expressions/expr/references.ts";
import { valueToText } from "../../../expressions/go/json.ts";
import { isHost, isMap } from "../../../expressions/value.ts";
import type { Value } from "../../../expressions/value.ts";
import { isExpression } from "../../../model/plan/expression.ts";
import type { Scope } from "../../../model/run/scope.ts";
import { compileText } from "./compile-text.ts";
import type { CompiledText, TextPart } from "./compile-text.ts";
import { createEnvironment } from "./expression-env.ts";
import type { Trace } from "./task-env.ts";
import { compileName } from "./names.ts";
import type { NameReader, Reading } from "./names.ts";

/** Text after its tags are replaced, or why it could not be. */
export type Rendered =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string; readonly absent: boolean };

/** What was taken apart, by source. */
export interface Compiler {
  readonly text: (source: string) => CompiledText;
  readonly expression: (source: string) => Result<ExprNode, ExprSyntaxError>;
}

export function createCompiler(): Compiler {
  return { text: remember(compileText), expression: remember(parseExpr) };
}

function remember<T>(compile: (source: string) => T): (source: string) => T {
  const known = new Map<string, T>();
  return (source) => {
    let compiled = known.get(source);
    if (compiled === undefined) {
      compiled = compile(source);
      known.set(source, compiled);
    }
    return compiled;
  };
}

/** A scope with the means to read it. */
export function createReading(scope: Scope, compiler: Compiler, isMetric = false): Reading {
  const reading: Reading = {
    scope,
    isMetric,
    render: (field) => {
      if (!isExpression(field)) return field;
      const rendered = renderText(field.source, reading, compiler);
      return rendered.ok ? rendered.text : field.source;
    },
  };
  return reading;
}

/** Replaces the tags of a text. */
export function renderText(source: string, reading: Reading, compiler: Compiler): Rendered {
  return renderParts(compiler.text(source), reading);
}

function renderParts(parts: CompiledText, reading: Reading): Rendered {
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") {
      text += part;
      continue;
    }
    const rendered = renderPart(part, reading);
    if (!rendered.ok) return rendered;
    text += rendered.text;
  }
  return { ok: true, text };
}

/** Replaces the tags that can be replaced, and leaves the others as they are written. */
export function renderLeniently(source: string, reading: Reading, compiler: Compiler): string {
  return compiler
    .text(source)
    .map((part) => {
      if (typeof part === "string") return part;
      const rendered = renderPart(part, reading);
      return rendered.ok ? rendered.text : writePart(part);
    })
    .join("");
}

/** Replaces the tags of a text that leaves the house: one that names nothing is refused, and not left as it is written. */
export function renderStrictly(source: string, reading: Reading, compiler: Compiler): Rendered {
  let text = "";
  for (const part of compiler.text(source)) {
    const rendered: Rendered =
      typeof part === "string" ? { ok: true, text: part } : renderPart(part, reading);
    if (!rendered.ok) return rendered;
    if (typeof part !== "string" && rendered.text === writePart(part))
      return { ok: false, message: `failed to resolve ${rendered.text}`, absent: false };
    text += rendered.text;
  }
  return { ok: true, text };
}

/** A part as it stands in the source. */
function writePart(part: TextPart): string {
  if (typeof part === "string") return part;
  return part.kind === "nested" ? `{{${part.parts.map(writePart).join("")}}}` : part.raw;
}

function renderPart(part: Exclude<TextPart, string>, reading: Reading): Rendered {
  switch (part.kind) {
    case "name":
      return renderName(part.name, part.raw, part.read, reading);
    case "expression":
      return renderExpression(part, reading);
    case "nested": {
      const inner = renderParts(part.parts, reading);
      if (!inner.ok) return inner;
      const name = inner.text.trim();
      return renderName(name, `{{${inner.text}}}`, compileName(name), reading);
    }
    default:
      return unreachable(part);
  }
}

function renderName(name: string, raw: string, read: NameReader, reading: Reading): Rendered {
  const answer = read(reading);
  if (typeof answer === "string") return { ok: true, text: answer };
  if ("refusal" in answer) return { ok: false, message: answer.refusal, absent: false };
  switch (answer.missing) {
    case "literal":
      return { ok: true, text: raw };
    case "absent":
      return { ok: false, message: describeAbsent(name), absent: true };
    case "unresolved":
      return { ok: false, message: `failed to resolve {{${name}}}`, absent: false };
    default:
      return unreachable(answer.missing);
  }
}

function describeAbsent(name: string): string {
  return `failed to resolve {{${name}}}: it is an absent optional output, because its producer was skipped or omitted, and nothing stands in for it`;
}

/** Names that exist only at certain moments: a tag that needs one before its moment stays as it is written. */
const lateNames: readonly { readonly path: readonly string[]; readonly exists: (scope: Scope) => boolean }[] =
  [
    { path: ["item"], exists: (scope) => scope.item !== undefined },
    { path: ["retries"], exists: (scope) => scope.attemptNumber !== undefined },
    {
      path: ["lastRetry"],
      exists: (scope) => scope.attemptNumber !== undefined || scope.lastAttempt !== undefined,
    },
  ];

function renderExpression(part: Extract<TextPart, { kind: "expression" }>, reading: Reading): Rendered {
  if (!part.parsed.ok) {
    return {
      ok: false,
      message: `failed to evaluate expression {{=${part.source}}}: ${part.parsed.error.message}`,
      absent: false,
    };
  }
  const node = part.parsed.value;
  const references = listReferences(node);
  const isEarly =
    reading.isMetric !== true &&
    lateNames.some(
      ({ path, exists }) => !exists(reading.scope) && references.some((one) => one[0] === path[0]),
    );
  if (isEarly) return { ok: true, text: part.raw };
  const trace: Trace = { absent: undefined };
  const outcome = runExpression(reading, trace, (environment, context) =>
    evaluateExpr(node, environment, context),
  );
  if (!outcome.ok || outcome.value === null) {
    const isAbsent = trace.absent !== undefined;
    if (!isAbsent && namesUnknown(references, reading)) return { ok: true, text: part.raw };
    const why = outcome.ok ? "the result is nil" : outcome.message;
    const more = trace.absent === undefined ? "" : ` (${trace.absent} is an absent optional output)`;
    return {
      ok: false,
      message: `failed to evaluate expression {{=${part.source}}}: ${why}${more}`,
      absent: isAbsent,
    };
  }
  return { ok: true, text: valueToText(outcome.value) };
}

/**
 * True when something that the expression names does not exist here. Argo leaves such a tag as it is written, so that
 * scripts may hold texts of other template languages; only what is said of steps and tasks must exist
 * (Argo, util/template, expressionReplaceStrict).
 */
function namesUnknown(references: readonly (readonly string[])[], reading: Reading): boolean {
  const environment = createEnvironment(reading, { absent: undefined });
  const unknown = references.filter((path) => !canFind(environment, path));
  return unknown.length > 0 && !unknown.some(([root]) => root === "steps" || root === "tasks");
}

/** A map that refuses a name has an answer of its own, which is better than leaving the tag. */
function canFind(environment: Value, path: readonly string[]): boolean {
  try {
    return isThere(environment, path);
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    return true;
  }
}

function isThere(environment: Value, path: readonly string[]): boolean {
  let value = environment;
  for (const part of path) {
    const member = isHost(value) || isMap(value) ? fetchKey(value, part) : undefined;
    if (member === undefined || member === null) return false;
    value = member;
  }
  return true;
}

export type Outcome =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly message: string };

/** Runs an evaluation in the environment of a scope; only EvalErrors are answers. */
export function runExpression(
  reading: Reading,
  trace: Trace,
  run: (environment: ReturnType<typeof createEnvironment>, context: EvalContext) => Value,
): Outcome {
  const { scope } = reading;
  const context = createEvalContext(scope.run.at, () => scope.random());
  try {
    return { ok: true, value: run(createEnvironment(reading, trace), context) };
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    return { ok: false, message: error.message };
  }
}
