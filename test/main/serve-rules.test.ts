/** What serve is told about limits and about the network, on the engine that really serves. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { EngineOptions, House, SubmitRequest } from "../../src/api/house.ts";
import { openHome } from "../../src/main/home.ts";
import { createHouse } from "../../src/main/house.ts";
import { serveParts } from "../../src/main/serve/serve-parts.ts";
import { openServer } from "../../src/main/serve/serve.ts";
import { startWebServer } from "../artifacts/web-server.ts";
import { needsShell } from "../runtime/temporary-home.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

async function serve(
  context: TestContext,
  more: Partial<EngineOptions> = {},
  prepare: (root: string) => Promise<void> | void = () => undefined,
): Promise<House> {
  const root = join(makeTemporaryFolder(context), "home");
  mkdirSync(root);
  await prepare(root);
  const note = (text: string): void => assert.fail(text);
  const server = await openServer(
    openHome(root),
    { executor: "process", parallel: 1, note, ...more },
    serveParts,
  );
  context.after(() => server.close());
  return createHouse(root);
}

async function submit(house: House, name: string, spec: string): Promise<string> {
  const source = `{apiVersion: argoproj.io/v1alpha1, kind: Workflow, metadata: {name: ${name}}, spec: ${spec}}`;
  const request: SubmitRequest = { source, file: "w.yaml", submission: { parameters: {} } };
  const answer = await house.handOver(request);
  return answer.ok ? answer.name : assert.fail(JSON.stringify(answer.diagnostics));
}

/**
 * Looks again whenever the history changes. Looking changes files of the history as well, and libuv hands out such news
 * for as long as there is some, so the engine of this process must be let in between.
 */
async function until(house: House, isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    await house.changed(500);
    await new Promise(setImmediate);
  }
}

function phaseOf(house: House, name: string): Promise<string> {
  return house.find(name).then(({ shownPhase }) => shownPhase);
}

async function storeLimit(house: House, limit: string): Promise<void> {
  const source = `{apiVersion: v1, kind: ConfigMap, metadata: {name: limits}, data: {work: "${limit}"}}`;
  const answer = await house.definitions.store({
    source,
    file: "c.yaml",
    mode: "apply",
    kinds: ["ConfigMap"],
    strict: true,
  });
  assert.ok(answer.ok);
}

test(
  "a ConfigMap that is stored while runs wait for its semaphore lets them go on",
  { skip: needsShell },
  async (context) => {
    const house = await serve(context);
    const spec = `{entrypoint: main, templates: [{name: main, suspend: {}, synchronization: {semaphores: [{configMapKeyRef: {name: limits, key: work}}]}}]}`;
    const waits = async (count: number): Promise<boolean> => {
      const [row] = await house.locks();
      return row?.waiting.length === count;
    };
    await storeLimit(house, "1");
    for (const name of ["a", "b", "c", "d"]) await submit(house, name, spec);
    await until(house, () => waits(3));
    await storeLimit(house, "not a number");
    await storeLimit(house, "3");
    await until(house, () => waits(1));
    const [row] = await house.locks();
    assert.deepEqual([row?.limit, row?.holders.length], [3, 3]);
    await storeLimit(house, "1");
    await house.command("a", { kind: "resume" });
    await until(house, async () => (await phaseOf(house, "a")) === "Succeeded");
    assert.equal(await waits(1), true);
    assert.equal((await house.locks())[0]?.limit, 1);
  },
);

test(
  "runs above the limit of their namespace wait, and others do not",
  { skip: needsShell },
  async (context) => {
    const house = await serve(context, {
      runLimits: { runsAtMost: 3, runsPerNamespaceAtMost: 2, namespaceLimits: { small: 1 } },
    });
    const waiting = "{entrypoint: main, templates: [{name: main, suspend: {}}]}";
    for (const name of ["a", "b", "c"]) await submit(house, name, waiting);
    await until(house, async () => (await phaseOf(house, "b")) === "Running");
    assert.equal(await phaseOf(house, "c"), "Pending");
    for (const name of ["a", "b"]) await house.command(name, { kind: "terminate" });
    await until(house, async () => (await phaseOf(house, "c")) === "Running");
  },
);

/** The message of a run whose only task asks a server. */
async function askServer(house: House, name: string, url: string): Promise<string> {
  await submit(
    house,
    name,
    `{entrypoint: main, templates: [{name: main, http: {url: "${url}", successCondition: "response.statusCode == 200"}}]}`,
  );
  await until(house, async () => ["Succeeded", "Failed", "Error"].includes(await phaseOf(house, name)));
  const row = await house.find(name);
  return `${row.shownPhase} ${row.message ?? ""}`;
}

test(
  "documents of others reach nothing of the machine, but for what is allowed",
  { skip: needsShell },
  async (context) => {
    const server = await startWebServer(context);
    server.files.set("/x", Buffer.from("hello"));
    const { port, host } = new URL(server.origin);
    const closed = await serve(context);
    for (const [index, address] of [
      server.origin,
      `http://localhost:${port}`,
      "http://169.254.169.254/latest/meta-data",
    ].entries())
      assert.match(
        await askServer(closed, `closed-${index}`, `${address}/x`),
        /^(Error|Failed) .*network\/refused.*--network-local/u,
      );
    assert.equal(server.seen.length, 0);
    const opened = await serve(context, { network: { local: [host] } });
    assert.match(await askServer(opened, "opened", `${server.origin}/x`), /^Succeeded/u);
    const listed = await serve(context, { network: { local: ["loopback"] } }, (root) =>
      writeFileSync(join(root, "network.json"), '{"deny": ["loopback"]}'),
    );
    assert.match(await askServer(listed, "listed", `${server.origin}/x`), /'loopback' denies it/u);
  },
);

test("a list that cannot be understood is refused before anything runs", async (context) => {
  for (const text of [
    "{",
    "[]",
    '{"allowed": []}',
    '{"allow": "x"}',
    '{"deny": ["10.0.0.0/40"]}',
    '{"local": ["a.example"]}',
  ]) {
    const root = makeTemporaryFolder(context);
    writeFileSync(join(root, "network.json"), text);
    await assert.rejects(
      createHouse(root).openEngine({ executor: "none" }),
      { code: "network/bad-rule" },
      text,
    );
  }
});

test("one's own runs reach the machine, but for what is denied", { skip: needsShell }, async (context) => {
  const server = await startWebServer(context);
  server.files.set("/x", Buffer.from("hello"));
  for (const [text, expected] of [
    ["{}", "succeeded"],
    ['{"deny": ["localhost"]}', "errored"],
  ] as const) {
    const root = makeTemporaryFolder(context);
    writeFileSync(join(root, "network.json"), text);
    const house = createHouse(root);
    const engine = await house.openEngine({ executor: "none" });
    const source = `{apiVersion: argoproj.io/v1alpha1, kind: Workflow, metadata: {name: own}, spec: {entrypoint: main, templates: [{name: main, http: {url: "${server.origin}/x"}}]}}`;
    await engine.submit({ source, file: "w.yaml", submission: { parameters: {} } });
    await engine.settled("own");
    await engine.close({ leaveRunning: false });
    assert.equal((await house.find("own")).phase, expected);
  }
});
