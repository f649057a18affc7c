/** Kept results (Argo, docs/memoization.md; workflow/controller/operator.go, handleMemoization). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryMemos } from "../../../src/stores/memory/memory-memos.ts";
import { runDocument, runTogether } from "../rig.ts";
import type { Ran } from "../rig.ts";
import { call, dag, run, steps, workflow } from "./documents.ts";

const memoize = (key: string, more = ""): string =>
  `memoize: {key: "${key}", ${more}cache: {configMap: {name: c}}}`;
const parameter = "inputs: {parameters: [{name: text}]}";
const pass = (text: string): string => `arguments: {parameters: [{name: text, value: "${text}"}]}`;
const body = (more = ""): string =>
  `  - {name: m, ${parameter}, ${memoize("{{inputs.parameters.text}}")}, ${more}container: {image: x, command: [echo]}, outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}}\n`;

const hits = (ran: Ran): readonly string[] =>
  ran.nodes
    .filter(({ memoizationStatus }) => memoizationStatus !== undefined)
    .map(({ displayName, type, phase, memoizationStatus: memo }) =>
      [displayName, type, phase, memo?.hit, memo?.key, memo?.cacheName].join(" "),
    );
const answer = { m: { parameters: { o: "made" } } };

test("a call with a key that is known takes the result; another key makes its own", async () => {
  const ran = await run(
    `${steps(call("a", "m", pass("k")), `${call("b", "m", pass("k"))}, ${call("d", "m", pass("l"))}`)}${body()}`,
    { answers: answer },
  );
  assert.equal(ran.phase, "Succeeded");
  assert.deepEqual(hits(ran), [
    "a Pod Succeeded false k c",
    "b Pod Succeeded true k c",
    "d Pod Succeeded false l c",
  ]);
  assert.deepEqual(ran.started, ["[0].a", "[1].d"]);
  assert.deepEqual(ran.node("b").outputs, ran.node("a").outputs);
});

test("a later run takes the result, with what it publishes and its exit code", async () => {
  const memos = createMemoryMemos();
  const document = workflow(
    `${steps(call("a", "m", pass("k")))}${body()}`.replace("name: o, ", "name: o, globalName: g, "),
  );
  const first = await runDocument(document, { memos, answers: answer });
  const second = await runDocument(document, { memos, answers: { m: { parameters: { o: "never" } } } });
  assert.deepEqual([first.started.length, second.started.length], [1, 0]);
  assert.deepEqual(second.node("a").outputs, first.node("a").outputs);
  assert.equal(second.node("a").outputs?.exitCode, "0");
  assert.deepEqual(second.status["outputs"], first.status["outputs"]);
});

test("a result that is older than maxAge is made again, and kept anew", async () => {
  const memos = createMemoryMemos();
  const document = workflow(
    `${dag(call("a", "m", pass("k")))}${body()}`.replace('text}}", ', 'text}}", maxAge: 10s, '),
  );
  const at = async (createdAt: number): Promise<readonly string[]> => {
    memos.put("default/c", "k", { nodeId: "n", createdAt, outputs: { values: { o: "1" }, files: {} } });
    return hits(await runDocument(document, { memos, answers: answer }));
  };
  const start = Date.UTC(2026, 0, 5, 8);
  const now = (await runDocument(document, { memos: createMemoryMemos(), answers: answer })).status[
    "startedAt"
  ];
  const begin = typeof now === "string" ? Date.parse(now) : start;
  assert.deepEqual(await at(begin - 10_001), ["a Pod Succeeded false k c"]);
  assert.equal(memos.find("default/c", "k")?.outputs?.values["o"], "made");
  const younger = createMemoryMemos();
  younger.put("default/c", "k", {
    nodeId: "n",
    createdAt: begin - 10_000,
    outputs: { values: { o: "1" }, files: {} },
  });
  assert.deepEqual(hits(await runDocument(document, { memos: younger, answers: answer })), [
    "a Pod Succeeded true k c",
  ]);
});

test("what failed is not kept", async () => {
  const memos = createMemoryMemos();
  await run(`${steps(call("a", "m", pass("k")))}${body()}`, { memos, answers: { m: { exit: 1 } } });
  assert.equal(memos.find("default/c", "k"), undefined);
});

test("steps and dags are kept as a whole, with and without outputs", async () => {
  const inner = `  - {name: m, ${parameter}, ${memoize("{{inputs.parameters.text}}")}, steps: [[{name: x, template: ok}]]}\n`;
  const ran = await run(`${steps(call("a", "m", pass("k")), call("b", "m", pass("k")))}${inner}`);
  assert.deepEqual(hits(ran), ["a Steps Succeeded false k c", "b Steps Succeeded true k c"]);
  assert.deepEqual(ran.started, ["[0].a[0].x"]);
});

test("a task with retries keeps the result of its last attempt; a hit has no attempts", async () => {
  const ran = await run(
    `${steps(call("a", "m", pass("k")), call("b", "m", pass("k")))}${body("retryStrategy: {limit: 2}, ")}`,
    { answers: { m: [{ exit: 1 }, { parameters: { o: "made" } }] } },
  );
  assert.deepEqual(hits(ran), ["a Retry Succeeded false k c", "b Pod Succeeded true k c"]);
  assert.deepEqual(ran.started, ["[0].a(0)", "[0].a(1)"]);
});

test("who waits for a lock asks when it has the lock: the result may be there by then", async () => {
  const locked = body("synchronization: {mutexes: [{name: x}]}, ");
  const ran = await run(`${dag(call("a", "m", pass("k")), call("b", "m", pass("k")))}${locked}`, {
    answers: answer,
  });
  assert.deepEqual(hits(ran), ["a Pod Succeeded false k c", "b Pod Succeeded true k c"]);
});

test("a key of other characters is an error of the task", async () => {
  for (const key of ["a b", "-a", "a_b", "a/b", "ä", ""]) {
    const ran = await run(`${steps(call("a", "m", pass(key)))}${body()}`);
    assert.deepEqual([ran.node("a").phase, ran.node("a").message], ["Error", `invalid cache key: ${key}`]);
  }
});

test("caches of other namespaces are others", async () => {
  const memos = createMemoryMemos();
  const document = workflow(`${steps(call("a", "m", pass("k")))}${body()}`);
  await runDocument(document, { memos, answers: answer });
  const elsewhere = await runDocument(document, { memos, answers: answer, facts: { namespace: "n" } });
  assert.deepEqual(hits(elsewhere), ["a Pod Succeeded false k c"]);
});

test("maxAge is a duration with a unit", async () => {
  const document = workflow(
    `${dag(call("a", "m", pass("k")))}${body()}`.replace('text}}", ', 'text}}", maxAge: "10", '),
  );
  const ran = await runDocument(document);
  assert.deepEqual(
    [ran.phase, ran.diagnostics.map(({ code }) => code)],
    ["Refused", ["argo/not-a-duration"]],
  );
});

test("a stop ends what asks, and the others of the same key go on", async () => {
  const document = workflow(`${steps(call("a", "m", pass("k")))}${body()}`);
  const rans = await runTogether([document, document.replace("name: wf", "name: other")], {
    answers: { m: { parameters: { o: "made" }, tookMs: 5000 } },
    commands: [{ kind: "stop", run: 0, atMs: 1000 }],
  });
  assert.deepEqual(
    rans.map((ran) => [ran.phase, ...hits(ran)]),
    [
      ["Failed", "a Pod Failed false k c"],
      ["Succeeded", "a Pod Succeeded false k c"],
    ],
  );
});
