/** The row of a run in lists says the same as the run itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createHouse } from "../../src/main/house.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

const document = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: waits}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - {name: short, template: wait, arguments: {parameters: [{name: for, value: "0"}]}, withSequence: {count: "3"}}
      - {name: never, template: wait, arguments: {parameters: [{name: for, value: "0"}]}, when: "false"}
    - - {name: approve, template: person}
  - name: wait
    inputs: {parameters: [{name: for}]}
    suspend: {duration: "{{inputs.parameters.for}}"}
  - name: person
    suspend: {}
`;

test("progress counts in the words of the document's language, before the end and after", async (context) => {
  const root = makeTemporaryFolder(context);
  const house = createHouse(root);
  const engine = await house.openEngine({ executor: "none" });
  const progress = async (): Promise<readonly unknown[]> => {
    const [row] = await house.list();
    const { view, state } = await house.get("waits");
    return [{ done: row?.done, total: row?.total }, view.progress?.(state)];
  };
  await engine.submit({ source: document, file: "f.yaml", submission: { parameters: {} } });
  assert.equal(await engine.settled("waits"), "suspended");
  assert.deepEqual(await progress(), [
    { done: 3, total: 4 },
    { done: 3, total: 4 },
  ]);
  await engine.command("waits", { kind: "resume" });
  assert.equal(await engine.settled("waits"), "ended");
  assert.deepEqual(await progress(), [
    { done: 4, total: 4 },
    { done: 4, total: 4 },
  ]);
  await engine.close({ leaveRunning: false });
});

test("the row of a run that rests comes up to it, although nothing happens any more", async (context) => {
  const root = makeTemporaryFolder(context);
  const house = createHouse(root);
  const engine = await house.openEngine({ executor: "none" });
  const wait = (time: string): string =>
    `{name: w${time}, template: wait, arguments: {parameters: [{name: for, value: ${time}}]}}`;
  const source = document.replace(
    "{name: approve, template: person}",
    `${wait("50ms")}\n    - - ${wait("1h")}`,
  );
  await engine.submit({ source, file: "f.yaml", submission: { parameters: {} } });
  const readDone = async (): Promise<number | undefined> => (await house.list())[0]?.done;
  while ((await readDone()) !== 4) await house.changed(100);
  const { view, state } = await house.get("waits");
  assert.deepEqual(view.progress?.(state), { done: 4, total: 5 });
  await engine.close({ leaveRunning: false });
});
