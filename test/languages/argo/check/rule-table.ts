/** Rows of the tables of rules, the parts that they share, and how a row is run. */
import type { Diagnostic } from "../../../../src/base/diagnostic.ts";
import { checkText, writeWorkflow } from "./check-source.ts";

export interface RuleOutcome {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** Diagnostics that lack a position or an excerpt. */
  readonly unplaced: readonly Diagnostic[];
}

export interface Rule {
  readonly name: string;
  readonly templates: string;
  readonly spec?: string;
  /** Error messages, in order; none means that the document is accepted. */
  readonly errors?: readonly string[];
  readonly warnings?: readonly string[];
}

export const LEAF = "- {name: leaf, container: {image: a}}";
export const ECHO =
  "- {name: echo, inputs: {parameters: [{name: m}]}, container: {image: a, args: ['{{inputs.parameters.m}}']}}";
export const OUT =
  "- {name: out, container: {image: a}, outputs: {parameters: [{name: p, valueFrom: {path: /p}}], artifacts: [{name: f, path: /f}]}}";
export const NAME_RULE =
  "name must consist of alpha-numeric characters or '-', and must start with an alpha-numeric character (e.g. My-name1-2, 123-NAME)";
export const PARAMETER_RULE =
  "Parameter/Artifact name must consist of alpha-numeric characters, '_' or '-' e.g. my_param_1, MY-PARAM-1";
export const TYPES =
  "choose one of: container, containerSet, steps, script, resource, dag, suspend, template, template ref";

/** A main template with one group of steps per row. */
export const steps = (...groups: readonly string[]): string =>
  `- name: main\n  steps:\n${groups.map((group) => `  - [${group}]`).join("\n")}`;
/** A main template with one task per row. */
export const dag = (...tasks: readonly string[]): string =>
  `- name: main\n  dag:\n    tasks:\n${tasks.map((task) => `    - ${task}`).join("\n")}`;
/** A main template with the given fields. */
export const main = (body: string): string => `- {name: main, ${body}}`;

/** What is said of a rule's document, in the form of `expectRule`. */
export function runRule(rule: Rule): RuleOutcome {
  const found = checkText(writeWorkflow(rule.templates, rule.spec));
  const list = (severity: string, expected: readonly string[] = []): readonly string[] =>
    found
      .filter((diagnostic) => diagnostic.severity === severity)
      .map(({ message }, index) => shortenMessage(message, expected[index] ?? ""));
  const unplaced = found.filter(({ position, excerpt }) => position === undefined || (excerpt ?? "") === "");
  return { errors: list("error", rule.errors), warnings: list("warning", rule.warnings), unplaced };
}

/** What must be said of a rule's document. */
export function expectRule(rule: Rule): RuleOutcome {
  return { errors: rule.errors ?? [], warnings: rule.warnings ?? [], unplaced: [] };
}

/** A star at the end of an expected message stands for anything. */
function shortenMessage(message: string, expected: string): string {
  return expected.endsWith("*") && message.startsWith(expected.slice(0, -1)) ? expected : message;
}
