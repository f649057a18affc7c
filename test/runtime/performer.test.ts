/** What the performer does when things come in an unlucky order. */
import { noObjects } from "../../src/ports/object-keeper.ts";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMemoryMemos } from "../../src/stores/memory/memory-memos.ts";
import { createMemorySecrets } from "../../src/stores/memory/memory-secrets.ts";
import type { AttemptExit, AttemptOrder } from "../../src/model/run/attempt.ts";
import type { RunInput } from "../../src/model/run/inputs.ts";
import type { Adoption, ExecutorListener } from "../../src/ports/executor.ts";
import type { Laid } from "../../src/ports/attempt-files.ts";
import type { LiveRun } from "../../src/runtime/live-run.ts";
import { Performer } from "../../src/runtime/perform/performer.ts";
import type { RuntimePorts } from "../../src/runtime/runtime-ports.ts";
import { makeExit } from "../simulation/world.ts";

const order = { attemptId: "r/1", runId: "r", commands: [], captureResult: false } as unknown as AttemptOrder;
const run = { runId: "r" } as unknown as LiveRun;
const start = { kind: "attempt.start", task: 1, order } as const;
const good: AttemptExit = makeExit("r/1", 1, 2, { kind: "exited", code: 0 }, undefined);
const cancelled: AttemptExit = makeExit(
  "r/1",
  1,
  2,
  { kind: "signaled", signal: "SIGTERM" },
  { kind: "cancelled" },
);

interface Knobs {
  readonly lay?: () => Laid | Promise<Laid>;
  readonly collect?: () => never;
  readonly adopt?: () => Promise<Adoption>;
}

function openPerformer(knobs: Knobs = {}) {
  const calls: string[] = [];
  const sent: RunInput[] = [];
  const failures: string[] = [];
  const later: (() => void)[] = [];
  const answers: ((response: { readonly problem: string }) => void)[] = [];
  let listener: ExecutorListener | undefined;
  const ports = {
    clock: { now: () => 5 },
    soon: (callback: () => void) => void later.push(callback),
    createExecutor: (given: ExecutorListener) => {
      listener = given;
      return {
        name: "fake",
        capacity: 3,
        start: () => calls.push("start"),
        cancel: (_: string, why: string, graceMs: number) => calls.push(`cancel ${why} ${graceMs}`),
        adopt: knobs.adopt ?? (() => Promise.resolve({ kind: "running" })),
        close: () => Promise.resolve(),
      };
    },
    files: {
      lay: knobs.lay ?? (() => ({ ok: true, directory: "d" })),
      collect: knobs.collect ?? (() => ({ outputs: { parameters: {}, artifacts: {} } })),
      directoryOf: () => "d",
      discard: () => {
        calls.push("discard");
        return Promise.resolve();
      },
      expectAnother: () => calls.push("expect another"),
      close: () => calls.push("close files"),
    },
    secrets: createMemorySecrets(),
    memos: createMemoryMemos(),
    objects: noObjects,
    requester: {
      send: () => {
        calls.push("send");
        return new Promise<{ readonly problem: string }>((resolve) => answers.push(resolve));
      },
    },
  } as unknown as RuntimePorts;
  const performer = new Performer(ports, {
    send: (_, input) => sent.push(input),
    roomChanged: () => undefined,
    failed: (error) => failures.push(error.message),
    broken: (_, error) => failures.push(`of the run: ${error.message}`),
  });
  return {
    performer,
    calls,
    sent,
    failures,
    answers,
    later,
    end: (exit: AttemptExit) => listener?.ended(exit),
  };
}

function problemsOf(sent: readonly RunInput[]): readonly (string | undefined)[] {
  return sent.map((input) =>
    input.kind === "attempt.ended" ? (input.exit.problem?.kind ?? "none") : input.kind,
  );
}

/** Lets promises settle. */
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("performer", () => {
  it("starts an attempt once and reports its end once", async () => {
    const { performer, calls, sent, end } = openPerformer();
    performer.perform(run, start);
    performer.perform(run, start);
    end(good);
    end(good);
    await tick();
    end(good);
    await tick();
    assert.deepEqual(calls, ["start"]);
    assert.deepEqual(problemsOf(sent), ["none"]);
    assert.equal(performer.free, 3);
  });

  it("has files made ahead while the only attempt runs, once one has ended", async () => {
    const { performer, calls, later, end } = openPerformer();
    const startAnother = (name: string) =>
      performer.perform(run, { ...start, order: { ...order, attemptId: `r/${name}` } });
    performer.perform(run, start);
    assert.equal(later.length, 0, "a run of one step gains nothing");
    end(good);
    await tick();
    startAnother("2");
    assert.deepEqual(calls, ["start", "start"], "not before the attempt is on its way");
    startAnother("3");
    assert.equal(later.length, 1, "with several under way there is no idle time");
    for (const callback of later.splice(0)) callback();
    assert.deepEqual(calls, ["start", "start", "start", "expect another"]);
    await performer.close({ leaveRunning: true });
    assert.deepEqual(calls.slice(4), ["close files"]);
  });

  it("does not start what was asked to end while it was laid, and says why it ended", async () => {
    let laid: ((ready: Laid) => void) | undefined;
    const { performer, calls, sent } = openPerformer({
      lay: () => new Promise((resolve) => (laid = resolve)),
    });
    performer.perform(run, start);
    performer.perform(run, { kind: "attempt.cancel", task: 1, why: "timed-out", graceMs: 0 });
    laid?.({ ok: true, directory: "d" });
    await tick();
    assert.deepEqual(calls, []);
    assert.deepEqual(problemsOf(sent), ["timed-out"]);
  });

  it("passes on what was asked while an attempt was being adopted", async () => {
    const { performer, calls } = openPerformer();
    performer.recover(run, [start, { kind: "attempt.cancel", task: 1, why: "cancelled", graceMs: 7 }]);
    assert.deepEqual(calls, [], "the executor does not know it yet");
    await tick();
    assert.deepEqual(calls, ["cancel cancelled 7"]);
  });

  it("does not start an unknown attempt that was asked to end while it was looked for", async () => {
    const { performer, calls, sent } = openPerformer({ adopt: () => Promise.resolve({ kind: "unknown" }) });
    performer.recover(run, [start, { kind: "attempt.cancel", task: 1, why: "cancelled", graceMs: 0 }]);
    await tick();
    assert.deepEqual(calls, []);
    assert.deepEqual(problemsOf(sent), ["cancelled"]);
  });

  it("takes an end that is told before the adoption is answered", async () => {
    let answer: ((adoption: Adoption) => void) | undefined;
    const { performer, calls, sent, end } = openPerformer({
      adopt: () => new Promise((resolve) => (answer = resolve)),
    });
    performer.recover(run, [start]);
    end(good);
    answer?.({ kind: "ended" });
    await tick();
    assert.deepEqual(calls, []);
    assert.deepEqual(problemsOf(sent), ["none"]);
  });

  it("begins again what a closing engine ended, unless somebody wants its end by now", async () => {
    const { performer, calls, sent, end } = openPerformer();
    performer.recover(run, [start]);
    await tick();
    end(cancelled);
    await tick();
    assert.deepEqual(calls, ["discard", "start"]);
    end(cancelled);
    performer.perform(run, { kind: "attempt.cancel", task: 1, why: "cancelled", graceMs: 0 });
    await tick();
    assert.deepEqual(calls, ["discard", "start", "discard"]);
    assert.deepEqual(problemsOf(sent), ["cancelled"]);
  });

  it("tells a fault over one run as that run's, and makes room for others", async () => {
    const oddPath = Object.assign(new Error("odd path"), { code: "ENOTDIR" });
    const knobs: readonly Knobs[] = [
      {
        lay: () => {
          throw oddPath;
        },
      },
      { lay: () => Promise.reject(new TypeError("odd path")) },
      {
        collect: () => {
          throw oddPath;
        },
      },
    ];
    for (const each of knobs) {
      const { performer, failures, end } = openPerformer(each);
      performer.perform(run, start);
      end(good);
      await tick();
      assert.deepEqual([failures, performer.free], [["of the run: odd path"], 3]);
    }
  });

  it("hands an error of the disk to the runtime, not to the executor that told the end", async () => {
    const { performer, sent, failures, end } = openPerformer({
      collect: () => {
        throw Object.assign(new Error("no space"), { code: "ENOSPC" });
      },
    });
    performer.perform(run, start);
    assert.doesNotThrow(() => end(good));
    await tick();
    assert.deepEqual(failures, ["no space"]);
    assert.deepEqual(sent, []);
  });

  it("sends a request again after it was cancelled, and ignores the first one's answer", async () => {
    const request = { method: "GET", url: "u", headers: [], timeoutMs: 1, verifyTls: true };
    const { performer, calls, sent, answers } = openPerformer();
    performer.perform(run, { kind: "request.send", task: 1, request });
    performer.perform(run, { kind: "request.cancel", task: 1 });
    performer.perform(run, { kind: "request.send", task: 1, request });
    answers[0]?.({ problem: "aborted" });
    await tick();
    assert.deepEqual(sent, []);
    answers[1]?.({ problem: "late" });
    await tick();
    assert.deepEqual(calls, ["send", "send"]);
    assert.deepEqual(problemsOf(sent), ["response.received"]);
  });

  it("begins and reports nothing after it was halted", async () => {
    let laid: ((ready: Laid) => void) | undefined;
    const { performer, calls, sent, end } = openPerformer({
      lay: () => new Promise((resolve) => (laid = resolve)),
    });
    performer.perform(run, start);
    performer.halt();
    laid?.({ ok: true, directory: "d" });
    end(good);
    performer.perform(run, start);
    await tick();
    assert.deepEqual(calls, []);
    assert.deepEqual(sent, []);
  });
});
