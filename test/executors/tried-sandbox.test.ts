/** A way into a sandbox that is known to work is not tried again, and what it refuses all the same is told. */
import assert from "node:assert/strict";
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createSandboxExecutor } from "../../src/executors/sandbox/sandbox-executor.ts";
import { openExecutorBench, sh } from "../../src/ports/conformance/executor-bench.ts";
import { makeTemporaryPlace, openSubject } from "./temporary-place.ts";

for (const tried of [undefined, "bubblewrap"] as const) {
  const title = tried === undefined ? "an unknown way is tried first" : "a known way is taken at once";
  test(`${title}, and an attempt without its sandbox is no failure of its command`, async (context) => {
    const place = makeTemporaryPlace();
    const calls = join(place, "calls");
    mkdirSync(join(place, "bin"));
    const program = join(place, "bin", "bwrap");
    writeFileSync(program, `#!/bin/sh\necho called >>${calls}\necho "no namespaces here" >&2\nexit 1\n`);
    chmodSync(program, 0o755);
    appendFileSync(calls, "");
    const path = process.env["PATH"];
    process.env["PATH"] = `${join(place, "bin")}:${path}`;
    context.after(() => {
      process.env["PATH"] = path;
    });
    const subject = await openSubject((stateDirectory, listener) =>
      createSandboxExecutor({ capacity: 1, stateDirectory, method: "bubblewrap", tried }, listener),
    );
    const bench = openExecutorBench(subject);
    const { available } = await bench.executor.capabilities();
    assert.deepEqual(
      [available, readFileSync(calls, "utf8")],
      tried === undefined ? [false, "called\n"] : [true, ""],
    );
    const { exit, err } = await bench.run(sh("exit 0"));
    assert.ok(exit.problem?.kind === "start-refused");
    const code = tried === undefined ? "executor/sandbox-unavailable" : "executor/sandbox-setup";
    assert.equal(exit.problem.code, code);
    assert.match(tried === undefined ? exit.problem.message : err, /no namespaces here/u);
    await bench.executor.close({ leaveRunning: false });
    await subject.dispose();
  });
}
