import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MillraceError } from "../../src/base/errors.ts";
import { runCli } from "../../src/cli/cli.ts";
import { createEngine, createFakeHouse } from "./fake-house.ts";
import { makePicture } from "./fake-picture.ts";
import { createWorld } from "./fake-world.ts";
import { folder, going, good, start, waiting } from "./start-command.ts";

describe("resume", () => {
  test("without another process it takes the run over and drives it", async () => {
    const run = start(["resume", "orders", "-q"], { pictures: [waiting] });
    await run.engine.watched;
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.deepEqual(run.engine.calls, ["adopt orders", 'command orders {"kind":"resume"}', "close ending"]);
  });

  test("only what is new is told: that it goes on, not how it came to wait", async () => {
    const run = start(["resume", "orders"], { pictures: [waiting] });
    await run.engine.watched;
    run.engine.emit(going, []);
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    const [first = ""] = run.world.stdout.text().split("\n");
    assert.match(first, /orders run resumed$/);
    assert.doesNotMatch(run.world.stdout.text(), /waits for a person/);
  });

  test("a run whose process was killed needs no command", async () => {
    const run = start(["resume", "-q"], { pictures: [going] });
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.deepEqual(run.engine.calls, ["adopt orders", "close ending"]);
  });

  test("values go to the only task that waits", async () => {
    const run = start(["resume", "orders", "-q", "--output-parameter", "decision=YES", "--message", "ok"], {
      pictures: [waiting],
    });
    await run.engine.watched;
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.deepEqual(run.engine.calls.slice(1, 3), [
      'command orders {"kind":"set","select":"orders.approve","values":{"decision":"YES"}}',
      'command orders {"kind":"resume","select":"orders.approve","message":"ok"}',
    ]);
  });

  test("values without a selector are refused when several tasks wait", async () => {
    const two = makePicture({
      phase: "suspended",
      tasks: ["a", "b"].map((name) => ({ name, phase: "running", from: 0, waitsFor: [] })),
    });
    const run = start(["resume", "orders", "--output-parameter", "x=1"], { pictures: [two] });
    assert.equal(await run.code, 2);
    assert.equal(
      run.world.stderr.text(),
      "error: several tasks wait; say which gets the values [cli/bad-arguments]\n  hint: Use --node with one of orders.a, orders.b.\n",
    );
  });

  test("with another process the command is handed over", async () => {
    const run = start(["resume", "orders", "--node", "approve"], { pictures: [waiting], driven: true });
    assert.equal(await run.code, 0);
    assert.deepEqual(run.calls, ['command orders {"kind":"resume","select":"approve"}']);
    assert.equal(run.world.stdout.text(), "workflow orders resumed (by the process that drives it)\n");
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
    const run = start(["retry", "orders", "-q", "--restart-successful", "--node", "a", "-p", "x=1"], {
      pictures: [good],
    });
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
    const refusing = {
      ...engine,
      command: () => Promise.reject(new MillraceError("run/succeeded", "conflict", "nothing failed")),
    };
    const house = createFakeHouse({ pictures: [good], engine: refusing });
    const world = createWorld({ cwd: folder });
    assert.equal(await runCli(["retry", "orders"], world.io, () => house), 2);
    assert.deepEqual(engine.calls, ["adopt orders", "close leaving"]);
  });

  test("resubmit makes a new run of the stored document", async () => {
    const earlier = makePicture({
      phase: "failed",
      endedAfter: 1,
      tasks: [],
      parameters: { a: "1", b: "2" },
    });
    const run = start(["resubmit", "orders", "-q", "-p", "b=3", "--labels", "again=yes"], {
      pictures: [earlier],
    });
    run.engine.emit(good, []);
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.equal(
      run.engine.calls[0],
      'submit {"parameters":{"a":"1","b":"3"},"labels":{"again":"yes","workflows.argoproj.io/resubmitted-from-workflow":"orders"}}',
    );
  });

  test("what cannot be done is said", async () => {
    const memoized = start(["resubmit", "orders", "--memoized"], { pictures: [good] });
    assert.notEqual(await memoized.code, 0);
    assert.match(memoized.world.stderr.text(), /\[run\/not-failed\]/);
    const submit = start(["submit", "workflow.yaml"]);
    assert.equal(await submit.code, 5);
    assert.match(submit.world.stderr.text(), /\[home\/not-served\]/);
    for (const flag of ["--wait", "--watch", "--log"]) {
      const waited = start(["submit", flag, "-q", "workflow.yaml"]);
      waited.engine.settle("ended");
      waited.engine.emit(good, []);
      assert.equal(await waited.code, 0);
      assert.equal(waited.engine.calls[0], 'submit {"parameters":{}}');
    }
  });
});
