/**
 * `when` and `stopStrategy` of a CronWorkflow (Argo workflow/cron/operator.go, evalWhen and checkStopingCondition).
 * `when` is a text with tags, decided by govaluate; the stop expression is expr. Both see `cronworkflow.*` and no run.
 *
 * Argo fills the annotations from the labels and cannot print numbers in plain tags; both are mistakes that nothing
 * can rest on, so annotations are annotations here, and numbers are printed.
 */
import { err, ok } from "../../../base/result.ts";
import type { Result } from "../../../base/result.ts";
import { argoFunctions } from "../../../expressions/argo-functions.ts";
import { createEvalContext, EvalError } from "../../../expressions/context.ts";
import { evaluateExpr } from "../../../expressions/expr/evaluate.ts";
import { parseExpr } from "../../../expressions/expr/parser.ts";
import { fromUnixMs } from "../../../expressions/go/civil.ts";
import { formatValue } from "../../../expressions/go/format-value.ts";
import { valueToText, writeJson } from "../../../expressions/go/json.ts";
import { evaluateWhen, parseWhen } from "../../../expressions/govaluate/when.ts";
import { parseTemplate, renderTemplate } from "../../../expressions/template/template.ts";
import { createMap } from "../../../expressions/value.ts";
import type { Value, ValueMap } from "../../../expressions/value.ts";
import type { ScheduleConditions, ScheduleFacts } from "../../../model/schedule/schedule.ts";
import type { CronWorkflow } from "../read/types.ts";

/** The conditions of one definition; `random` is for the functions of sprig that roll dice. */
export function createCronConditions(cron: CronWorkflow, random: () => number): ScheduleConditions {
  const name = cron.metadata?.name ?? "";
  return {
    decideStart: (when, facts) => {
      const decided = decideWhen(when, readEnvironment(cron, facts), facts.at, random);
      return decided.ok ? decided : err(`run policy error: ${decided.error}`);
    },
    decideStop: (expression, facts) => {
      const decided = decideStop(expression, readEnvironment(cron, facts), facts.at, random);
      if (decided.ok) return decided;
      const what = "failed to evaluate stop expression";
      return err(`failed to check CronWorkflow '${name}' stopping condition: ${what}: ${decided.error}`);
    },
  };
}

function readEnvironment(cron: CronWorkflow, facts: ScheduleFacts): ValueMap {
  const { name = "", namespace = "default", labels = {}, annotations = {} } = cron.metadata ?? {};
  const { lastScheduledAt } = facts;
  const cronworkflow = createMap([
    ["name", name],
    ["namespace", namespace],
    ["labels", writeTexts(labels)],
    ["annotations", writeTexts(annotations)],
    ["failed", BigInt(facts.failed)],
    ["succeeded", BigInt(facts.succeeded)],
    ["lastScheduledTime", lastScheduledAt === undefined ? null : fromUnixMs(lastScheduledAt)],
  ]);
  return new Map<string, Value>([...argoFunctions, ["cronworkflow", cronworkflow]]);
}

/** Texts by name; `json` is all of them at once, as in Argo. */
function writeTexts(texts: Readonly<Record<string, string>>): ValueMap {
  const entries = Object.entries(texts);
  return createMap([["json", writeJson(createMap(entries))], ...entries]);
}

function decideWhen(
  when: string,
  environment: ValueMap,
  at: number,
  random: () => number,
): Result<boolean, string> {
  const rendered = renderTemplate<string>(parseTemplate(when), (tag) => {
    if (tag.kind === "name") return ok(findName(environment, tag.name));
    if (!tag.parsed.ok) return err(`failed to evaluate expression: ${tag.parsed.error.message}`);
    const node = tag.parsed.value;
    const value = catchRefusal(() => evaluateExpr(node, environment, createEvalContext(at, random)));
    if (!value.ok) return err(`failed to evaluate expression: ${value.error}`);
    return value.value === null ? err("failed to evaluate expression: nil") : ok(valueToText(value.value));
  });
  if (!rendered.ok) return rendered;
  const parsed = parseWhen(rendered.value);
  if (!parsed.ok) return err(parsed.error.message);
  return catchRefusal(() => evaluateWhen(parsed.value, createEvalContext(at, random)));
}

function decideStop(
  expression: string,
  environment: ValueMap,
  at: number,
  random: () => number,
): Result<boolean, string> {
  const parsed = parseExpr(expression);
  if (!parsed.ok) return err(parsed.error.message);
  const value = catchRefusal(() => evaluateExpr(parsed.value, environment, createEvalContext(at, random)));
  if (!value.ok) return value;
  if (typeof value.value === "boolean") return ok(value.value);
  return err(`unable to cast expression result '${formatValue(value.value)}' to bool`);
}

/** `cronworkflow.failed` of a plain tag; undefined leaves the tag as it is written. */
function findName(environment: ValueMap, name: string): string | undefined {
  const [root, field = "", ...more] = name.split(".");
  const fields = environment.get("cronworkflow");
  if (root !== "cronworkflow" || !(fields instanceof Map)) return undefined;
  const value: Value | undefined = fields.get(field);
  const inner = more.length === 0 || !(value instanceof Map) ? value : value.get(more.join("."));
  if (inner === undefined || (more.length > 0 && inner === value)) return undefined;
  return inner === null ? "nil" : valueToText(inner);
}

function catchRefusal<T>(evaluate: () => T): Result<T, string> {
  try {
    return ok(evaluate());
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    return err(error.message);
  }
}
