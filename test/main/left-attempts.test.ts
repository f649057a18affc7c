/** What `get` and `explain` say of attempts whose engine is gone, of which the history says that they run. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Engine, House } from "../../src/api/house.ts";
import { createHouse } from "../../src/main/house.ts";
import type { LeftAttempt } from "../../src/model/run/outlook.ts";

const document = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: left}
spec:
  entrypoint: main
  templates:
  - name: main
    container: {image: alpine, command: [sh, -c, "echo up; exec sleep 1000"]}
`;

/** A run whose only attempt is under way. */
async function begin(context: TestContext): Promise<{ house: House; engine: Engine; exitFile: string }> {
  const root = mkdtempSync(join(tmpdir(), "millrace-left-"));
  const house = createHouse(root);
  context.after(async () => {
    await house.command("left", { kind: "terminate" });
    rmSync(root, { recursive: true, force: true });
  });
  const engine = await house.openEngine({ executor: "process" });
  await engine.submit({ source: document, file: "f.yaml", submission: { parameters: {} } });
  await untilStarted(engine);
  const folder = join(root, "runs", "left", "0");
  // The slot makes the record before it begins the command, and the engine may know of the start before both.
  await untilFilled(folder, "main.out");
  return { house, engine, exitFile: join(folder, "exit") };
}

function untilStarted(engine: Engine): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (engine.picture("left").state.running.size > 0) resolve();
    };
    engine.watch("left", look);
    look();
  });
}

function untilFilled(folder: string, name: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if ((statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0) === 0) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(folder, look);
    look();
  });
}

async function find(house: House): Promise<LeftAttempt | undefined> {
  return (await house.get("left")).outlook?.left?.get(0);
}

async function explain(house: House): Promise<readonly string[]> {
  const [task] = house.explain(await house.get("left")).tasks;
  return task === undefined ? [] : [task.phase, ...task.facts.map(({ code }) => code)];
}

test("an attempt that was killed with its engine does not run, and begins anew", async (context) => {
  const { house, engine } = await begin(context);
  assert.equal(await find(house), undefined, "while it is driven there is nothing to tell");
  assert.deepEqual(await explain(house), ["running", "attempt-runs"]);
  await engine.close({ leaveRunning: false });
  const left = await find(house);
  assert.equal(left?.state, "killed");
  assert.match(left.says, /^was killed at .*Z, when the engine was ended; it begins anew/);
  assert.deepEqual(await explain(house), ["interrupted", "attempt-killed"]);
  const picture = await house.get("left");
  const nodes = Object.values(picture.view.status(picture.state, picture.outlook)["nodes"] ?? {});
  assert.deepEqual(
    nodes.map(({ phase, message }) => [phase, message]),
    [["Running", left.says]],
  );
});

test("one that outlives its engine goes on, or has ended, or is lost", async (context) => {
  const { house, engine, exitFile } = await begin(context);
  await engine.close({ leaveRunning: true });
  assert.equal((await find(house))?.state, "alone");
  assert.deepEqual(await explain(house), ["running", "attempt-alone"]);
  // What the slots of two other attempts would have left behind; process 1 is none.
  writeFileSync(exitFile, "slot 1\n");
  assert.deepEqual(await explain(house), ["running", "attempt-lost"]);
  writeFileSync(exitFile, "slot 1\nend 7 plain\n");
  assert.equal((await find(house))?.state, "ended");
  rmSync(exitFile);
  assert.equal((await find(house))?.state, "not-begun");
});
