import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { SubmitAnswer } from "../../src/api/house.ts";
import { MillraceError } from "../../src/base/errors.ts";
import { runCli } from "../../src/cli/cli.ts";
import { createEngine, createFakeHouse } from "./fake-house.ts";
import type { FakeEngine, HouseOptions } from "./fake-house.ts";
import { makePicture } from "./fake-picture.ts";
import { createWorld, startAt } from "./fake-world.ts";
import type { FakeWorld, WorldOptions } from "./fake-world.ts";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-cli-"));
  writeFileSync(join(folder, "workflow.yaml"), "name: orders\n");
  writeFileSync(join(folder, "shared.yaml"), "name: shared\n");
  writeFileSync(join(folder, "values.yaml"), "day: 2025-11-21\nprice: 1.10\nflag: true\nitems: [1, 2]\n");
  writeFileSync(join(folder, "values.json"), '{"limit": 5, "day": "later"}');
});
after(() => rmSync(folder, { recursive: true }));

const going = makePicture({ phase: "running", tasks: [{ name: "a", phase: "running", from: 0 }, { name: "b", phase: "waiting" }] });
const good = makePicture({
  phase: "succeeded",
  endedAfter: 3,
  tasks: [{ name: "a", phase: "succeeded", from: 0, to: 3 }],
  outputs: {
    parameters: { shipped: "3", report: "two\nlines\n", table: { x: 1 } },
    files: { ledger: { kind: "artifact", artifact: { fileName: "ledger.md", content: { kind: "file", digest: "sha256:0", sizeBytes: 1234 } } } },
  },
});
const waiting = makePicture({
  phase: "suspended",
  tasks: [{ name: "approve", phase: "running", from: 1, waitsFor: ["decision"], message: "please look" }, { name: "b", phase: "waiting" }],
});

interface Started {
  readonly world: FakeWorld;
  readonly engine: FakeEngine;
  readonly calls: readonly string[];
  readonly code: Promise<number>;
}

interface StartOptions extends HouseOptions {
  readonly world?: WorldOptions;
  readonly answer?: SubmitAnswer;
}

function start(argv: readonly string[], options: StartOptions = {}): Started {
  const world = createWorld({ cwd: folder, ...options.world });
  const engine = createEngine(going, options.answer);
  const house = createFakeHouse({ engine, ...options });
  return { world, engine, calls: house.calls, code: runCli(argv, world.io, () => house) };
}

/** Until the run is being watched: the first line or frame of it is out. */
async function begun({ world }: Started): Promise<void> {
  await world.stdout.until((text) => text.includes("started"));
}

describe("run", () => {
  test("prints what happens, what came out, and succeeds", async () => {
    const run = start(["run", "workflow.yaml"]);
    await begun(run);
    run.engine.emit(good, [{ kind: "task.closed", task: 1, at: startAt }]);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.deepEqual(run.world.stdout.text().split("\n"), [
      "run orders (executor fake, home /home/of/runs)",
      "2025-11-21T09:30:00Z orders.a started",
      "2025-11-21T09:30:00Z orders run running",
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

  test("a failed run names each cause with the end of its log, and fails", async () => {
    const log = join(folder, "err.log");
    writeFileSync(log, Array.from({ length: 30 }, (_, line) => `line ${line}\n`).join(""));
    const bad = makePicture({ phase: "failed", endedAfter: 3, message: "child failed", tasks: [{ name: "a", phase: "failed", from: 0, to: 3, message: "exit code 4" }, { name: "b", phase: "omitted" }] });
    const run = start(["run", "workflow.yaml", "-q"], { logs: [{ task: 1, taskName: "a", command: "main", stream: "err", path: log, startedAt: 0, ended: true }] });
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
    const run = start(["run", "workflow.yaml", "-q", "--home", "h"]);
    run.engine.emit(waiting, []);
    run.engine.settle("suspended");
    assert.equal(await run.code, 4);
    assert.deepEqual(run.world.stdout.text().split("\n"), [
      "◫ orders Suspended after 0s",
      "  waits for a person: orders.approve: please look",
      "    takes: --output-parameter decision=...",
      "  go on with: millrace resume orders --home h",
      "",
    ]);
  });

  test("a wrong document is explained and nothing runs", async () => {
    const answer: SubmitAnswer = {
      ok: false,
      diagnostics: [{ code: "argo/x", severity: "error", message: "bad", position: { file: "workflow.yaml", line: 1, column: 7, offset: 6 }, excerpt: "name: orders" }],
    };
    const run = start(["run", "workflow.yaml"], { answer });
    assert.equal(await run.code, 2);
    assert.equal(run.world.stdout.text(), "");
    assert.equal(run.world.stderr.text(), "workflow.yaml:1:7: error: bad [argo/x]\n    1 | name: orders\n      |       ^\n1 error; nothing was run\n");
    assert.deepEqual(run.engine.calls.slice(-1), ["close ending"]);
  });

  test("flags become the submission and the engine's options", async () => {
    const argv = ["run", "workflow.yaml", "-f", "values.yaml", "-f", "values.json", "-p", "x=a=b", "-p", "day=today", "--name", "n", "-l", "a=b,c=d", "--entrypoint", "e", "--strict", "--with", "shared.yaml", "--executor", "process", "--parallel", "3", "-q"];
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
    const printed = JSON.parse(run.world.stdout.text()) as { readonly metadata: { readonly name: string }; readonly status: object };
    assert.equal(printed.metadata.name, "orders");
    assert.deepEqual(printed.status, { phase: "Succeeded", tasks: 2 });
  });

  test("a home that somebody else writes is unavailable", async () => {
    const house = createFakeHouse();
    const world = createWorld({ cwd: folder });
    assert.equal(await runCli(["run", "workflow.yaml"], world.io, () => house), 5);
    assert.match(world.stderr.text(), /^error: the history is being written by process 7 \[store\/locked\]\n/);
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
    assert.equal(run.world.stdout.text().split("\x1b[?25l").length, run.world.stdout.text().split("\x1b[?25h").length);
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
    assert.equal(run.world.stderr.text(), "error: cannot read missing.yaml: there is no such file [cli/unreadable-file]\n");
  });
});

describe("Ctrl-C", () => {
  test("once: what runs is finished, the run is suspended, and the way on is named", async () => {
    const run = start(["run", "workflow.yaml"]);
    await begun(run);
    run.engine.running = 2;
    run.world.interrupt();
    await run.world.stderr.until((text) => text.includes("interrupted"));
    assert.equal(run.world.stderr.text(), "interrupted: finishing 2 running tasks; Ctrl-C again kills them; go on with: millrace resume orders\n");
    run.engine.running = 1;
    run.engine.emit(going, []);
    run.engine.running = 0;
    // The command is answered in a later turn; the last change of the run comes after it.
    await Promise.resolve();
    run.engine.emit(makePicture({ phase: "suspended", suspended: true, tasks: [{ name: "a", phase: "succeeded", from: 0, to: 1 }] }), []);
    assert.equal(await run.code, 130);
    assert.deepEqual(run.engine.calls.slice(1), ['command orders {"kind":"suspend"}', "close ending"]);
    assert.match(run.world.stdout.text(), /◫ orders Suspended after 0s\n {2}go on with: millrace resume orders\n$/);
  });

  test("once with nothing running ends at once", async () => {
    const run = start(["run", "workflow.yaml"]);
    await begun(run);
    run.world.interrupt();
    assert.equal(await run.code, 130);
    assert.match(run.world.stderr.text(), /nothing runs/);
  });

  test("twice kills, a third time changes nothing", async () => {
    const run = start(["run", "workflow.yaml"]);
    await begun(run);
    run.engine.running = 1;
    run.world.interrupt();
    run.world.interrupt();
    run.world.interrupt();
    assert.equal(await run.code, 130);
    assert.deepEqual(run.engine.calls.slice(1), ['command orders {"kind":"suspend"}', "close ending"]);
    assert.match(run.world.stderr.text(), /killing 1 running task; go on with: millrace resume orders\n$/);
    assert.match(run.world.stdout.text(), /go on with: millrace resume orders\n$/);
  });

  test("in a run that ends in the same moment shows its end", async () => {
    const run = start(["run", "workflow.yaml"]);
    await begun(run);
    run.engine.running = 1;
    run.world.interrupt();
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 130);
    assert.match(run.world.stdout.text(), /✔ orders Succeeded in 3s/);
  });
});

describe("resume", () => {
  test("without another process it takes the run over and drives it", async () => {
    const run = start(["resume", "orders", "-q"], { pictures: [waiting] });
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.deepEqual(run.engine.calls, ["adopt orders", 'command orders {"kind":"resume"}', "close ending"]);
  });

  test("a run whose process was killed needs no command", async () => {
    const run = start(["resume", "-q"], { pictures: [going] });
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.deepEqual(run.engine.calls, ["adopt orders", "close ending"]);
  });

  test("values go to the only task that waits", async () => {
    const run = start(["resume", "orders", "-q", "--output-parameter", "decision=YES", "--message", "ok"], { pictures: [waiting] });
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.deepEqual(run.engine.calls.slice(1, 3), [
      'command orders {"kind":"set","select":"orders.approve","values":{"decision":"YES"}}',
      'command orders {"kind":"resume","select":"orders.approve","message":"ok"}',
    ]);
  });

  test("values without a selector are refused when several tasks wait", async () => {
    const two = makePicture({ phase: "suspended", tasks: ["a", "b"].map((name) => ({ name, phase: "running", from: 0, waitsFor: [] })) });
    const run = start(["resume", "orders", "--output-parameter", "x=1"], { pictures: [two] });
    assert.equal(await run.code, 2);
    assert.equal(run.world.stderr.text(), "error: several tasks wait; say which gets the values [cli/bad-arguments]\n  hint: Use --node with one of orders.a, orders.b.\n");
  });

  test("with another process the command is handed over", async () => {
    const run = start(["resume", "orders", "--node", "approve"], { pictures: [waiting], driven: true });
    assert.equal(await run.code, 0);
    assert.deepEqual(run.calls, ['command orders {"kind":"resume","select":"approve"}']);
    assert.equal(run.world.stdout.text(), "orders resumed (by the process that drives it)\n");
  });

  test("--detach without another process only records", async () => {
    const run = start(["resume", "orders", "--detach"], { pictures: [waiting] });
    assert.equal(await run.code, 0);
    assert.match(run.world.stdout.text(), /^recorded; no process drives this home/);
    assert.deepEqual(run.engine.calls, []);
  });

  test("a run that has ended is not resumed", async () => {
    const run = start(["resume", "orders"], { pictures: [good] });
    assert.equal(await run.code, 2);
    assert.match(run.world.stderr.text(), /has already ended \[run\/ended\]\n {2}hint: `millrace retry`/);
  });
});

describe("retry and resubmit", () => {
  test("retry goes on with the finished run", async () => {
    const run = start(["retry", "orders", "-q", "--restart-successful", "--node", "a", "-p", "x=1"], { pictures: [good] });
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.deepEqual(run.engine.calls.slice(0, 2), [
      "adopt orders",
      'command orders {"kind":"retry","restartSuccessful":true,"parameters":{"x":"1"},"select":"a"}',
    ]);
  });

  test("a refused command closes the engine and leaves what runs", async () => {
    const engine = createEngine(good);
    const refusing = { ...engine, command: () => Promise.reject(new MillraceError("run/succeeded", "conflict", "nothing failed")) };
    const house = createFakeHouse({ pictures: [good], engine: refusing });
    const world = createWorld({ cwd: folder });
    assert.equal(await runCli(["retry", "orders"], world.io, () => house), 2);
    assert.deepEqual(engine.calls, ["adopt orders", "close leaving"]);
  });

  test("resubmit makes a new run of the stored document", async () => {
    const earlier = makePicture({ phase: "failed", endedAfter: 1, tasks: [], parameters: { a: "1", b: "2" } });
    const run = start(["resubmit", "orders", "-q", "-p", "b=3", "-l", "again=yes"], { pictures: [earlier] });
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.equal(run.engine.calls[0], 'submit {"parameters":{"a":"1","b":"3"},"labels":{"again":"yes"}}');
  });

  test("what cannot be done is said", async () => {
    const memoized = start(["resubmit", "orders", "--memoized"], { pictures: [good] });
    assert.equal(await memoized.code, 2);
    assert.match(memoized.world.stderr.text(), /\[cli\/not-available\]/);
    const submit = start(["submit", "workflow.yaml"]);
    assert.equal(await submit.code, 2);
    assert.match(submit.world.stderr.text(), /hint: Run it in this process: millrace run workflow\.yaml/);
  });
});
