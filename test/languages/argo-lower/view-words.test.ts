/** The words in which a run and its nodes say why they stand as they do: those of Argo, where it has any. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { argo } from "../../../src/languages/argo/argo.ts";
import { describeReason } from "../../../src/languages/argo/view/describe-reason.ts";
import type { Reason } from "../../../src/model/run/values.ts";
import { end, run, start } from "./folded-run.ts";

test("locks: who waits says for what", () => {
  const state = run(
    "entrypoint: a\ntemplates: [{name: a, synchronization: {mutexes: [{name: m}]}, container: {image: busybox}}]",
    [{ kind: "task.queued", task: 0, process: 0, locks: [{ key: "default/Mutex/m", limit: 1 }] }],
  );
  // The lock is free: it is something else that is missing.
  assert.equal(argo.view.message(state, 0), "");
  const before = { user: state, task: 99, priority: 1, createdAt: 0 };
  state.locks.claim(state.locks.enter(before, [{ key: "default/Mutex/m", limit: 1 }], []));
  assert.equal(argo.view.message(state, 0), "Waiting for default/Mutex/m lock. Lock status: 0/1");
});

test("stop and terminate: words for the run and for its pods", () => {
  const reason: Reason = { code: "stopped" };
  const state = run("entrypoint: a\ntemplates: [{name: a, container: {image: busybox}}]", [
    start(0, 0),
    { kind: "run.stopping", reason, hooks: true },
    end(0, 4, { reason }),
    { kind: "run.ended", phase: 4, reason },
  ]);
  assert.equal(argo.view.message(state, 0), "workflow shutdown with strategy:  Stop");
  assert.deepEqual(argo.view.outcome(state), { phase: "Failed", message: "Stopped with strategy 'Stop'" });
});

const words: readonly (readonly [reason: Reason, message: string])[] = [
  [{ code: "condition-false", source: "1 == 2" }, "when '1 == 2' evaluated false"],
  [{ code: "list-empty" }, "Skipped, empty params"],
  [{ code: "guard-false" }, "omitted: depends condition not met"],
  [{ code: "exit-nonzero", exitCode: 64 }, "main: Error (exit code 64)"],
  [
    { code: "exit-nonzero", commands: { a: { kind: "exited", code: 0 }, b: { kind: "exited", code: 2 } } },
    "b: Error (exit code 2)",
  ],
  [{ code: "signaled", signal: "SIGKILL" }, "main: Error (exit code 137)"],
  [{ code: "timed-out" }, "Pod was active on the node longer than the specified deadline"],
  [{ code: "deadline" }, "Step exceeded its deadline"],
  [{ code: "end-on-failure" }, "template has failed or errored children and failFast enabled"],
  [{ code: "retries-exhausted" }, "No more retries left"],
  [{ code: "retry-too-late", message: "delay" }, "Backoff would exceed max duration limit"],
  [{ code: "retry-too-late", message: "elapsed" }, "Max duration limit exceeded"],
  [{ code: "stopped" }, "Stopped with strategy 'Stop'"],
  [{ code: "terminated" }, "Stopped with strategy 'Terminate'"],
  [
    { code: "output-not-supplied", message: "x" },
    "raw output parameter 'x' has not been set and does not have a default value",
  ],
  [{ code: "response-refused", message: "404" }, "received non-2xx response code: 404"],
  [{ code: "response-refused", message: "200", source: "false" }, "successCondition 'false' evaluated false"],
  [
    { code: "argument-missing", message: "inputs.parameters.x was not supplied" },
    "inputs.parameters.x was not supplied",
  ],
];

for (const [reason, message] of words) {
  test(`in Argo's words: ${reason.code} ${reason.message ?? ""}`, () =>
    assert.equal(describeReason(reason), message));
}
