import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { SubmitAnswer } from "../../src/api/house.ts";
import { MillraceError } from "../../src/base/errors.ts";
import { runCli } from "../../src/cli/cli.ts";
import { createFakeHouse } from "./fake-house.ts";
import { makePicture } from "./fake-picture.ts";
import { createWorld, startAt } from "./fake-world.ts";
import { begun, folder, good, start, waiting } from "./start-command.ts";

describe("run", () => {
  test("prints what happens, what came out, and succeeds", async () => {
    const run = start(["run", "workflow.yaml"]);
    await begun(run);
    run.engine.emit(good, [{ kind: "task.closed", task: 1, at: startAt }]);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.deepEqual(run.world.stdout.text().split("\n"), [
      "run orders (executor fake, home /home/of/runs)",
      "2025-11-21T09:30:00Z orders run started",
      "2025-11-21T09:30:00Z orders.a started",
      "2025-11-21T09:30:03Z orders.a succeeded (3s)",
      "2025-11-21T09:30:03Z orders run succeeded (3s)",
      "✔ orders Succeeded in 3s",
      "Outputs:",
      "  shipped: 3",
      "  report:",
      "    two",
      "    lines",
      '  table: {"x":1}',
      "  ledger: /home/of/runs/outputs/ledger.md (1.2 kB)",
      "",
    ]);
    assert.deepEqual(run.engine.calls.slice(-1), ["close ending"]);
    assert.equal(run.world.interruptListeners(), 0);
  });

  test("deletes expired runs at its end, but not its own", async () => {
    const run = start(["run", "-q", "workflow.yaml"]);
    run.engine.expired = ["orders", "a", "b", "c", "d", "e", "f"];
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.equal(run.world.stderr.text(), "deleted 6 expired runs: a, b, c, d, e and 1 more\n");
  });

  test("a failed run names each cause with the end of its log, and fails", async () => {
    const log = join(folder, "err.log");
    writeFileSync(log, Array.from({ length: 30 }, (_, line) => `line ${line}\n`).join(""));
    const bad = makePicture({
      phase: "failed",
      endedAfter: 3,
      message: "child failed",
      tasks: [
        { name: "a", phase: "failed", from: 0, to: 3, message: "exit code 4" },
        { name: "b", phase: "omitted" },
      ],
    });
    const run = start(["run", "workflow.yaml", "-q"], {
      logs: [
        {
          task: 1,
          taskName: "a",
          command: "main",
          stream: "err",
          path: log,
          startedAt: 0,
          ended: true,
          masked: [],
        },
      ],
    });
    run.engine.emit(bad, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 1);
    assert.deepEqual(run.world.stdout.text().split("\n"), [
      "✖ orders Failed in 3s: child failed",
      "  ✖ orders.a: exit code 4",
      ...Array.from({ length: 10 }, (_, line) => `      | line ${line + 20}`),
      "  more: millrace explain orders | millrace logs orders | millrace retry orders",
      "",
    ]);
  });

  test("an error of the machinery has its own exit code", async () => {
    const run = start(["run", "workflow.yaml", "-q"]);
    run.engine.emit(makePicture({ phase: "errored", endedAfter: 1, tasks: [] }), []);
    run.engine.settle("ended");
    assert.equal(await run.code, 3);
  });

  test("a run that waits for a person says for whom and what to type", async () => {
    const run = start(["run", "workflow.yaml", "-q", "--home", "my home"]);
    run.engine.emit(waiting, []);
    run.engine.settle("suspended");
    assert.equal(await run.code, 4);
    assert.deepEqual(run.world.stdout.text().split("\n"), [
      "◫ orders Suspended after 0s",
      "  waits for a person: orders.approve: please look",
      "  go on with: millrace resume orders --output-parameter decision=VALUE --home 'my home'",
      "",
    ]);
  });

  test("a document may lie at an address", async () => {
    const web = { "https://example.org/w.yaml": "name: far\n" };
    const run = start(["run", "-q", "https://example.org/w.yaml"], { world: { web } });
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    const gone = start(["run", "https://example.org/gone.yaml"], { world: { web } });
    assert.equal(await gone.code, 2);
    assert.match(
      gone.world.stderr.text(),
      /cannot read https:\/\/example\.org\/gone\.yaml: the server answers 404 Not Found/,
    );
  });

  test("a wrong document is explained and nothing runs", async () => {
    const answer: SubmitAnswer = {
      ok: false,
      diagnostics: [
        {
          code: "argo/x",
          severity: "error",
          message: "bad",
          position: { file: "workflow.yaml", line: 1, column: 7, offset: 6 },
          excerpt: "name: orders",
        },
      ],
    };
    const run = start(["run", "workflow.yaml"], { answer });
    assert.equal(await run.code, 2);
    assert.equal(run.world.stdout.text(), "");
    assert.equal(
      run.world.stderr.text(),
      "workflow.yaml:1:7: error: bad [argo/x]\n    1 | name: orders\n      |       ^\n1 error; nothing was run\n",
    );
    assert.deepEqual(run.engine.calls.slice(-1), ["close ending"]);
  });

  test("flags become the submission and the engine's options", async () => {
    const argv = [
      "run",
      "workflow.yaml",
      "-f",
      "values.yaml",
      "-f",
      "values.json",
      "-p",
      "x=a=b",
      "-p",
      "day=today",
      "--name",
      "n",
      "-l",
      "a=b,c=d",
      "--entrypoint",
      "e",
      "--strict",
      "--with",
      "shared.yaml",
      "--executor",
      "process",
      "--parallel",
      "3",
      "-q",
    ];
    const run = start(argv);
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.deepEqual(run.calls, ['openEngine {"executor":"process","parallel":3}']);
    assert.deepEqual(JSON.parse(run.engine.calls[0]?.slice("submit ".length) ?? ""), {
      parameters: { day: "today", price: "1.10", flag: "true", items: "[1,2]", limit: "5", x: "a=b" },
      name: "n",
      entrypoint: "e",
      labels: { a: "b", c: "d" },
      definitions: [{ source: "name: shared\n", file: "shared.yaml" }],
      strict: true,
    });
  });

  test("a document may come from standard input", async () => {
    const run = start(["run", "-", "-q"], { world: { cwd: folder, stdin: "name: x\n" } });
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
  });

  test("with -o json standard output holds one document and nothing else", async () => {
    const run = start(["run", "workflow.yaml", "-o", "json"]);
    await run.world.stderr.until((text) => text.includes("started"));
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    const printed = JSON.parse(run.world.stdout.text()) as {
      readonly metadata: { readonly name: string };
      readonly status: object;
    };
    assert.equal(printed.metadata.name, "orders");
    assert.deepEqual(printed.status, { phase: "Succeeded", tasks: 2 });
  });

  test("a home that somebody else writes is unavailable", async () => {
    const house = createFakeHouse();
    const world = createWorld({ cwd: folder });
    assert.equal(await runCli(["run", "workflow.yaml"], world.io, () => house), 5);
    assert.match(
      world.stderr.text(),
      /^error: the history is being written by process 7 \[store\/locked\]\n/,
    );
  });

  test("when the machinery breaks the tasks are left to whoever resumes the run", async () => {
    const run = start(["run", "workflow.yaml"]);
    await begun(run);
    run.engine.fail(new MillraceError("runtime/disk-full", "exhausted", "the disk is full"));
    assert.equal(await run.code, 5);
    assert.deepEqual(run.engine.calls.slice(-1), ["close leaving"]);
    assert.equal(run.world.interruptListeners(), 0);
  });

  test("the cursor comes back when the machinery breaks under a live tree", async () => {
    const run = start(["run", "workflow.yaml"], { world: { cwd: folder, isTTY: true } });
    await run.world.stdout.until((text) => text.includes("executor"));
    // The tree is drawn by the clock, and the run is watched by then.
    run.world.advance(200);
    run.engine.fail(new Error("broken"));
    assert.equal(await run.code, 3);
    assert.equal(
      run.world.stdout.text().split("\x1b[?25l").length,
      run.world.stdout.text().split("\x1b[?25h").length,
    );
  });

  test("a reader that goes away does not end the run", async () => {
    const run = start(["run", "workflow.yaml"]);
    await begun(run);
    run.world.stdout.breakPipe();
    run.engine.emit(good, [{ kind: "task.closed", task: 1, at: startAt }]);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.equal(run.world.stderr.text(), "");
  });

  test("a file that is not there is a mistake of the user", async () => {
    const run = start(["run", "missing.yaml"]);
    assert.equal(await run.code, 2);
    assert.equal(
      run.world.stderr.text(),
      "error: cannot read missing.yaml: there is no such file [cli/unreadable-file]\n",
    );
  });
});
