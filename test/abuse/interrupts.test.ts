/** Ctrl-C, signals, and a terminal that goes away, while a run goes on. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ledgerPath, readLedger, untilLedger } from "./ledger.ts";
import { assertNoneMarked, findMarked } from "./marked-processes.ts";
import { noTerminal } from "./machine.ts";
import { makePlace } from "./place.ts";
import type { Place } from "./place.ts";
import { assertDecent, interruptTwice, runProgram, show, startProgram } from "./program.ts";
import { shellTemplate, workflowOf } from "./workflow.ts";

/**
 * Two tasks beside each other, then one more. Each writes a line into the ledger when it begins and when it ends;
 * the first two wait for the file `go`.
 */
function writeSteps(place: Place): string {
  const ledger = ledgerPath(place);
  const go = join(place.work, "go");
  const step = (name: string, wait: string) =>
    shellTemplate(
      `echo begin-${name} >>${ledger}; ${wait} echo end-${name} >>${ledger}; echo out-${name}`,
      {},
      name,
    );
  const wait = `while [ ! -e ${go} ]; do sleep 0.05; done;`;
  return workflowOf(
    [
      {
        name: "main",
        steps: [
          [
            { name: "a", template: "a" },
            { name: "b", template: "b" },
          ],
          [{ name: "c", template: "c", arguments: { parameters: [] } }],
        ],
      },
      step("a", ""),
      step("b", wait),
      step("c", ""),
    ].map((template) => ({ ...template })),
  );
}

function sortedLedger(place: Place): readonly string[] {
  return readLedger(place).toSorted();
}

/** The process executor: what is written by path lands there. */
const runArgs = ["run", "it.yaml", "--executor", "process", "--no-watch"];

/** Starts the run and waits until `b` is the only one that goes on. */
async function begin(place: Place, args: readonly string[] = runArgs) {
  place.write("it.yaml", writeSteps(place));
  const run = startProgram(args, { cwd: place.work });
  await run.until(/abuse\[0\]\.a succeeded/);
  await untilLedger(place, "begin-b");
  return run;
}

const whole = ["begin-a", "begin-b", "begin-c", "end-a", "end-b", "end-c"];

async function resumeToEnd(place: Place): Promise<void> {
  const resumed = await runProgram(["resume", "abuse", "--executor", "process", "--no-watch"], {
    cwd: place.work,
  });
  assert.equal(resumed.code, 0, show(resumed));
  assert.match(resumed.stdout, /Succeeded/);
}

describe("a run that is interrupted", { concurrency: 2 }, () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    test(`${signal} once: what runs is finished, resume does the rest, nothing twice`, async (context) => {
      const place = makePlace(context);
      const run = await begin(place);
      run.child.kill(signal);
      await run.until(/interrupted: finishing 1 running task/);
      place.write("go", "");
      const ended = await run.ended;
      assertDecent(ended);
      assert.equal(ended.code, 130, show(ended));
      assert.match(ended.stdout + ended.stderr, /go on with: millrace resume abuse/);
      assert.deepEqual(sortedLedger(place), ["begin-a", "begin-b", "end-a", "end-b"]);
      await resumeToEnd(place);
      assert.deepEqual(sortedLedger(place), whole);
    });
  }

  test("twice: what runs is killed, resume does it again, and what was finished is not", async (context) => {
    const place = makePlace(context);
    const run = await begin(place);
    const ended = await interruptTwice(run, place.work);
    assert.match(ended.stderr, /killing 1 running task/);
    place.write("go", "");
    await resumeToEnd(place);
    assert.deepEqual(sortedLedger(place), [...whole, "begin-b"].sort());
  });

  test("SIGHUP, as when the terminal goes: like Ctrl-C, and nothing is left", async (context) => {
    const place = makePlace(context);
    const run = await begin(place);
    run.child.kill("SIGHUP");
    place.write("go", "");
    const ended = await run.ended;
    assertDecent(ended);
    assert.equal(ended.code, 130, show(ended));
    await assertNoneMarked(place.work);
    await resumeToEnd(place);
    assert.deepEqual(sortedLedger(place), whole);
  });

  test("SIGKILL: list and get tell, what runs is finished without an engine, resume does the rest", async (context) => {
    const place = makePlace(context);
    const run = await begin(place);
    run.child.kill("SIGKILL");
    assert.equal((await run.ended).signal, "SIGKILL");
    const listed = await runProgram(["list"], { cwd: place.work });
    assert.match(listed.stdout, /abuse +.*Running/, show(listed));
    const shown = await runProgram(["get", "abuse"], { cwd: place.work });
    assert.equal(shown.code, 0, show(shown));
    place.write("go", "");
    await untilLedger(place, "end-b");
    await resumeToEnd(place);
    assert.deepEqual(sortedLedger(place), whole);
  });

  test("nobody reads the output any more: the run goes on to its end", async (context) => {
    const place = makePlace(context);
    const run = await begin(place);
    run.child.stdout?.destroy();
    run.child.stderr?.destroy();
    place.write("go", "");
    const ended = await run.ended;
    assert.equal(ended.signal, null, show(ended));
    assert.equal(ended.code, 0, show(ended));
    assert.deepEqual(sortedLedger(place), whole);
  });

  test("piped into head -1", async (context) => {
    const place = makePlace(context);
    place.write("it.yaml", writeSteps(place));
    place.write("go", "");
    const run = startProgram(runArgs, { cwd: place.work, wrap: ["sh", "-c", '"$@" | head -1', "sh"] });
    const ended = await run.ended;
    assert.equal(ended.stdout.split("\n").length, 2, show(ended));
    assert.equal(ended.stderr, "");
    assert.deepEqual(sortedLedger(place), whole);
  });

  test("the terminal goes away below a live tree", { skip: noTerminal }, async (context) => {
    const place = makePlace(context);
    place.write("it.yaml", writeSteps(place));
    // `script` takes one command line: the words are quoted by the shell that starts it.
    const run = startProgram(["run", "it.yaml", "--executor", "process"], {
      cwd: place.work,
      wrap: ["sh", "-c", `c=; for w; do c="$c '$w'"; done; exec script -qec "exec $c" /dev/null`, "sh"],
      env: { TERM: "xterm" },
    });
    // What becomes of `script` is not the matter here.
    run.ended.catch(() => undefined);
    await untilLedger(place, "begin-b");
    const script = findMarked(place.work).find((line) => line.includes("script -qec"));
    process.kill(script === undefined ? run.pid : Number(script.split(" ")[0]), "SIGKILL");
    place.write("go", "");
    await assertNoneMarked(place.work);
    const listed = await runProgram(["list"], { cwd: place.work });
    if (/Suspended|Running/.test(listed.stdout)) await resumeToEnd(place);
    assert.deepEqual(sortedLedger(place), whole);
  });
});
