/** Payloads: which submissions are the same, and which run answers them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Json } from "../../src/base/json.ts";
import { phases } from "../../src/model/run/phase.ts";
import type { RunSummary } from "../../src/ports/history-store.ts";
import type { Driven } from "../../src/main/desk.ts";
import { identifyPayload, withPayload } from "../../src/main/payload-identity.ts";
import { findJoined } from "../../src/main/payloads.ts";
import { createMemoryHistory } from "../../src/stores/memory/memory-history.ts";

function identify(payload: Json, parameters: Record<string, string> = {}, workflow = "w") {
  const identity = identifyPayload(workflow, { payload: JSON.stringify(payload), parameters, facts: {} });
  return identity ?? assert.fail("no identity");
}

describe("the identity of a payload", () => {
  test("is that of its content, in whatever order it is written", () => {
    assert.equal(
      identify({ a: 1, b: { c: [1, 2], d: null } }).key,
      identify({ b: { d: null, c: [1, 2] }, a: 1 }).key,
    );
  });

  for (const [what, other] of [
    ["another value", identify({ a: 2 })],
    ["another workflow", identify({ a: 1 }, {}, "v")],
    ["another parameter", identify({ a: 1 }, { p: "1" })],
    ["a list in another order", identify([1, 2])],
  ] as const)
    test(`differs with ${what}`, () => {
      assert.notEqual(identify(what === "a list in another order" ? [2, 1] : { a: 1 }).key, other.key);
    });

  test("has the name that the payload gives itself", () => {
    assert.equal(identify({ id: "scene-1" }).id, "scene-1");
    for (const payload of [{ id: 3 }, { id: "" }, [], "text", null] as const)
      assert.equal(identify(payload).id, identify(payload).key.slice(0, 12));
  });

  test("is none without a payload, and refused without JSON", () => {
    assert.equal(identifyPayload("w", { parameters: {}, facts: {} }), undefined);
    assert.throws(() => identifyPayload("w", { payload: "{", parameters: {}, facts: {} }), {
      code: "payload/not-json",
    });
  });

  test("is the value of the parameter of that name", () => {
    assert.deepEqual(
      withPayload({ payload: "{}", parameters: { a: "b", payload: "x" }, facts: {} }).parameters,
      {
        a: "b",
        payload: "{}",
      },
    );
    assert.equal(identify({}, { payload: "anything" }).key, identify({}).key);
  });

  test("never depends on the order of members", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const turned = Object.fromEntries(Object.entries(object).toReversed());
        assert.equal(identify(object as Json).key, identify(turned as Json).key);
      }),
    );
  });
});

/** What a home knows of its runs, as far as payloads go. */
interface Run {
  readonly key: string;
  readonly name: string;
  phase: "running" | "succeeded" | "failed" | "errored";
  isDriven: boolean;
}

function summaryOf({ key, name, phase }: Run, createdAt: number): RunSummary {
  return {
    runId: name,
    name,
    phase,
    createdAt,
    labels: {},
    progress: { done: 0, total: 0 },
    view: { payload: { key, id: key } },
  };
}

function drivenOf({ key, name, phase }: Run): Driven {
  const ended = phase === "running" ? undefined : phases[phase];
  return {
    run: { runId: name, name, state: { ended }, quarantined: undefined },
    record: { submission: { facts: { payload: { key, id: key } } } },
  } as unknown as Driven;
}

async function deskOf(runs: readonly Run[]) {
  const history = createMemoryHistory();
  const document = { language: "x", source: "", file: "", submission: {} };
  const created = runs.map((run, index) => ({ summary: summaryOf(run, index), document }));
  await history.commit({ created, appended: [] }, { durable: false });
  const driven = new Map(runs.filter(({ isDriven }) => isDriven).map((run) => [run.name, drivenOf(run)]));
  return { driven, history };
}

const key = fc.constantFrom("k1", "k2");
const act = fc.oneof(
  fc.record({ kind: fc.constant("submit" as const), key, force: fc.boolean() }),
  fc.record({
    kind: fc.constant("end" as const),
    key,
    phase: fc.constantFrom("succeeded", "failed", "errored"),
  }),
  // The process ends, or another one takes over: who is driven changes, and nothing else does.
  fc.record({ kind: fc.constant("leave" as const), key }),
);

test("of one payload one run at most is under way, success answers unless forced, and failure runs again", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
      const runs: Run[] = [];
      for (const one of acts) {
        const own = runs.filter((run) => run.key === one.key);
        const last = own.at(-1);
        const underWay = own.filter(({ phase }) => phase === "running");
        assert.ok(underWay.length <= 1);
        if (one.kind === "end") for (const run of underWay) run.phase = one.phase as Run["phase"];
        if (one.kind === "leave") for (const run of own) run.isDriven = !run.isDriven;
        if (one.kind !== "submit") continue;
        const joined = await findJoined(await deskOf(runs), one.key, one.force);
        const wanted =
          last?.phase === "running"
            ? [last.name, "under-way"]
            : last?.phase === "succeeded" && !one.force
              ? [last.name, "succeeded"]
              : undefined;
        assert.deepEqual(joined === undefined ? undefined : [joined.name, joined.joined], wanted);
        if (joined === undefined)
          runs.push({ key: one.key, name: `r${runs.length}`, phase: "running", isDriven: true });
      }
    }),
    { numRuns: 60 },
  );
});
