/** What `millrace explain` says of a run in which everything stands differently. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { House } from "../../src/api/house.ts";
import { createHouse } from "../../src/main/house.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

const document = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: mixed}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - {name: bad, template: bad}
      - {name: approve, template: wait}
      - {name: later, template: wait, depends: approve && !bad}
      - {name: not-then, template: wait, depends: bad.Succeeded}
      - {name: never, template: wait, when: "false"}
  - name: wait
    suspend: {}
  - name: bad
    steps: [[{name: wrong, template: wait, withParam: "no list"}]]
`;

async function explain(house: House, select?: string): Promise<readonly (readonly string[])[]> {
  const { tasks, more } = house.explain(await house.get("mixed"), select);
  assert.equal(more, 0);
  return tasks.map(({ name, phase, facts }) => [name, phase, ...facts.map(({ code }) => code)]);
}

test("failed, waiting and left out tasks are explained, and those that have not begun", async (context) => {
  const root = makeTemporaryFolder(context);
  const house = createHouse(root);
  const engine = await house.openEngine({ executor: "none" });
  await engine.submit({ source: document, file: "f.yaml", submission: { parameters: {} } });
  assert.equal(await engine.settled("mixed"), "suspended");

  assert.deepEqual(await explain(house), [
    ["bad", "failed", "child-failed"],
    ["wrong", "errored", "ended-badly"],
    ["mixed", "running", "waits-for-children"],
    ["approve", "running", "waits-for-person"],
    ["later", "waiting", "waits-for-needs"],
    ["not-then", "omitted", "left-out"],
    ["never", "skipped", "left-out"],
  ]);
  assert.deepEqual(await explain(house, "later"), [["later", "waiting", "waits-for-needs"]]);
  assert.deepEqual(await explain(house, "mixed.later"), await explain(house, "later"));
  assert.deepEqual(await explain(house, "nobody"), []);

  await engine.command("mixed", { kind: "terminate" });
  assert.equal(await engine.settled("mixed"), "ended");
  assert.deepEqual(
    (await explain(house)).map(([name]) => name),
    ["mixed", "bad", "wrong", "approve", "not-then", "never"],
  );
  await engine.close({ leaveRunning: false });
});
