/**
 * The real `millrace serve`, killed between the ends of runs and the delivery of their callbacks: every end is told, and
 * under one key. What followed from a run has followed once.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { House } from "../../src/api/house.ts";
import { startProgram } from "../abuse/program.ts";
import type { Program } from "../abuse/program.ts";
import { openReceiver } from "../main/receiver.ts";
import { makeServePlace, type ServePlace } from "./serve-place.ts";

/** Receivers of the tests are on this machine. */
const makePlace = (context: TestContext): ServePlace =>
  makeServePlace(context, ["--network-local", "loopback"]);

const next = `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: next}
spec:
  entrypoint: main
  arguments: {parameters: [{name: payload}]}
  templates: [{name: main, inputs: {parameters: [{name: payload}]}, script: {image: busybox, command: [sh], source: "true"}}]
`;

function makeDocument(url: string): string {
  const callbacks = [
    {
      name: "tell",
      http: { url, body: "{{workflow.name}}" },
      retryStrategy: { limit: 50, backoff: { duration: "50ms", factor: 1 } },
    },
    {
      name: "go",
      workflow: { workflowTemplateRef: { name: "next" }, payload: '{"id": "{{workflow.name}}"}' },
    },
  ];
  return JSON.stringify({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { generateName: "job-", annotations: { "millrace/callbacks": JSON.stringify(callbacks) } },
    spec: {
      entrypoint: "main",
      templates: [{ name: "main", script: { image: "busybox", command: ["sh"], source: "true" } }],
    },
  });
}

test("`millrace run` killed before its callback has arrived: the next command delivers it, under the same key", async (context) => {
  const receiver = await openReceiver(context, (number) => (number === 0 ? undefined : 200));
  const { folder, house, running } = makePlace(context);
  const document = JSON.parse(makeDocument(receiver.url)) as {
    metadata: { annotations: Record<string, string> };
  };
  const [tell] = JSON.parse(
    document.metadata.annotations["millrace/callbacks"] ?? "[]",
  ) as readonly unknown[];
  document.metadata.annotations["millrace/callbacks"] = JSON.stringify([tell]);
  writeFileSync(join(folder, "job.json"), JSON.stringify(document));
  const words = ["--executor", "process", "--home", "home", "-q"];
  const first = startProgram(["run", "job.json", ...words], { cwd: folder, withinMs: 60_000 });
  running.add(first);
  await receiver.until(1);
  first.child.kill("SIGKILL");
  await first.ended;
  running.delete(first);
  const [row = assert.fail("no run")] = await house.list();
  assert.deepEqual([row.phase, row.owes], ["succeeded", 1]);
  const second = startProgram(["resume", row.name, ...words], { cwd: folder, withinMs: 60_000 });
  running.add(second);
  assert.equal((await second.ended).code, 0);
  running.delete(second);
  assert.equal((await house.find(row.name)).owes, undefined);
  const keys = receiver.arrived.map(({ headers }) => headers["idempotency-key"]);
  assert.deepEqual(keys, [`${row.runId}-0`, `${row.runId}-0`]);
});

/** A server that has ended, for whatever reason, will change nothing any more. */
async function waitForChange(house: House, { child }: Program): Promise<void> {
  assert.deepEqual([child.exitCode, child.signalCode], [null, null], "the server has ended");
  await house.changed(200);
}

test("killed while a receiver does not answer, every end is told and everything follows once", async (context) => {
  // The first one of every kind of trouble: no answer at all, a bad one, and an answer that comes too late to be heard.
  let kill = (): void => undefined;
  const receiver = await openReceiver(context, (number) => {
    if (number === 0 || number === 3) return undefined;
    if (number === 5) {
      kill();
      return 200;
    }
    return number % 4 === 1 ? 503 : 200;
  });
  const { house, serve } = makePlace(context);
  let server = await serve();
  kill = () => server.child.kill("SIGKILL");
  const stored = { file: "next.yaml", mode: "create", kinds: ["WorkflowTemplate"], strict: true } as const;
  await house.definitions.store({ source: next, ...stored });
  const source = makeDocument(receiver.url);
  const names: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    const answer = await house.handOver({ source, file: "job.json", submission: { parameters: {} } });
    names.push(answer.ok ? answer.name : assert.fail(JSON.stringify(answer)));
  }
  await receiver.until(1);
  kill();
  await server.ended;
  for (const count of [4, 6]) {
    server = await serve();
    await receiver.until(count);
    kill();
    await server.ended;
  }
  // Whatever comes from here on is for the last one, which is left alone.
  kill = () => undefined;
  server = await serve();
  for (;;) {
    const rows = await house.list();
    if (rows.length === 6 && rows.every(({ endedAt, owes }) => endedAt !== undefined && owes === undefined))
      break;
    await waitForChange(house, server);
  }
  for (const name of names) {
    const { row, state } = await house.get(name);
    assert.deepEqual(
      state.callbacks.map(({ settled }) => settled?.delivered),
      [true, true],
    );
    const own = receiver.arrived.filter(({ body }) => body === name);
    assert.ok(own.length >= 1, `${name} was told`);
    assert.deepEqual([...new Set(own.map(({ headers }) => headers["idempotency-key"]))], [`${row.runId}-0`]);
  }
  const payloads = await house.payloads();
  assert.deepEqual(payloads.map(({ id }) => id).sort(), [...names].sort());
  assert.deepEqual([...new Set(payloads.map(({ runCount }) => runCount))], [1]);
  server.child.kill("SIGTERM");
  assert.equal((await server.ended).code, 0);
});
