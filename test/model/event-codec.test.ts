/** The event codec: every event survives writing and reading, and what is not understood is said clearly. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MillraceError } from "../../src/base/errors.ts";
import type { Json } from "../../src/base/json.ts";
import { decodeEvents, encodeEvents } from "../../src/model/run/event-codec.ts";
import type { RunEvent, RunEventKind } from "../../src/model/run/events.ts";
import type { AttemptFacts } from "../../src/model/run/values.ts";

const time = fc.oneof(
  fc.integer({ min: 0, max: 4e12 }),
  fc.integer({ min: 1.7e12, max: 1.7e12 + 1000 }),
  fc.double({ min: 0, noNaN: true }),
);
const whole = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const json: fc.Arbitrary<Json> = fc
  .jsonValue({ maxDepth: 2, noUnicodeString: false })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json);
const name = fc.string({ maxLength: 6, unit: "binary" }).map((text) => `n${text}`);
const values = fc.dictionary(name, json, { maxKeys: 3 });
const texts = fc.dictionary(name, fc.string({ maxLength: 6 }), { maxKeys: 3 });
const files = fc.dictionary(
  name,
  fc.constantFrom({ kind: "absent" as const }, { kind: "text" as const, text: "x" }),
  { maxKeys: 2 },
);
const inputs = fc.record({ values, files });
const outputs = fc.record(
  { result: fc.string({ maxLength: 5 }), values, files },
  { requiredKeys: ["values", "files"] },
);
const phase = fc.constantFrom(3 as const, 4 as const, 5 as const);
const reason = fc.record(
  {
    code: fc.constantFrom("stopped" as const, "exit-nonzero" as const),
    message: fc.string(),
    source: fc.string(),
    task: whole,
    exitCode: fc.integer(),
  },
  { requiredKeys: ["code"] },
);
const items = fc.oneof(
  fc.record({ kind: fc.constant("list" as const), list: fc.array(json, { maxLength: 3 }) }),
  fc.record(
    {
      kind: fc.constant("sequence" as const),
      start: fc.integer(),
      step: fc.constantFrom(1 as const, -1 as const),
      format: fc.string(),
    },
    { requiredKeys: ["kind", "start", "step"] },
  ),
);
const facts: fc.Arbitrary<AttemptFacts> = fc.record({
  usage: fc.record({ cpuUserMs: whole, cpuSystemMs: whole, peakMemoryBytes: whole }, { requiredKeys: [] }),
  executor: fc.constantFrom("process", "sandbox"),
  host: fc.constantFrom("a", "b"),
  user: fc.constantFrom("u", "v"),
});
const lock = fc.record({ key: fc.string({ maxLength: 4 }), limit: whole });

/** One arbitrary for each kind: the type makes this list complete. */
const byKind: { readonly [K in RunEventKind]: fc.Arbitrary<Extract<RunEvent, { kind: K }>> } = {
  "run.created": fc.record({ kind: fc.constant("run.created"), at: time, suspended: fc.boolean() }),
  "run.started": fc.record(
    {
      kind: fc.constant("run.started"),
      at: time,
      values: texts,
      labels: texts,
      deadlineAt: time,
      attemptsAtMost: fc.oneof(whole, fc.constant(Infinity)),
    },
    { requiredKeys: ["kind", "at", "values", "labels"] },
  ),
  "run.suspended": fc.record({ kind: fc.constant("run.suspended"), at: time }),
  "run.resumed": fc.record({ kind: fc.constant("run.resumed"), at: time }),
  "run.stopping": fc.record({ kind: fc.constant("run.stopping"), at: time, reason, hooks: fc.boolean() }),
  "run.ended": fc.record(
    { kind: fc.constant("run.ended"), at: time, phase, reason },
    { requiredKeys: ["kind", "at", "phase"] },
  ),
  "run.retried": fc.record(
    {
      kind: fc.constant("run.retried"),
      at: time,
      reset: fc.array(whole, { maxLength: 3 }),
      reopened: fc.array(whole, { maxLength: 3 }),
      values: texts,
    },
    { requiredKeys: ["kind", "at", "reset", "reopened"] },
  ),
  "task.expanded": fc.record(
    { kind: fc.constant("task.expanded"), task: whole, at: time, count: whole, items },
    { requiredKeys: ["kind", "task", "at", "count"] },
  ),
  "callback.owed": fc.record(
    {
      kind: fc.constant("callback.owed"),
      at: time,
      callback: whole,
      order: fc.oneof(
        fc.record({
          kind: fc.constant("request" as const),
          request: fc.record({
            method: fc.string(),
            url: fc.string(),
            headers: fc.array(fc.record({ name: fc.string(), value: fc.string(), secret: fc.boolean() }), {
              maxLength: 2,
            }),
            timeoutMs: whole,
            verifyTls: fc.boolean(),
          }),
        }),
        fc.record({
          kind: fc.constant("start" as const),
          start: fc.record({
            definition: fc.string(),
            parameters: fc.array(fc.record({ name: fc.string(), value: fc.string() }), { maxLength: 2 }),
            payload: fc.string(),
          }),
        }),
      ),
    },
    { requiredKeys: ["kind", "at", "callback"] },
  ),
  "callback.retried": fc.record({
    kind: fc.constant("callback.retried"),
    at: time,
    number: whole,
    notBefore: time,
    message: fc.string(),
  }),
  "callback.settled": fc.record({
    kind: fc.constant("callback.settled"),
    at: time,
    number: whole,
    delivered: fc.boolean(),
    message: fc.string(),
  }),
  "attempt.ready": fc.record({ kind: fc.constant("attempt.ready"), task: whole, at: time }),
  "attempt.lapsed": fc.record({ kind: fc.constant("attempt.lapsed"), task: whole, at: time }),
  "task.dismissed": fc.record({ kind: fc.constant("task.dismissed"), task: whole, at: time }),
  "task.skipped": fc.record({ kind: fc.constant("task.skipped"), task: whole, at: time, reason }),
  "task.omitted": fc.record({ kind: fc.constant("task.omitted"), task: whole, at: time, reason }),
  "task.queued": fc.record(
    {
      kind: fc.constant("task.queued"),
      task: whole,
      at: time,
      process: whole,
      inputs,
      deadlineAt: time,
      startBy: time,
      locks: fc.array(lock, { maxLength: 2 }),
    },
    { requiredKeys: ["kind", "task", "at", "process"] },
  ),
  "task.opened": fc.record(
    {
      kind: fc.constant("task.opened"),
      task: whole,
      at: time,
      process: fc.integer({ min: -1, max: 9 }),
      inputs,
      retried: fc.boolean(),
      limit: whole,
      targets: fc.array(whole, { maxLength: 2 }),
      until: time,
    },
    { requiredKeys: ["kind", "task", "at", "process", "retried"] },
  ),
  "task.retried": fc.record(
    { kind: fc.constant("task.retried"), task: whole, at: time, notBefore: time, reason },
    { requiredKeys: ["kind", "task", "at", "notBefore"] },
  ),
  "task.halted": fc.record({ kind: fc.constant("task.halted"), task: whole, at: time }),
  "task.settled": fc.record(
    {
      kind: fc.constant("task.settled"),
      task: whole,
      at: time,
      phase,
      reason,
      outputs,
      published: inputs,
      process: whole,
      inputs,
      exitCode: whole,
    },
    { requiredKeys: ["kind", "task", "at", "phase"] },
  ),
  "task.looked": fc.record(
    {
      kind: fc.constant("task.looked"),
      task: whole,
      at: time,
      cache: fc.string(),
      key: fc.string(),
      ageAtMostMs: whole,
    },
    { requiredKeys: ["kind", "task", "at", "cache", "key"] },
  ),
  "task.missed": fc.record({ kind: fc.constant("task.missed"), task: whole, at: time }),
  "task.supplied": fc.record(
    { kind: fc.constant("task.supplied"), task: whole, at: time, values, message: fc.string() },
    { requiredKeys: ["kind", "task", "at", "values"] },
  ),
  "task.closed": fc.record({ kind: fc.constant("task.closed"), task: whole, at: time }),
  "attempt.started": fc.record(
    { kind: fc.constant("attempt.started"), task: whole, at: time, process: whole, inputs },
    { requiredKeys: ["kind", "task", "at"] },
  ),
  "attempt.ended": fc.record(
    {
      kind: fc.constant("attempt.ended"),
      task: whole,
      at: time,
      phase,
      exitCode: fc.integer({ min: -5, max: 255 }),
      reason,
      outputs,
      published: inputs,
      facts,
    },
    { requiredKeys: ["kind", "task", "at", "phase"] },
  ),
  "run.queued": fc.record(
    { kind: fc.constant("run.queued"), at: time, reason, locks: fc.array(lock, { maxLength: 2 }) },
    { requiredKeys: ["kind", "at", "reason"] },
  ),
  "run.admitted": fc.record({ kind: fc.constant("run.admitted"), at: time }),
  "hook.started": fc.record({
    kind: fc.constant("hook.started"),
    owner: fc.integer({ min: -1, max: 9 }),
    hook: whole,
    at: time,
  }),
};

const anyEvent: fc.Arbitrary<RunEvent> = fc.oneof(...Object.values(byKind));

/** Records of fast-check may lack a prototype, which JSON never gives back. */
function plain(events: readonly RunEvent[]): unknown {
  return structuredClone(events);
}

describe("event codec", () => {
  it("gives back what it was given, for every kind", () => {
    for (const one of Object.values<fc.Arbitrary<RunEvent>>(byKind)) {
      fc.assert(
        fc.property(fc.array(one, { maxLength: 4 }), (events) => {
          assert.deepEqual(decodeEvents(encodeEvents(events)), plain(events));
        }),
        { numRuns: 40 },
      );
    }
  });

  it("gives back batches of mixed kinds", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        assert.deepEqual(decodeEvents(encodeEvents(events)), plain(events));
      }),
      { numRuns: 100 },
    );
  });

  it("writes distances of time, no absent fields, and repeated facts once", () => {
    const facts = { usage: { cpuUserMs: 5 }, executor: "process", host: "h", user: "u" };
    const text = encodeEvents([
      { kind: "task.settled", task: 7, at: 1_700_000_000_000, phase: 3 },
      { kind: "attempt.started", task: 8, at: 1_700_000_000_002, process: 4 },
      { kind: "attempt.ended", task: 8, at: 1_700_000_000_012, phase: 4, exitCode: 1, facts },
      { kind: "attempt.ended", task: 9, at: 1_700_000_000_011, phase: 3, facts },
      { kind: "task.retried", task: 8, at: 1_700_000_000_011, notBefore: 1_700_000_001_011 },
    ]);
    assert.equal(
      text,
      '[1,[14,1700000000000,7,3],[17,2,8,4],[18,10,8,4,1,[5,null,null,"process","h","u"]],[18,-1,9,3,null,[5,null,null]],[12,0,8,1000]]',
    );
  });

  it("keeps its codes: a history that was written once is read for ever", () => {
    const text =
      '[1,[0,1000,0],[1,1,{"a":"1"},{}],[11,0,0,2,0],[7,0,1,3],[14,2,2,5,0,null,null,{"code":"lost"}],[5,9,5]]';
    assert.deepEqual(decodeEvents(text), [
      { kind: "run.created", at: 1000, suspended: false },
      { kind: "run.started", at: 1001, values: { a: "1" }, labels: {} },
      { kind: "task.opened", at: 1001, task: 0, process: 2, retried: false },
      { kind: "task.expanded", at: 1001, task: 1, count: 3 },
      { kind: "task.settled", at: 1003, task: 2, phase: 5, process: 0, reason: { code: "lost" } },
      { kind: "run.ended", at: 1012, phase: 5 },
    ]);
    const kinds = decodeEvents(`[1${Array.from({ length: 20 }, (_, code) => `,[${code},0]`).join("")}]`).map(
      (event) => event.kind,
    );
    assert.deepEqual(kinds, [
      "run.created",
      "run.started",
      "run.suspended",
      "run.resumed",
      "run.stopping",
      "run.ended",
      "run.retried",
      "task.expanded",
      "task.skipped",
      "task.omitted",
      "task.queued",
      "task.opened",
      "task.retried",
      "task.halted",
      "task.settled",
      "task.supplied",
      "task.closed",
      "attempt.started",
      "attempt.ended",
      "hook.started",
    ]);
  });

  it("refuses what it does not understand", () => {
    const cases: readonly [text: string, code: string][] = [
      ["[1,[99,0]]", "history/unknown-event"],
      ['[1,["task.settled",0]]', "history/unknown-event"],
      ["[1,[13,0,5,6]]", "history/unknown-event"],
      ["[2,[13,0,5]]", "history/unknown-version"],
      ["[]", "history/unknown-version"],
      ["[1,[13,0,5]", "history/unreadable-events"],
      ["{}", "history/unreadable-events"],
      ["[1,13]", "history/unreadable-events"],
      ["[1,[13]]", "history/unreadable-events"],
      ["", "history/unreadable-events"],
    ];
    for (const [text, code] of cases) {
      assert.throws(
        () => decodeEvents(text),
        (error) => error instanceof MillraceError && error.code === code && error.category === "invalid",
        text,
      );
    }
  });
});
