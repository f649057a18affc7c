/** Locks as another process sees them: from the history, while an engine drives the runs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createHouse } from "../../src/main/house.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

const document = (name: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: ${name}}
spec:
  entrypoint: main
  synchronization: {mutexes: [{name: whole}]}
  templates:
  - name: main
    synchronization: {semaphores: [{database: {key: db}}]}
    suspend: {}
`;

test("runs that wait as a whole stand in their order, also one that is suspended", async (context) => {
  const root = makeTemporaryFolder(context);
  const house = createHouse(root);
  const engine = await house.openEngine({ executor: "none" });
  for (const [name, priority] of Object.entries({ one: 0, two: 0, three: 5, four: 9 })) {
    const source = document(name).replace("spec:", `spec:\n  priority: ${priority}`);
    await engine.submit({ source, file: "f.yaml", submission: { parameters: {} } });
  }
  assert.equal(await engine.settled("one"), "suspended");
  const queue = async (): Promise<readonly string[]> => {
    const row = (await house.locks()).find(({ key }) => key === "default/Mutex/whole");
    return row?.waiting.map(({ run }) => run) ?? [];
  };
  assert.deepEqual(await queue(), ["four", "three", "two"]);
  await engine.command("four", { kind: "suspend" });
  assert.deepEqual(await queue(), ["four", "three", "two"]);
  await engine.close({ leaveRunning: false });
});

test("holders and waiters are read from the history, and a stored limit counts", async (context) => {
  const root = makeTemporaryFolder(context);
  const house = createHouse(root);
  assert.deepEqual(await house.locks(), []);
  await house.setLockLimit("default/Database/db", 2);
  const engine = await house.openEngine({ executor: "none" });
  for (const name of ["one", "two"])
    await engine.submit({ source: document(name), file: "f.yaml", submission: { parameters: {} } });
  assert.equal(await engine.settled("one"), "suspended");
  const rows = await house.locks();
  assert.deepEqual(
    rows.map(({ key, limit, used, holders, waiting }) => [
      key,
      limit,
      used,
      holders.map(({ run, name }) => [run, name]),
      waiting.map(({ run, name }) => [run, name]),
    ]),
    [
      ["default/Database/db", 2, 1, [["one", "one"]], []],
      ["default/Mutex/whole", 1, 1, [["one", undefined]], [["two", undefined]]],
    ],
  );
  const waiting = await house.get("two");
  assert.deepEqual(waiting.view.outcome(waiting.state), {
    phase: "Pending",
    message: "Waiting for default/Mutex/whole lock. Lock status: 0/1",
  });
  const [explained] = house.explain(waiting, "two").tasks;
  assert.deepEqual(explained?.facts, [
    {
      code: "waits-for-lock",
      text: "waits for the lock 'default/Mutex/whole' (1 at once); before it: run one",
    },
  ]);
  await engine.command("one", { kind: "resume" });
  assert.equal(await engine.settled("one"), "ended");
  assert.equal(await engine.settled("two"), "suspended");
  await engine.close({ leaveRunning: false });
});

test("a suspended run that wants a lock waits for a person, and stands in no line until then", async (context) => {
  const root = makeTemporaryFolder(context);
  const house = createHouse(root);
  const engine = await house.openEngine({ executor: "none" });
  const suspended = document("held").replace("  entrypoint", "  suspend: true\n  entrypoint");
  await engine.submit({ source: suspended, file: "f.yaml", submission: { parameters: {} } });
  assert.equal(await engine.settled("held"), "suspended");
  const { row, state, view } = await house.get("held");
  assert.deepEqual([row.phase, view.outcome(state)], ["suspended", { phase: "Pending", message: "" }]);
  const [lock] = await house.locks();
  assert.deepEqual(
    [lock?.holders, lock?.waiting.map(({ run, suspended: asleep }) => [run, asleep])],
    [[], [["held", true]]],
  );
  await engine.command("held", { kind: "resume" });
  // Its own wait for a person is next.
  assert.equal(await engine.settled("held"), "suspended");
  const later = await house.find("held");
  assert.deepEqual(
    [later.phase, later.shownPhase, later.startedAt !== undefined],
    ["suspended", "Running", true],
  );
  await engine.close({ leaveRunning: false });
});

test("whoever submits is warned of a semaphore only when no limit is stored", async (context) => {
  const root = makeTemporaryFolder(context);
  const house = createHouse(root);
  const request = { source: document("one"), file: "f.yaml", submission: { parameters: {} } };
  const rehearse = async (): Promise<readonly string[]> => {
    const answer = await house.rehearse(request);
    return answer.ok ? answer.warnings.map(({ code }) => code) : assert.fail();
  };
  assert.deepEqual(await rehearse(), ["argo/unknown-semaphore-limit"]);
  await house.setLockLimit("default/Database/db", 2);
  assert.deepEqual(await rehearse(), []);
});
