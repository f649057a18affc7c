/** A new run that takes over what succeeded in an earlier one (Argo, FormulateResubmitWorkflow, memoized). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { argoView } from "../../../src/languages/argo/view/argo-view.ts";
import { hashName } from "../../../src/languages/argo/view/node-names.ts";
import type { Ran, RigOptions } from "../rig.ts";
import { call, dag, run, steps } from "./documents.ts";
import { describeRan } from "./rule.ts";

const once = [{ exit: 1 }, { exit: 0 }] as const;

async function runTwice(
  templates: string,
  first: RigOptions,
  second: RigOptions & { readonly spec?: string } = {},
): Promise<Ran> {
  const before = await run(templates, { ...second, ...first });
  const facts = JSON.parse(JSON.stringify(argoView.reusable?.(before.state) ?? {})) as NonNullable<
    RigOptions["facts"]
  >;
  return run(templates, { ...second, facts });
}

test("pods that succeeded are skipped, and those that failed run", async () => {
  const ran = await runTwice(dag(call("a", "ok"), call("b", "ok", "depends: a")), {
    answers: { b: { exit: 1 } },
  });
  assert.deepEqual(describeRan(ran), [
    "Succeeded",
    "DAG Succeeded",
    `.a Skipped Skipped original pod: wf-${hashName("wf.a")}`,
    ".b Pod Succeeded",
    "started .b@0",
  ]);
});

test("results and parameters of skipped pods reach those that run", async () => {
  const give =
    '  - {name: give, outputs: {parameters: [{name: p, valueFrom: {path: /p}}]}, container: {image: x, command: [sh, -c, "echo v > /p; echo r"]}}\n';
  const ran = await runTwice(
    steps(
      call("a", "give"),
      call(
        "b",
        "say",
        'arguments: {parameters: [{name: text, value: "{{steps.a.outputs.parameters.p}} {{steps.a.outputs.result}}"}]}',
      ),
    ) + give,
    { answers: { b: { exit: 1 } } },
  );
  assert.equal(ran.phase, "Succeeded");
  assert.deepEqual(ran.started, ["[1].b"]);
  assert.equal(ran.program("[1].b"), "echo v r");
});

test("members of a loop are taken over one by one", async () => {
  const ran = await runTwice(steps(call("a", "ok", "withItems: [u, v]")), {
    answers: { "a(0:u)": { exit: 1 } },
  });
  assert.deepEqual(ran.started, ["[0].a(0:u)"]);
});

test("a template with retries is taken over as a whole", async () => {
  const r = "  - {name: r, retryStrategy: {limit: 1}, container: {image: x, command: [echo]}}\n";
  const ran = await runTwice(dag(call("a", "r"), call("b", "ok", "depends: a")) + r, {
    answers: { a: once, b: { exit: 1 } },
  });
  assert.deepEqual(ran.started, [".b"]);
  assert.equal(ran.node(".a").message, `original pod: wf-${hashName("wf.a(1)")}`);
});

test("exit handlers and hooks run again, hooks of skipped pods do not", async () => {
  const ran = await runTwice(
    dag(
      call("a", "ok", "hooks: {exit: {template: ok}}"),
      call("b", "ok", "depends: a, hooks: {exit: {template: ok}}"),
    ),
    { answers: { b: { exit: 1 } } },
    { spec: "  onExit: ok" },
  );
  assert.deepEqual(ran.started, [".b", ".b.onExit", ".onExit"]);
});

test("outputs that are published for the run are published again", async () => {
  const give =
    '  - {name: give, outputs: {parameters: [{name: p, globalName: g, valueFrom: {path: /p}}]}, container: {image: x, command: [sh, -c, "echo v > /p"]}}\n';
  const ran = await runTwice(
    steps(
      call("a", "give"),
      call("b", "say", 'arguments: {parameters: [{name: text, value: "{{workflow.outputs.parameters.g}}"}]}'),
    ) + give,
    { answers: { b: { exit: 1 } } },
  );
  assert.equal(ran.program("[1].b"), "echo v");
});
