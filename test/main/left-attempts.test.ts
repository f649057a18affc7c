/** What `get` and `explain` say of attempts whose engine is gone, of which the history says that they run. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Engine, House } from "../../src/api/house.ts";
import { openHome } from "../../src/main/home.ts";
import { createHouse } from "../../src/main/house.ts";
import { findLeftAttempts } from "../../src/main/left-attempts.ts";
import type { LeftAttempt } from "../../src/model/run/outlook.ts";
import { run, start } from "../languages/argo-lower/folded-run.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

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
  context.after(() => engine.close({ leaveRunning: false }));
  await engine.submit({ source: document, file: "f.yaml", submission: { parameters: {} } });
  await untilStarted(house, engine);
  const folder = join(root, "runs", "left", "0");
  // The slot makes the record before it begins the command, and the engine may know of the start before both.
  await untilFilled(join(folder, "main.out"));
  return { house, engine, exitFile: join(folder, "exit") };
}

/** Until the history says so; the engine knows a little earlier. */
async function untilStarted(house: House, engine: Engine): Promise<void> {
  for (;;) {
    let stop = (): void => undefined;
    const changed = new Promise<void>((resolve) => {
      stop = engine.watch("left", () => resolve());
    });
    if ((await house.get("left")).state.running.size > 0) return stop();
    await changed;
    stop();
  }
}

/** Its folder is made after the history says that the attempt has begun, so there is nothing yet that could be watched. */
async function untilFilled(file: string): Promise<void> {
  while ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0)
    await new Promise((resolve) => setImmediate(resolve));
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

test("a request that nobody waits for any more is sent again", async (context) => {
  const root = mkdtempSync(join(tmpdir(), "millrace-left-"));
  // It takes what is asked and never answers.
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(async () => {
    server.close();
    await house.command("left", { kind: "terminate" });
    rmSync(root, { recursive: true, force: true });
  });
  const house = createHouse(root);
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const source = document.replace(/container: .*/, `http: {url: "http://127.0.0.1:${address.port}/"}`);
  const engine = await house.openEngine({ executor: "none" });
  const asked = once(server, "connection");
  await engine.submit({ source, file: "f.yaml", submission: { parameters: {} } });
  const [socket] = await asked;
  assert.deepEqual(await explain(house), ["running", "waits-for-response"]);
  await engine.close({ leaveRunning: false });
  socket.destroy();
  assert.deepEqual(await explain(house), ["running", "attempt-unanswered"]);
});

test("while somebody drives the home, only what has ended is told, and no request", (context) => {
  const root = makeTemporaryFolder(context);
  const home = openHome(root);
  const spec = `
    entrypoint: main
    templates:
      - name: main
        container: {image: alpine, command: [sh, -c, "exit 0"]}
`;
  const state = run(spec, [start(0, 0)]);
  assert.deepEqual([...state.running], [0]);
  const folder = join(home.runs, "left", "0");
  mkdirSync(folder, { recursive: true });
  const show = (isDriven: boolean): readonly (readonly [number, string])[] =>
    [...findLeftAttempts(home, "left", state, isDriven)].map(([task, left]) => [task, left.state]);
  const records: readonly (readonly [record: string | undefined, alone: string, driven?: string])[] = [
    [undefined, "not-begun"],
    // Process 1 is no slot: this one is gone.
    ["slot 1\n", "lost"],
    ["slot 1\nend 7 plain\n", "ended", "ended"],
    ['slot 1\nproblem {"kind":"cancelled"}\nend 143 signaled\n', "killed", "killed"],
  ];
  for (const [record, alone, driven] of records) {
    if (record !== undefined) writeFileSync(join(folder, "exit"), record);
    assert.deepEqual(show(false), [[0, alone]], record);
    assert.deepEqual(show(true), driven === undefined ? [] : [[0, driven]], record);
  }
  state.running.clear();
  state.requests.add(0);
  assert.deepEqual([show(false), show(true)], [[[0, "unanswered"]], []]);
});
