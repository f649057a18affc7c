import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Server } from "../../src/api/house.ts";
import { MillraceError } from "../../src/base/errors.ts";
import { runCli } from "../../src/cli/cli.ts";
import { createFakeHouse } from "./fake-house.ts";
import { createWorld } from "./fake-world.ts";
import { folder, good, going, start } from "./start-command.ts";

const served = { ok: true, name: "orders", runId: "id-of-orders", warnings: [] } as const;

describe("submit", () => {
  test("hands the document to the process that serves the home, and prints the run's name at once", async () => {
    const run = start(["submit", "workflow.yaml", "-p", "day=today", "--name", "orders"], {
      served,
      pictures: [going],
    });
    assert.equal(await run.code, 0);
    assert.match(run.world.stdout.text(), /^orders submitted\nName: +orders\nStatus: /u);
    assert.deepEqual(run.calls, ['handOver workflow.yaml {"parameters":{"day":"today"},"name":"orders"}']);
    const noted = start(["submit", "workflow.yaml", "--parallel", "2", "-q"], { served });
    assert.equal(await noted.code, 0);
    assert.match(noted.world.stderr.text(), /note: --parallel has no effect here/u);
    const name = start(["submit", "workflow.yaml", "-o", "name"], { served });
    assert.equal(await name.code, 0);
    assert.equal(name.world.stdout.text(), "orders\n");
  });

  test("of several files, and of a file with several workflows, every workflow is run", async () => {
    writeFileSync(join(folder, "two.yaml"), "kind: Workflow\n---\nkind: Workflow\n");
    const run = start(["submit", "workflow.yaml", "two.yaml", "-q"], { served });
    assert.equal(await run.code, 0);
    assert.deepEqual(run.calls, [
      'handOver workflow.yaml {"parameters":{}}',
      'handOver two.yaml {"parameters":{},"document":0}',
      'handOver two.yaml {"parameters":{},"document":1}',
    ]);
    const diagnostics = [{ code: "argo/x", severity: "error", message: "bad" }] as const;
    const refused = start(["submit", "two.yaml", "workflow.yaml"], { served: { ok: false, diagnostics } });
    assert.equal(await refused.code, 2);
    assert.equal(refused.calls.length, 1);
  });

  test("follows the run when that is wished", async () => {
    for (const flag of ["--watch", "--wait"]) {
      const run = start(["submit", "workflow.yaml", flag], { served, pictures: [good] });
      assert.equal(await run.code, 0, flag);
      assert.match(run.world.stdout.text(), /^orders submitted\n[^]*orders Succeeded/u, flag);
    }
    const log = start(["submit", "workflow.yaml", "--log"], { served, pictures: [good] });
    assert.equal(await log.code, 0);
    const json = start(["submit", "workflow.yaml", "-o", "json"], { served, pictures: [going] });
    assert.equal(await json.code, 0);
    assert.match(json.world.stdout.text(), /^\{/u);
  });

  test("without such a process it says how to start one, or runs the document here to follow it", async () => {
    const refused = start(["submit", "workflow.yaml"]);
    assert.equal(await refused.code, 5);
    assert.match(refused.world.stderr.text(), /home\/not-served/u);
    const here = start(["submit", "workflow.yaml", "--wait"], { pictures: [good] });
    here.engine.settle("ended");
    assert.equal(await here.code, 0);
    assert.match(here.engine.calls[0] ?? "", /^submit/u);
  });

  test("with --dry-run it shows what would be submitted, and submits nothing", async () => {
    const dry = start(["submit", "workflow.yaml", "-p", "a=1", "--dry-run", "-o", "yaml"], { served });
    assert.equal(await dry.code, 0);
    assert.deepEqual(dry.calls, ['rehearse {"parameters":{"a":"1"}}']);
    assert.match(dry.world.stdout.text(), /^kind: Workflow\nmetadata:\n {2}generateName: orders-\n/u);
    assert.doesNotMatch(dry.world.stdout.text(), /uid/u);
    const named = start(["submit", "workflow.yaml", "--server-dry-run", "-o", "json"]);
    assert.equal(await named.code, 0);
    assert.match(named.world.stdout.text(), /"name": "orders-x",\n {4}"uid": "id-of-orders"/u);
    const plain = start(["submit", "workflow.yaml", "--dry-run"]);
    assert.equal(await plain.code, 0);
    assert.equal(plain.world.stdout.text(), "orders-x submitted (dry-run)\n");
  });

  test("a run may be given a namespace, which a run of it again keeps", async () => {
    const run = start(["submit", "workflow.yaml", "-n", "team", "-q"], { served });
    assert.equal(await run.code, 0);
    assert.deepEqual(run.calls, ['handOver workflow.yaml {"parameters":{},"facts":{"namespace":"team"}}']);
    const earlier = { ...good, submission: { ...good.submission, facts: { namespace: "team", uid: "u" } } };
    const again = start(["resubmit", "-q"], { served, pictures: [earlier] });
    assert.equal(await again.code, 0);
    assert.match(again.calls[0] ?? "", /"facts":\{"namespace":"team"\}/u);
    assert.equal(await start(["submit", "workflow.yaml", "-n", "a b"], { served }).code, 2);
  });

  test("a document that is refused is a mistake of the user", async () => {
    const diagnostics = [{ code: "argo/x", severity: "error", message: "bad" }] as const;
    const run = start(["submit", "workflow.yaml"], { served: { ok: false, diagnostics } });
    assert.equal(await run.code, 2);
    assert.match(run.world.stderr.text(), /1 error; nothing was run/u);
  });

  test("the scheduled time is an annotation, and has to be one", async () => {
    const time = "2006-01-02T15:04:05-07:00";
    const run = start(["submit", "workflow.yaml", "--scheduled-time", time, "-q"], { served });
    assert.equal(await run.code, 0);
    assert.match(run.calls[0] ?? "", /"annotations":\{"workflows.argoproj.io\/scheduled-time":"2006-01-02T/u);
    assert.equal(await start(["submit", "workflow.yaml", "--scheduled-time", "soon"], { served }).code, 2);
  });

  test("resubmit hands over as well", async () => {
    const run = start(["resubmit", "orders"], { served, pictures: [good] });
    assert.equal(await run.code, 0);
    assert.match(run.calls[0] ?? "", /^handOver/u);
  });
});

function makeServer(changes: Partial<Server> = {}): Server & { readonly closed: () => boolean } {
  let isClosed = false;
  return {
    executorName: () => "fake",
    taken: [],
    failed: new Map(),
    stopped: new Promise(() => undefined),
    close: async () => {
      isClosed = true;
    },
    closed: () => isClosed,
    ...changes,
  };
}

describe("serve", () => {
  test("says what it goes on with, and ends well when it is asked to", async () => {
    const failed = new Map([
      ["broken", new MillraceError("store/damaged", "invalid", "its document is damaged")],
    ]);
    const server = makeServer({ taken: ["a", "b"], failed });
    const world = createWorld({ cwd: folder });
    const code = runCli(["serve", "--parallel", "3"], world.io, () => createFakeHouse({ server }));
    await world.stdout.until((text) => text.includes("serving"));
    assert.equal(world.stdout.text(), "serving /home/of/runs (executor fake); 2 unfinished runs go on\n");
    assert.equal(world.stderr.text(), "broken cannot go on: its document is damaged [store/damaged]\n");
    assert.equal(server.closed(), false);
    world.interrupt();
    assert.equal(await code, 0);
    assert.equal(server.closed(), true);
    assert.equal(world.interruptListeners(), 0);
  });

  test("hands on limits of runs and rules for the network, and refuses what is none", async () => {
    const server = makeServer({
      stopped: Promise.resolve(new MillraceError("store/full", "exhausted", "full")),
    });
    const house = createFakeHouse({ server });
    const world = createWorld({ cwd: folder });
    const flags = [
      "--max-runs",
      "9",
      "--max-runs-per-namespace",
      "3",
      "--max-runs-in",
      "a=1",
      "--max-runs-in",
      "b=2",
    ];
    const rules = [
      "--network-allow",
      "*.example.org",
      "--network-deny",
      "10.0.0.1",
      "--network-local",
      "loopback",
    ];
    await runCli(["serve", ...flags, ...rules], world.io, () => house);
    assert.deepEqual(house.calls, [
      'serve auto - {"runsAtMost":9,"runsPerNamespaceAtMost":3,"namespaceLimits":{"a":1,"b":2},"allow":["*.example.org"],"deny":["10.0.0.1"],"local":["loopback"]}',
    ]);
    for (const wrong of [
      ["--max-runs", "0"],
      ["--max-runs-in", "a"],
      ["--max-runs-in", "a=x"],
      ["--max-runs-in", "a=0"],
    ])
      assert.equal(
        await runCli(["serve", ...wrong], createWorld({ cwd: folder }).io, () => house),
        2,
        wrong.join(" "),
      );
  });

  test("ends with the error that stops its engine", async () => {
    const full = new MillraceError("store/full", "exhausted", "the disk is full");
    const server = makeServer({ stopped: Promise.resolve(full) });
    const world = createWorld({ cwd: folder });
    assert.equal(await runCli(["serve"], world.io, () => createFakeHouse({ server })), 5);
    assert.match(world.stderr.text(), /store\/full/u);
    assert.equal(server.closed(), true);
  });

  test("is refused beside another one", async () => {
    const world = createWorld({ cwd: folder });
    assert.equal(await runCli(["serve"], world.io, () => createFakeHouse()), 5);
    assert.match(world.stderr.text(), /store\/locked/u);
  });
});
