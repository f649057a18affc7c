import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { makePicture } from "./fake-picture.ts";
import { begun, going, good, start } from "./start-command.ts";

describe("Ctrl-C", () => {
  test("once: what runs is finished, the run is suspended, and the way on is named", async () => {
    const run = start(["run", "workflow.yaml"]);
    await begun(run);
    run.engine.running = 2;
    run.world.interrupt();
    await run.world.stderr.until((text) => text.includes("interrupted"));
    assert.equal(
      run.world.stderr.text(),
      "interrupted: finishing 2 running tasks; Ctrl-C again kills them; go on with: millrace resume orders\n",
    );
    run.engine.running = 1;
    run.engine.emit(going, []);
    run.engine.running = 0;
    // The command is answered in a later turn; the last change of the run comes after it.
    await Promise.resolve();
    run.engine.emit(
      makePicture({
        phase: "suspended",
        suspended: true,
        tasks: [{ name: "a", phase: "succeeded", from: 0, to: 1 }],
      }),
      [],
    );
    assert.equal(await run.code, 130);
    assert.deepEqual(run.engine.calls.slice(1), ['command orders {"kind":"suspend"}', "close ending"]);
    assert.match(
      run.world.stdout.text(),
      /◫ orders Suspended after 0s\n {2}go on with: millrace resume orders\n$/,
    );
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
