/** Rows of the tables of rules, the parts that they share, and how a row becomes a test. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkText, writeWorkflow } from "./check-source.ts";

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

/** Makes a test of every rule. */
export function testRules(rules: readonly Rule[]): void {
  for (const rule of rules) {
    test(rule.name, () => {
      const text = writeWorkflow(rule.templates, rule.spec);
      const found = checkText(text);
      const messages = (severity: string): string[] =>
        found
          .filter((diagnostic) => diagnostic.severity === severity)
          .map((diagnostic) => diagnostic.message);
      assertMessages(messages("error"), rule.errors ?? []);
      assertMessages(messages("warning"), rule.warnings ?? []);
      for (const diagnostic of found) {
        assert.ok(diagnostic.position !== undefined, diagnostic.message);
        assert.ok(diagnostic.excerpt !== undefined && diagnostic.excerpt !== "", diagnostic.message);
      }
    });
  }
}

/** A star at the end of an expected message stands for anything. */
function assertMessages(found: readonly string[], expected: readonly string[]): void {
  const cut = found.map((message, index) => {
    const pattern = expected[index] ?? "";
    return pattern.endsWith("*") && message.startsWith(pattern.slice(0, -1)) ? pattern : message;
  });
  assert.deepEqual(cut, expected);
}
