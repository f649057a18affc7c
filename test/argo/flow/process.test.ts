/** A few rules of flow with commands that really run, so that the puppet is no fairy tale. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openRealEngine } from "../data/real-engine.ts";
import { call, dag, steps, workflow as named } from "./documents.ts";

const workflow = (templates: string, spec = ""): string =>
  named(templates, spec).replace("metadata: {name: wf}", "metadata: {generateName: wf-}");
const engine = await openRealEngine("process");
const sh = (name: string, program: string, more = ""): string =>
  `  - {name: ${name}, ${more}container: {image: alpine, command: [sh, -c, ${JSON.stringify(program)}]}}\n`;
const phases = (
  nodes: readonly { readonly displayName: string; readonly phase: string }[],
): Readonly<Record<string, string>> =>
  Object.fromEntries(nodes.map(({ displayName, phase }) => [displayName, phase]));

test("a failure fails its group, and a tolerated one does not", async () => {
  const ran = await engine.run(
    workflow(
      steps(call("a", "bad", "continueOn: {failed: true}"), call("b", "bad"), call("c", "good")) +
        sh("bad", "exit 7") +
        sh("good", "true"),
    ),
  );
  assert.equal(ran.phase, "Failed");
  assert.equal(ran.node("b").message, "main: Error (exit code 7)");
  assert.ok(!ran.nodes.some(({ displayName }) => displayName === "c"));
});

test("a retry goes on until an attempt succeeds", async () => {
  const ran = await engine.run(workflow(sh("main", "test {{retries}} = 2", "retryStrategy: {limit: 5}, ")));
  assert.equal(ran.phase, "Succeeded");
  assert.deepEqual(
    ran.nodes.map(({ phase }) => phase),
    ["Succeeded", "Failed", "Failed", "Succeeded"],
  );
});

test("a deadline ends a command, and the exit handler runs", async () => {
  const ran = await engine.run(
    workflow(
      dag(call("a", "long"), call("b", "long", "depends: a.Failed, when: 'false'")) +
        sh("long", "sleep 60", "activeDeadlineSeconds: 1, ") +
        sh("bye", "echo {{workflow.status}}"),
      "  onExit: bye",
    ),
  );
  assert.equal(ran.node("a").message, "Pod was active on the node longer than the specified deadline");
  assert.deepEqual([ran.node("b").phase, ran.log(`${ran.name}.onExit`).trim()], ["Skipped", "Failed"]);
});

test("a stop ends a run that waits", async () => {
  const suspended = await engine.run(
    workflow(
      steps(call("w", "wait"), call("a", "good")) +
        "  - {name: wait, suspend: {}}\n" +
        sh("good", "echo done"),
    ),
  );
  assert.equal(suspended.phase, "Running");
  const stopped = await engine.tell(suspended, { kind: "run.stop", at: Date.now() });
  assert.deepEqual([stopped.phase, stopped.message], ["Failed", "Stopped with strategy 'Stop'"]);
});

test("a loop over the result of a command", async () => {
  const ran = await engine.run(
    workflow(
      steps(
        call("l", "list"),
        call(
          "a",
          "echo",
          'withParam: "{{steps.l.outputs.result}}", arguments: {parameters: [{name: p, value: "{{item}}"}]}',
        ),
      ) +
        sh("list", "echo '[1, 2]'") +
        sh("echo", "exit {{inputs.parameters.p}}", "inputs: {parameters: [{name: p}]}, "),
    ),
  );
  const found = phases(ran.nodes);
  assert.deepEqual([found["a(0:1)"], found["a(1:2)"]], ["Failed", "Failed"]);
  assert.deepEqual([ran.node("a(0:1)").outputs?.exitCode, ran.node("a(1:2)").outputs?.exitCode], ["1", "2"]);
});
