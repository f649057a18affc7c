/** Callbacks and payloads at the command line. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { PayloadRow, RunPicture } from "../../src/api/house.ts";
import { ask, bad, old } from "./ask.ts";
import { startAt } from "./fake-world.ts";
import { folder, good, start } from "./start-command.ts";

writeFileSync(join(folder, "scene.json"), '{ "id": "scene",\n  "a": [1, 2] }');
writeFileSync(join(folder, "hooks.yaml"), "- {name: a, http: {url: 'https://a'}}\n");

const payloads: readonly PayloadRow[] = [
  { key: "f00d".repeat(16), id: "scene-2", workflow: "workflow-template/mirror", run: bad.row, runCount: 3 },
  { key: "beef".repeat(16), id: "scene-1", workflow: "Workflow/job-", run: old.row, runCount: 1 },
];

describe("payload list", () => {
  test("a table of payloads and how they stand", async () => {
    const { code, out } = await ask(["payload", "list"], { payloads });
    assert.equal(code, 0);
    assert.deepEqual(
      out.map((line) => line.trimEnd()),
      [
        "PAYLOAD  STATUS       RUN        RUNS  AGE   WORKFLOW",
        "scene-2  ✖ Failed     nightly-2  3     1h    workflow-template/mirror",
        "scene-1  ✔ Succeeded  nightly-1  1     2d2h  Workflow/job-",
      ],
    );
  });

  for (const [argv, ids] of [
    [["--status", "Failed"], ["scene-2"]],
    [["--status", "succeeded,Error"], ["scene-1"]],
    [["--workflow", "mirror"], ["scene-2"]],
    [["--limit", "1"], ["scene-2"]],
    [["--status", "Running"], []],
  ] as const)
    test(`${argv.join(" ")}: ${ids.join()}`, async () => {
      const { out } = await ask(["payload", "list", ...argv, "-o", "json"], { payloads });
      const rows = JSON.parse(out.join("\n")) as readonly { readonly id: string }[];
      assert.deepEqual(
        rows.map(({ id }) => id),
        ids,
      );
    });

  test("keys for scripts, and a word when there is none", async () => {
    assert.deepEqual(
      (await ask(["payload", "list", "-o", "name"], { payloads })).out,
      payloads.map(({ key }) => key),
    );
    assert.match((await ask(["payload", "list"], {})).err, /no payloads in/);
  });
});

describe("payload get", () => {
  test("a payload and its runs", async () => {
    const { out } = await ask(["payload", "get", "scene-1"], { payloads });
    assert.match(
      out.join("\n"),
      /Payload: +scene-1\nStatus: +✔ Succeeded\nWorkflow: +Workflow\/job-\nKey: +beef/,
    );
    assert.match(out.at(-1) ?? "", /^nightly-1 +✔ Succeeded/);
  });

  test("for programs with its content", async () => {
    const { out } = await ask(["payload", "get", "scene-1", "-o", "json"], { payloads });
    const { payload, runs } = JSON.parse(out.join("\n")) as { payload: unknown; runs: readonly unknown[] };
    assert.deepEqual([payload, runs.length], [{ id: "scene-1" }, 1]);
  });

  test("one that nobody knows", async () => {
    const { code, err } = await ask(["payload", "get", "scene-9"], { payloads });
    assert.notEqual(code, 0);
    assert.match(err, /payload\/unknown/);
  });
});

describe("submitting a payload", () => {
  const request = '"payload":"{\\"id\\":\\"scene\\",\\"a\\":[1,2]}"';

  test("travels as compact JSON", async () => {
    const run = start(["run", "workflow.yaml", "-q", "--payload", "scene.json", "--force"]);
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.equal(run.engine.calls[0], `submit {"parameters":{},${request}} force`);
  });

  test("that is joined is said, and the run is followed", async () => {
    const answer = { ok: true, name: "orders", runId: "x", warnings: [], joined: "under-way" } as const;
    const run = start(["run", "workflow.yaml", "--payload", "scene.json"], { answer });
    await run.engine.watched;
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.match(run.world.stderr.text(), /^orders joined: it is about the same payload, and under way\n/);
    assert.equal(run.engine.calls[1], "adopt orders");
  });

  test("that is answered by a run is said, and nothing is submitted", async () => {
    const served = { ok: true, name: "orders", runId: "x", warnings: [], joined: "succeeded" } as const;
    const run = start(["submit", "workflow.yaml", "--payload", "scene.json"], { served, pictures: [good] });
    assert.equal(await run.code, 0);
    assert.match(run.world.stdout.text(), /^orders answers: .* succeeded \(--force runs it again\)\n/);
  });

  for (const [argv, message] of [
    [["--payload", "workflow.yaml"], /workflow.yaml is not JSON/],
    [["--payload", "nowhere.json"], /no such file/],
    [["--force"], /--force is about a payload/],
  ] as const)
    test(`${argv.join(" ")} is refused`, async () => {
      const run = start(["run", "workflow.yaml", ...argv]);
      assert.notEqual(await run.code, 0);
      assert.match(run.world.stderr.text(), message);
    });
});

test("--callbacks puts the list of a file into the annotation", async () => {
  const run = start(["run", "workflow.yaml", "-q", "--callbacks", "hooks.yaml"]);
  run.engine.emit(good, []);
  run.engine.settle("ended");
  assert.equal(await run.code, 0);
  assert.match(run.engine.calls[0] ?? "", /"annotations":\{"millrace\/callbacks":"- \{name: a/);
});

describe("a run that owes callbacks when it has ended", () => {
  test("is waited for, and other runs that owe some get one more try", async () => {
    const run = start(["run", "workflow.yaml", "-q"]);
    run.engine.debts = 2;
    run.engine.indebted = ["older"];
    run.engine.emit(good, []);
    run.engine.settle("ended");
    await run.world.stderr.until((text) => text.includes("older"));
    assert.equal(
      run.world.stderr.text(),
      "waiting for 2 callbacks of orders\ntrying callbacks that earlier runs owe: older\n",
    );
    run.engine.deliver();
    assert.equal(await run.code, 0);
    assert.deepEqual(run.engine.calls.slice(-3), [
      "called back orders",
      "called back older once",
      "close ending",
    ]);
  });

  test("is left with Ctrl-C, and they stay owed", async () => {
    const run = start(["run", "workflow.yaml", "-q"]);
    run.engine.debts = 1;
    run.engine.emit(good, []);
    run.engine.settle("ended");
    await run.world.stderr.until((text) => text.includes("a callback"));
    run.world.interrupt();
    assert.equal(await run.code, 130);
    assert.match(run.world.stderr.text(), /callbacks are owed still; go on with: millrace resume orders/);
    assert.deepEqual(run.engine.calls.slice(-1), ["close leaving"]);
  });

  test("is gone on with by resume, where others that have ended are refused", async () => {
    const owing: RunPicture = { ...good, row: { ...good.row, owes: 1 } };
    const run = start(["resume", "orders", "-q"], { pictures: [owing] });
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.equal(run.engine.calls[0], "adopt orders");
    const driven = start(["resume", "orders"], { pictures: [owing], driven: true });
    assert.equal(await driven.code, 0);
    assert.match(driven.world.stdout.text(), /whoever drives the home delivers them/);
    assert.notEqual(await start(["resume", "orders"], { pictures: [good] }).code, 0);
  });

  test("shows what has become of each", async () => {
    const callbacks = [
      {
        callback: 0,
        owedAt: startAt,
        order: undefined,
        tried: 2,
        notBefore: startAt + 90_000,
        message: "no answer",
      },
      { callback: 1, owedAt: startAt, order: undefined, tried: 0, notBefore: startAt, message: "" },
      {
        callback: 2,
        owedAt: startAt,
        order: undefined,
        tried: 1,
        notBefore: startAt,
        message: "the receiver answered 500",
      },
    ].map((entry, number) => ({
      ...entry,
      settled: number === 2 ? { at: startAt, delivered: false } : undefined,
    }));
    const picture: RunPicture = { ...good, state: { ...good.state, callbacks } };
    const { out } = await ask(["get", "orders"], { pictures: [picture], world: {} });
    assert.match(
      out.find((line) => line.startsWith("Callbacks:")) ?? "",
      /0 owed, tried 2 times, again in .*: no answer; 1 owed; 2 given up: the receiver answered 500$/,
    );
    const json = await ask(["get", "orders", "-o", "json"], { pictures: [picture] });
    const found = JSON.parse(json.out.join("\n")) as { callbacks: readonly { key: string; state: string }[] };
    assert.deepEqual(
      found.callbacks.map(({ key, state }) => [key, state]),
      [
        ["id-of-orders-0", "owed"],
        ["id-of-orders-1", "owed"],
        ["id-of-orders-2", "given up"],
      ],
    );
  });
});
