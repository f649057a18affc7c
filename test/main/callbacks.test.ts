/** Callbacks and chaining with the real engine, its files, and a real receiver. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { Engine, House, SubmitRequest } from "../../src/api/house.ts";
import { createHouse } from "../../src/main/house.ts";
import { openReceiver } from "./receiver.ts";
import "../stores/given-key.ts";

function makeHouse(context: TestContext): House {
  const root = mkdtempSync(join(tmpdir(), "millrace-callbacks-"));
  context.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  return createHouse(root);
}

interface Wishes {
  readonly callbacks?: readonly unknown[];
  readonly script?: string;
  readonly payload?: unknown;
  readonly force?: boolean;
  readonly documents?: string;
  readonly spec?: string;
}

function request({
  callbacks = [],
  script = "true",
  payload,
  force,
  documents = "",
  spec = "",
}: Wishes): SubmitRequest {
  return {
    source: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  generateName: job-
  annotations:
    millrace/callbacks: '${JSON.stringify(callbacks)}'
spec:
  entrypoint: main
  ${spec}
  arguments: {parameters: [{name: payload, value: "{}"}]}
  templates: [{name: main, script: {image: busybox, command: [sh], source: "${script}"}}]
${documents}`,
    file: "job.yaml",
    submission: { parameters: {}, ...(payload === undefined ? {} : { payload: JSON.stringify(payload) }) },
    ...(force === undefined ? {} : { force }),
  };
}

async function withEngine<T>(house: House, act: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await house.openEngine({ executor: "process", parallel: 1 });
  try {
    return await act(engine);
  } finally {
    await engine.close({ leaveRunning: false });
  }
}

async function start(
  engine: Engine,
  wishes: Wishes,
): Promise<{ readonly name: string; readonly joined?: string }> {
  const answer = await engine.submit(request(wishes));
  if (!answer.ok) throw new Error(JSON.stringify(answer.diagnostics));
  return answer;
}

/** Submits, and waits for the end and for the callbacks. */
async function finish(engine: Engine, wishes: Wishes): Promise<string> {
  const { name } = await start(engine, wishes);
  assert.equal(await engine.settled(name), "ended");
  await engine.calledBack(name);
  return name;
}

const atOnce = { backoff: { duration: "0" } };

describe("a callback", () => {
  test("is repeated until it has arrived, always the same, with secrets that nobody else sees", async (context) => {
    const receiver = await openReceiver(context, (number) => (number < 2 ? 503 : 204));
    const house = makeHouse(context);
    const headers = [{ name: "Authorization", valueFrom: { secretKeyRef: { name: "hooks", key: "token" } } }];
    const callbacks = [
      { name: "tell", http: { url: `${receiver.url}/{{workflow.name}}`, headers }, retryStrategy: atOnce },
    ];
    const documents =
      "---\napiVersion: v1\nkind: Secret\nmetadata: {name: hooks}\nstringData: {token: open-sesame}\n";
    const name = await withEngine(house, (engine) => finish(engine, { callbacks, documents }));
    const { arrived } = receiver;
    assert.equal(arrived.length, 3);
    assert.equal(new Set(arrived.map((one) => JSON.stringify([one.path, one.body, one.headers]))).size, 1);
    assert.equal(arrived[0]?.path, `/${name}`);
    assert.equal(arrived[0]?.headers["authorization"], "open-sesame");
    const { row, state } = await house.get(name);
    assert.equal(arrived[0]?.headers["idempotency-key"], `${row.runId}-0`);
    assert.equal(row.owes, undefined);
    assert.equal(state.callbacks[0]?.settled?.delivered, true);
    assert.equal(readFileSync(join(house.home, "history.db")).includes("open-sesame"), false);
  });

  test("that nobody takes is given up, and the run has ended as it has", async (context) => {
    const receiver = await openReceiver(context, () => 500);
    const house = makeHouse(context);
    const callbacks = [{ name: "tell", http: { url: receiver.url }, retryStrategy: { ...atOnce, limit: 2 } }];
    const name = await withEngine(house, (engine) => finish(engine, { callbacks }));
    const { row, state } = await house.get(name);
    assert.equal(receiver.arrived.length, 3);
    assert.equal(row.phase, "succeeded");
    assert.equal(state.callbacks[0]?.message, "the receiver answered 500; tried 3 times");
  });

  test("is owed when the engine ends before it has arrived, and delivered by the next one under the same key", async (context) => {
    const receiver = await openReceiver(context, (number) => (number === 0 ? undefined : 200));
    const house = makeHouse(context);
    const callbacks = [{ name: "tell", http: { url: receiver.url } }];
    const name = await withEngine(house, async (engine) => {
      const started = await start(engine, { callbacks });
      await engine.settled(started.name);
      await receiver.until(1);
      assert.equal(engine.owes(started.name), 1);
      return started.name;
    });
    assert.equal((await house.find(name)).owes, 1);
    await withEngine(house, async (engine) => {
      assert.deepEqual(await engine.adoptOwing(), [name]);
      await engine.calledBack(name);
    });
    const keys = receiver.arrived.map(({ headers }) => headers["idempotency-key"]);
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    assert.equal((await house.find(name)).owes, undefined);
    await withEngine(house, async (engine) => assert.deepEqual(await engine.adoptOwing(), []));
  });

  test("keeps a run from expiring, and not from being deleted by a person", async (context) => {
    const receiver = await openReceiver(context, () => undefined);
    const house = makeHouse(context);
    const callbacks = [{ name: "tell", http: { url: receiver.url } }];
    const spec = "ttlStrategy: {secondsAfterCompletion: 0}";
    await withEngine(house, async (engine) => {
      const { name } = await start(engine, { callbacks, spec });
      await engine.settled(name);
      assert.deepEqual((await engine.expire(Date.now() + 60_000, [])).deleted, []);
      await receiver.until(1);
      await house.remove(name);
    });
    assert.deepEqual(await house.list(), []);
  });

  test("is made again for the next end of a run that is retried", async (context) => {
    const receiver = await openReceiver(context);
    const house = makeHouse(context);
    const callbacks = [{ name: "tell", http: { url: receiver.url, body: "{{workflow.status}}" } }];
    await withEngine(house, async (engine) => {
      const name = await finish(engine, { callbacks, script: "exit 1" });
      await engine.command(name, { kind: "retry", restartSuccessful: false, parameters: {} });
      await engine.settled(name);
      await engine.calledBack(name);
    });
    assert.deepEqual(
      receiver.arrived.map(({ body, headers }) => [body, String(headers["idempotency-key"]).slice(-2)]),
      [
        ["Failed", "-0"],
        ["Failed", "-1"],
      ],
    );
  });
});

const next = `---
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: next}
spec:
  entrypoint: main
  arguments: {parameters: [{name: payload}]}
  templates: [{name: main, inputs: {parameters: [{name: payload}]}, script: {image: busybox, command: [sh], source: "true"}}]
`;

describe("the next workflow", () => {
  const chain = (payload: string): readonly unknown[] => [
    {
      name: "go",
      when: ["Succeeded"],
      workflow: { workflowTemplateRef: { name: "next" }, payload },
      retryStrategy: atOnce,
    },
  ];

  test("starts with its payload, and the same payload is not run twice", async (context) => {
    const house = makeHouse(context);
    const callbacks = chain('{"id": "scene"}');
    await withEngine(house, async (engine) => {
      const first = await finish(engine, { callbacks, documents: next });
      const [started = ""] = engine.startedBy(first);
      await engine.settled(started);
      const second = await finish(engine, { callbacks, documents: next });
      assert.equal(engine.picture(second).state.callbacks[0]?.message, `answered by ${started}`);
    });
    const [payload] = await house.payloads();
    assert.deepEqual(
      [payload?.id, payload?.workflow, payload?.runCount],
      ["scene", "workflow-template/next", 1],
    );
    const found = await house.payload("scene");
    assert.deepEqual(found.value, { id: "scene" });
    assert.equal(found.run.phase, "succeeded");
  });

  for (const [what, payload, documents, message] of [
    ["there is none of that name", "{}", "", /not found/],
    ["its payload is not JSON", "{", next, /not JSON/],
  ] as const)
    test(`does not start when ${what}, and that is said at once`, async (context) => {
      const house = makeHouse(context);
      const name = await withEngine(house, (engine) =>
        finish(engine, { callbacks: chain(payload), documents }),
      );
      const { state } = await house.get(name);
      assert.match(state.callbacks[0]?.message ?? "", message);
      assert.equal(state.callbacks[0]?.settled?.delivered, false);
    });
});

describe("a payload that is submitted again", () => {
  test("joins its run while that is under way", async (context) => {
    const house = makeHouse(context);
    await withEngine(house, async (engine) => {
      const spec = "suspend: true";
      const first = await start(engine, { payload: { a: 1, b: [2] }, spec });
      const second = await start(engine, { payload: { b: [2], a: 1 }, spec, force: true });
      const other = await start(engine, { payload: { a: 1, b: [3] }, spec });
      assert.equal(first.joined, undefined);
      assert.deepEqual([second.name, second.joined], [first.name, "under-way"]);
      assert.notEqual(other.name, first.name);
      assert.equal(await engine.settled(first.name), "suspended");
    });
    // Also when nobody drives it.
    await withEngine(house, async (engine) => {
      const third = await start(engine, { payload: { a: 1, b: [2] }, spec: "suspend: true" });
      assert.equal(third.joined, "under-way");
    });
  });

  test("is one run however many submit it at once", async (context) => {
    const house = makeHouse(context);
    await withEngine(house, async (engine) => {
      const all = [1, 2, 3, 4, 5].map((n) => start(engine, { payload: { id: "p" }, force: n % 2 === 0 }));
      const answers = await Promise.all(all);
      assert.equal(new Set(answers.map(({ name }) => name)).size, 1);
      assert.equal(answers.filter(({ joined }) => joined === undefined).length, 1);
    });
    assert.equal((await house.payload("p")).runCount, 1);
  });

  test("is answered by a run that has succeeded, unless it is forced", async (context) => {
    const house = makeHouse(context);
    await withEngine(house, async (engine) => {
      const first = await finish(engine, { payload: { id: "p" } });
      const second = await start(engine, { payload: { id: "p" } });
      assert.deepEqual([second.name, second.joined], [first, "succeeded"]);
      const third = await start(engine, { payload: { id: "p" }, force: true });
      assert.equal(third.joined, undefined);
      await engine.settled(third.name);
    });
    await withEngine(house, async (engine) => {
      assert.equal((await start(engine, { payload: { id: "p" } })).joined, "succeeded");
    });
    assert.equal((await house.payload("p")).runs.length, 2);
  });

  test("runs again after a failure", async (context) => {
    const house = makeHouse(context);
    await withEngine(house, async (engine) => {
      const first = await finish(engine, { payload: { id: "p" }, script: "exit 1" });
      const second = await start(engine, { payload: { id: "p" }, script: "exit 1" });
      assert.notEqual(second.name, first);
      assert.equal(second.joined, undefined);
      await engine.settled(second.name);
    });
    assert.equal((await house.payload("p")).run.phase, "failed");
    await assert.rejects(house.payload("q"), { code: "payload/unknown" });
  });
});
