/** Daemons of a run that is interrupted or killed: never waited for, never left behind, never run twice at once. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ledgerPath, readLedger, untilLedger } from "./ledger.ts";
import { assertNoneMarked, findMarked } from "./marked-processes.ts";
import { makePlace } from "./place.ts";
import type { Place } from "./place.ts";
import { assertDecent, interruptTwice, runProgram, show, startProgram } from "./program.ts";
import { shellTemplate, workflowOf } from "./workflow.ts";

/** A daemon, a task beside it that waits for the file `go`, and one that comes after; each writes into the ledger. */
function writeSteps(place: Place): string {
  const ledger = ledgerPath(place);
  const note = (name: string): string => `echo begin-${name} >>${ledger};`;
  const wait = `while [ ! -e ${join(place.work, "go")} ]; do sleep 0.05; done;`;
  const call = (name: string): object => ({ name, template: name });
  return workflowOf([
    { name: "main", steps: [[call("svc")], [call("a")], [call("b")]] as never },
    shellTemplate(`${note("svc")} exec sleep 1000`, { daemon: true }, "svc"),
    shellTemplate(`${note("a")} ${wait} echo end-a >>${ledger}`, {}, "a"),
    shellTemplate(`${note("b")} echo end-b >>${ledger}`, {}, "b"),
  ]);
}

const args = ["--executor", "process", "--no-watch"];

/** Starts the run and waits until `a` runs beside the daemon. */
async function begin(place: Place) {
  place.write("it.yaml", writeSteps(place));
  const run = startProgram(["run", "it.yaml", ...args], { cwd: place.work });
  await untilLedger(place, "begin-a");
  return run;
}

async function resumeToEnd(place: Place): Promise<void> {
  const resumed = await runProgram(["resume", "abuse", ...args], { cwd: place.work });
  assert.equal(resumed.code, 0, show(resumed));
  assert.match(resumed.stdout, /Succeeded/);
  await assertNoneMarked(place.work);
}

const whole = ["begin-svc", "begin-a", "end-a", "begin-b", "end-b"];

describe("a run with a daemon", { concurrency: 2 }, () => {
  test("ends, and the daemon with it", async (context) => {
    const place = makePlace(context);
    const run = await begin(place);
    place.write("go", "");
    const ended = await run.ended;
    assertDecent(ended);
    assert.equal(ended.code, 0, show(ended));
    assert.deepEqual(readLedger(place), whole);
    await assertNoneMarked(place.work);
  });

  test("Ctrl-C once: the task is finished, the daemon is ended, resume starts it again", async (context) => {
    const place = makePlace(context);
    const run = await begin(place);
    run.child.kill("SIGINT");
    await run.until(/interrupted: finishing 1 running task/);
    place.write("go", "");
    const ended = await run.ended;
    assertDecent(ended);
    assert.equal(ended.code, 130, show(ended));
    await assertNoneMarked(place.work);
    assert.deepEqual(readLedger(place), ["begin-svc", "begin-a", "end-a"]);
    await resumeToEnd(place);
    assert.deepEqual(readLedger(place), ["begin-svc", "begin-a", "end-a", "begin-svc", "begin-b", "end-b"]);
  });

  test("Ctrl-C twice: nothing is left", async (context) => {
    const place = makePlace(context);
    const run = await begin(place);
    await interruptTwice(run, place.work);
    place.write("go", "");
    await resumeToEnd(place);
  });

  test("SIGKILL: the daemon goes on, and resume takes it over", async (context) => {
    const place = makePlace(context);
    const run = await begin(place);
    run.child.kill("SIGKILL");
    assert.equal((await run.ended).signal, "SIGKILL");
    assert.ok(findMarked(place.work).some((line) => line.includes("sleep 1000")));
    place.write("go", "");
    await resumeToEnd(place);
    assert.deepEqual(readLedger(place), whole);
  });
});
