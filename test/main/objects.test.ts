/** Tasks that act on runs and definitions of the home, with the engine that `run` uses. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { Engine, House } from "../../src/api/house.ts";
import { createHouse } from "../../src/main/house.ts";

interface Opened {
  readonly house: House;
  readonly engine: Engine;
  readonly close: () => Promise<void>;
}

async function openHouse(context: TestContext): Promise<Opened> {
  const root = mkdtempSync(join(tmpdir(), "millrace-objects-"));
  const house = createHouse(root);
  const engine = await house.openEngine({ executor: "process", parallel: 1 });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= engine.close({ leaveRunning: false }));
  context.after(async () => {
    await close();
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  });
  return { house, engine, close };
}

/** Runs steps, one resource template each, to the end; name and phase of the run. */
async function runSteps(engine: Engine, resources: readonly string[]) {
  const steps = resources.map((_, at) => `        - [{name: s${at}, template: t${at}}]\n`).join("");
  const templates = resources.map((text, at) => `    - name: t${at}\n      resource: ${text}\n`).join("");
  const source = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: parent-}
spec:
  entrypoint: main
  templates:
    - name: main
      steps:
${steps}${templates}`;
  const answer = await engine.submit({ source, file: "it.yaml", submission: { parameters: {} } });
  assert.ok(answer.ok);
  await engine.settled(answer.name);
  for (const name of engine.startedBy(answer.name)) await engine.settled(name);
  return { name: answer.name, row: engine.picture(answer.name).row };
}

const child = (name: string, body: string): string =>
  JSON.stringify({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name },
    spec: { entrypoint: "main", templates: [{ name: "main", ...(JSON.parse(body) as object) }] },
  }).replaceAll("'", "''");
const quick = '{"suspend":{"duration":"0s"}}';
const waits = '{"suspend":{}}';
const map = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kept"},"data":{"a":"1"}}`;

test("a run starts another one, waits for it, and takes it along when it is deleted", async (context) => {
  const { house, engine, close } = await openHouse(context);
  const until = "successCondition: status.phase == Succeeded, setOwnerReference: true";
  const { name, row } = await runSteps(engine, [
    `{action: create, ${until}, manifest: '${child("child", quick)}'}`,
    `{action: create, setOwnerReference: true, manifest: '${map}'}`,
    "{action: get, flags: [wf, child], successCondition: metadata.ownerReferences.0.kind == Workflow}",
  ]);
  assert.equal(row.phase, "succeeded", row.message);
  await close();
  const { labels } = await house.find("child");
  assert.deepEqual(labels, { "millrace/parent": name, "millrace/owner": name });
  assert.equal((await house.definitions.list("ConfigMap")).length, 1);
  await house.remove(name);
  assert.deepEqual(await house.list(), []);
  assert.deepEqual(await house.definitions.list("ConfigMap"), []);
});

test("a run that waits is ended and deleted, and its name is free again", async (context) => {
  const { house, engine, close } = await openHouse(context);
  const create = `{action: create, manifest: '${child("child", waits)}'}`;
  const { row } = await runSteps(engine, [create, "{action: delete, flags: [workflow, child]}"]);
  assert.equal(row.phase, "succeeded", row.message);
  assert.throws(() => engine.picture("child"), { code: "run/unknown" });
  const again = await runSteps(engine, [
    create,
    "{action: patch, flags: [wf, child], manifest: '{spec: {shutdown: Stop}}'}",
  ]);
  assert.equal(again.row.phase, "succeeded", again.row.message);
  assert.equal(engine.picture("child").row.phase, "failed");
  await close();
  assert.equal((await house.list()).length, 3);
});

test("what a cluster alone can change of a run is refused in the task's message", async (context) => {
  const { engine } = await openHouse(context);
  const create = `{action: create, manifest: '${child("child", quick)}'}`;
  const change = "{action: patch, flags: [workflow, child], manifest: '{spec: {entrypoint: other}}'}";
  const { row, name } = await runSteps(engine, [create, change]);
  assert.equal(row.phase, "failed");
  const { view, state } = engine.picture(name);
  const messages = Array.from({ length: state.tasks.size }, (_, task) => view.message(state, task));
  assert.ok(messages.some((text) => text.includes("only labels, spec.suspend and spec.shutdown")));
});
