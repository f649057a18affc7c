/** Documents of the flow tests: a workflow named `wf` around the templates of a test, with a few templates that all use. */
import { runDocument } from "../rig.ts";
import type { Ran, RigOptions } from "../rig.ts";

const usualTemplates = `
  - {name: ok, container: {image: x, command: [echo, hi]}}
  - {name: fail, container: {image: x, command: [sh, -c, "exit 1"]}}
  - {name: broken, container: {image: x, command: [echo, broken]}}
  - {name: slow, container: {image: x, command: [sleep, "10"]}}
  - {name: say, inputs: {parameters: [{name: text}]}, container: {image: x, command: [echo, "{{inputs.parameters.text}}"]}}
`;

/**
 * A Workflow `wf` with entrypoint `main`. Known templates: `ok` (1 s), `fail` (1 s, exit 1), `broken` (1 s, its pod is
 * lost: Error), `slow` (10 s), `say` (echoes `text`). `spec` are further lines of the spec, indented by two.
 */
export function workflow(templates: string, spec = ""): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: wf}
spec:
  entrypoint: main
${spec}
  templates:
${usualTemplates}${templates}`;
}

/** Runs `workflow(templates)`. */
export function run(templates: string, options: RigOptions & { readonly spec?: string } = {}): Promise<Ran> {
  const answers = {
    broken: { problem: { kind: "lost", message: "pod deleted" } },
    ...options.answers,
  } as const;
  return runDocument(workflow(templates, options.spec), { ...options, answers });
}

/** `main` made of steps, written as flow YAML: one line for each group. */
export function steps(...groups: readonly string[]): string {
  return `  - name: main\n    steps:\n${groups.map((group) => `    - [${group}]\n`).join("")}`;
}

/** `main` made of tasks, written as flow YAML: one line for each task. */
export function dag(...tasks: readonly string[]): string {
  return `  - name: main\n    dag:\n      tasks:\n${tasks.map((task) => `      - ${task}\n`).join("")}`;
}

/** A step or task in flow YAML: `call("a", "ok", "when: x")`. */
export function call(name: string, template: string, more = ""): string {
  return `{name: ${name}, template: ${template}${more === "" ? "" : `, ${more}`}}`;
}
