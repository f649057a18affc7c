/** Callbacks: what is owed when a run has ended, what each answer means, and what a crash leaves. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { computeDelay } from "../../src/engine/decide/callbacks.ts";
import { owed } from "../../src/engine/owed.ts";
import type { Callback } from "../../src/model/plan/callback.ts";
import type { Effect } from "../../src/model/run/effects.ts";
import type { CallbackAnswer } from "../../src/model/run/inputs.ts";
import { buildPlan } from "./plan-spec.ts";
import { Puppet, beginning, rebuild } from "./puppet.ts";

const request = {
  method: "POST",
  url: "http://a/b",
  headers: [],
  timeoutMs: 1_000,
  verifyTls: true,
} as const;

function toy(source: string, form: "text" | "boolean" = "text") {
  return { kind: "expression", dialect: "toy", source, form } as const;
}

function callback(more: Partial<Callback> = {}): Callback {
  return {
    name: "c",
    order: { kind: "request", request },
    tries: { more: 2, delayMs: 100, factor: 2, capMs: 1_000 },
    ...more,
  };
}

function open(...callbacks: readonly Callback[]): Puppet {
  const plan = { ...buildPlan({ processes: { main: "task" } }), callbacks };
  const puppet = new Puppet(plan);
  puppet.start();
  return puppet;
}

type Sent = Extract<Effect, { kind: "callback.send" }>;

function sentBy(decided: readonly { readonly effects: readonly Effect[] }[]): readonly Sent[] {
  return decided.flatMap(({ effects }) => effects.filter((effect) => effect.kind === "callback.send"));
}

/** Ends the run, and returns what is sent because of it. */
function endRun(puppet: Puppet, code = 0): readonly Sent[] {
  return sentBy(puppet.end(0, { code }));
}

function answer(puppet: Puppet, number: number, tried: number, told: CallbackAnswer): readonly Sent[] {
  return sentBy(puppet.send({ kind: "callback.answered", at: puppet.now, number, tried, answer: told }));
}

function answered(
  statusCode: number,
  headers: Readonly<Record<string, readonly string[]>> = {},
): CallbackAnswer {
  return { statusCode, headers, body: "" };
}

const refused: CallbackAnswer = { problem: "nobody there" };

describe("what is owed when a run has ended", () => {
  it("every callback of the plan, in the decision that ends the run", () => {
    const puppet = open(callback({ name: "a" }), callback({ name: "b" }));
    const decided = puppet.end(0);
    const kinds = decided.flatMap(({ events }) => events.map(({ kind }) => kind));
    assert.deepEqual(kinds.slice(-3), ["run.ended", "callback.owed", "callback.owed"]);
    assert.deepEqual(
      sentBy(decided).map(({ number, tried }) => [number, tried]),
      [
        [0, 0],
        [1, 0],
      ],
    );
    assert.deepEqual([...puppet.state.callbacksOwed], [0, 1]);
  });

  it("nothing before", () => {
    assert.deepEqual(open(callback()).state.callbacks, []);
  });

  for (const [ends, code, count] of [
    [["succeeded"], 0, 1],
    [["succeeded"], 1, 0],
    [["failed", "errored"], 1, 1],
    [["failed", "errored"], 0, 0],
    [["succeeded", "failed", "errored"], 1, 1],
  ] as const)
    it(`${ends.join(" or ")}, with exit code ${code}: ${count}`, () => {
      assert.equal(endRun(open(callback({ ends })), code).length, count);
    });

  for (const [source, count] of [
    ["eq status 'failed", 1],
    ["eq status 'succeeded", 0],
  ] as const)
    it(`${source} of a failed run: ${count}`, () => {
      assert.equal(endRun(open(callback({ condition: toy(source, "boolean") })), 1).length, count);
    });

  it("a condition that cannot be evaluated gives the callback up, and says why", () => {
    const puppet = open(callback({ condition: toy("fail 'broken", "boolean") }));
    assert.deepEqual(endRun(puppet), []);
    assert.equal(puppet.state.callbacks[0]?.message, "it cannot be computed: broken");
    assert.equal(puppet.state.callbacks[0]?.settled?.delivered, false);
    assert.equal(puppet.state.callbacksOwed.size, 0);
  });

  it("an order that cannot be computed does not keep the others back, nor change the end", () => {
    const bad = callback({ order: { kind: "request", request: { ...request, body: toy("fail 'no'") } } });
    const puppet = open(bad, callback({ name: "d" }));
    assert.deepEqual(
      endRun(puppet).map(({ number }) => number),
      [1],
    );
    assert.equal(puppet.state.ended, 3);
  });

  it("texts see how the run has ended", () => {
    const body = toy("status");
    const puppet = open(callback({ order: { kind: "request", request: { ...request, body } } }));
    const [sent] = endRun(puppet, 1);
    assert.equal(sent?.order.kind === "request" ? sent.order.request.body : "", "failed");
  });

  it("a run that follows gets its values", () => {
    const start = {
      definition: "WorkflowTemplate/next",
      parameters: [{ name: "how", value: toy("status") }],
      payload: toy("status"),
    };
    const [sent] = endRun(open(callback({ order: { kind: "start", start } })));
    assert.deepEqual(sent?.order, {
      kind: "start",
      start: {
        definition: "WorkflowTemplate/next",
        parameters: [{ name: "how", value: "succeeded" }],
        payload: "succeeded",
      },
    });
  });

  it("a run that is stopped before it began calls back as well", () => {
    const puppet = new Puppet(
      { ...buildPlan({ processes: { main: "task" } }), callbacks: [callback()] },
      { slots: 0 },
    );
    puppet.start();
    assert.equal(sentBy(puppet.send({ kind: "run.terminate", at: puppet.now })).length, 1);
  });
});

describe("the idempotency key", () => {
  function keysOf(sent: readonly Sent[]): readonly string[] {
    return sent.flatMap(({ order }) =>
      order.kind === "request"
        ? order.request.headers
            .filter(({ name }) => /^idempotency-key$/iu.test(name))
            .map(({ value }) => value)
        : [],
    );
  }

  it("is the same for all tries of a callback, and another for each callback", () => {
    const puppet = open(callback({ name: "a" }), callback({ name: "b" }));
    assert.deepEqual(keysOf(endRun(puppet)), ["r1-0", "r1-1"]);
    answer(puppet, 0, 0, refused);
    assert.deepEqual(keysOf(sentBy(puppet.pass(100))), ["r1-0"]);
  });

  it("is another one for the next end of a run that was retried", () => {
    const puppet = open(callback());
    assert.deepEqual(keysOf(endRun(puppet, 1)), ["r1-0"]);
    puppet.send({ kind: "run.retry", at: puppet.now, also: [], values: {} });
    assert.deepEqual(keysOf(endRun(puppet)), ["r1-1"]);
    assert.deepEqual([...puppet.state.callbacksOwed], [0, 1]);
  });

  it("is the document's own where it has one", () => {
    const headers = [{ name: "idempotency-key", value: "mine", secret: false }];
    const puppet = open(callback({ order: { kind: "request", request: { ...request, headers } } }));
    assert.deepEqual(keysOf(endRun(puppet)), ["mine"]);
  });
});

describe("what an answer means", () => {
  for (const statusCode of [200, 202, 204, 299])
    it(`${statusCode}: it has arrived`, () => {
      const puppet = open(callback());
      endRun(puppet);
      assert.deepEqual(answer(puppet, 0, 0, answered(statusCode)), []);
      assert.deepEqual(puppet.state.callbacks[0]?.settled, { at: puppet.now, delivered: true });
      assert.equal(puppet.state.callbacksOwed.size, 0);
    });

  for (const told of [answered(199), answered(302), answered(404), answered(503), refused])
    it(`${JSON.stringify(told)}: it is tried again, after a while`, () => {
      const puppet = open(callback());
      endRun(puppet);
      assert.deepEqual(answer(puppet, 0, 0, told), []);
      assert.equal(puppet.state.callbacks[0]?.tried, 1);
      assert.deepEqual(sentBy(puppet.pass(99)), []);
      assert.deepEqual(
        sentBy(puppet.pass(1)).map(({ tried }) => tried),
        [1],
      );
    });

  it("a refusal is final", () => {
    const puppet = open(callback());
    endRun(puppet);
    answer(puppet, 0, 0, { refusal: "no such template" });
    assert.deepEqual(puppet.state.callbacks[0]?.settled, { at: puppet.now, delivered: false });
    assert.equal(puppet.state.callbacks[0]?.message, "no such template");
  });

  it("a started run is named", () => {
    const puppet = open(callback());
    endRun(puppet);
    answer(puppet, 0, 0, { started: "started next-1" });
    assert.equal(puppet.state.callbacks[0]?.message, "started next-1");
    assert.equal(puppet.state.callbacks[0]?.settled?.delivered, true);
  });

  it("the last try gives it up", () => {
    const puppet = open(callback());
    endRun(puppet);
    for (const tried of [0, 1, 2]) {
      answer(puppet, 0, tried, refused);
      puppet.pass(1_000);
    }
    assert.deepEqual(puppet.state.callbacks[0]?.settled?.delivered, false);
    assert.equal(puppet.state.callbacks[0]?.message, "nobody there; tried 3 times");
    assert.equal(puppet.state.ended, 3);
  });

  it("a limit of 0 means one try", () => {
    const puppet = open(callback({ tries: { more: 0, delayMs: 0, factor: 1, capMs: 0 } }));
    endRun(puppet);
    answer(puppet, 0, 0, refused);
    assert.equal(puppet.state.callbacks[0]?.message, "nobody there; tried once");
  });

  it("without a delay the next try follows at once", () => {
    const puppet = open(callback({ tries: { more: 1, delayMs: 0, factor: 2, capMs: 10 } }));
    endRun(puppet);
    answer(puppet, 0, 0, refused);
    assert.equal(sentBy(puppet.pass(0)).length, 1);
  });

  it("Retry-After in seconds is waited for", () => {
    const puppet = open(callback());
    endRun(puppet);
    answer(puppet, 0, 0, answered(429, { "Retry-After": ["7"] }));
    assert.equal(puppet.state.callbacks[0]?.notBefore, beginning + 7_000);
    assert.deepEqual(sentBy(puppet.pass(6_999)), []);
    assert.equal(sentBy(puppet.pass(1)).length, 1);
  });

  for (const text of ["soon", "Wed, 21 Oct 2015 07:28:00 GMT", "-1", "", "0"])
    it(`Retry-After: '${text}' changes nothing`, () => {
      const puppet = open(callback());
      endRun(puppet);
      answer(puppet, 0, 0, answered(503, { "Retry-After": [text] }));
      assert.equal(puppet.state.callbacks[0]?.notBefore, beginning + 100);
    });

  it("Retry-After of years is a day", () => {
    const puppet = open(callback());
    endRun(puppet);
    answer(puppet, 0, 0, answered(503, { "Retry-After": ["999999999"] }));
    assert.equal(puppet.state.callbacks[0]?.notBefore, beginning + 24 * 3_600_000);
  });

  it("a success condition has the last word", () => {
    const accept = toy("eq httpstatus 409", "boolean");
    const puppet = open(callback({ order: { kind: "request", request, accept } }));
    endRun(puppet);
    answer(puppet, 0, 0, answered(200));
    assert.equal(puppet.state.callbacks[0]?.tried, 1);
    puppet.pass(100);
    answer(puppet, 0, 1, answered(409));
    assert.equal(puppet.state.callbacks[0]?.settled?.delivered, true);
  });

  it("a success condition that breaks is a failed try", () => {
    const puppet = open(callback({ order: { kind: "request", request, accept: toy("fail 'x", "boolean") } }));
    endRun(puppet);
    answer(puppet, 0, 0, answered(200));
    assert.equal(puppet.state.callbacks[0]?.tried, 1);
  });
});

describe("late and doubled answers", () => {
  it("an answer that comes twice counts once", () => {
    const puppet = open(callback());
    endRun(puppet);
    answer(puppet, 0, 0, refused);
    answer(puppet, 0, 0, refused);
    assert.equal(puppet.state.callbacks[0]?.tried, 1);
  });

  it("a late answer to an earlier try changes nothing", () => {
    const puppet = open(callback());
    endRun(puppet);
    answer(puppet, 0, 0, refused);
    puppet.pass(100);
    const before = puppet.history.length;
    answer(puppet, 0, 0, answered(200));
    assert.equal(puppet.history.length, before);
  });

  it("what has arrived stays so", () => {
    const puppet = open(callback());
    endRun(puppet);
    answer(puppet, 0, 0, answered(200));
    const before = puppet.history.length;
    answer(puppet, 0, 0, refused);
    answer(puppet, 7, 0, refused);
    assert.equal(puppet.history.length, before);
  });
});

describe("after a crash", () => {
  it("what is owed now is sent again, with the same order", () => {
    const puppet = open(callback({ name: "a" }), callback({ name: "b" }));
    const sent = endRun(puppet);
    answer(puppet, 1, 0, answered(200));
    assert.deepEqual(puppet.crash(), [sent[0]]);
  });

  it("what waits for its time is not sent before, and is then", () => {
    const puppet = open(callback());
    endRun(puppet);
    answer(puppet, 0, 0, refused);
    assert.deepEqual(puppet.crash(), []);
    assert.equal(puppet.state.timers.nextAt(), beginning + 100);
    assert.equal(sentBy(puppet.pass(100)).length, 1);
  });

  it("nothing is owed of an end that was lost", () => {
    const puppet = open(callback());
    const before = puppet.history.length;
    endRun(puppet);
    puppet.crash(before);
    assert.deepEqual([...puppet.state.callbacksOwed], []);
  });
});

const step = fc.oneof(
  fc.record({
    kind: fc.constant("answer" as const),
    number: fc.nat(2),
    tried: fc.nat(3),
    good: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(500) }),
  fc.record({ kind: fc.constant("crash" as const) }),
  fc.record({ kind: fc.constant("retry" as const) }),
);

describe("whatever happens", () => {
  it("each callback is owed until it is settled, is tried at most as often as it may be, and folds from its history", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.integer({ min: 0, max: 1 }), (steps, code) => {
        const puppet = open(callback({ name: "a" }), callback({ name: "b", ends: ["failed"] }));
        endRun(puppet, code);
        for (const one of steps) {
          if (one.kind === "answer")
            answer(puppet, one.number, one.tried, one.good ? answered(200) : refused);
          else if (one.kind === "pass") puppet.pass(one.ms);
          else if (one.kind === "crash") puppet.crash();
          else if (puppet.state.ended === 4) {
            puppet.send({ kind: "run.retry", at: puppet.now, also: [], values: {} });
            endRun(puppet, code);
          }
        }
        const { state } = puppet;
        state.callbacks.forEach((entry, number) => {
          assert.equal(state.callbacksOwed.has(number), entry.settled === undefined);
          assert.ok(entry.tried <= 2);
          if (entry.settled !== undefined) return;
          const isDue = owed(state, puppet.evaluator, puppet.now).effects.some(
            (effect) => effect.kind === "callback.send" && effect.number === number,
          );
          assert.ok(
            isDue || state.timers.nextAt() <= entry.notBefore,
            "it is sent, or there is a time for it",
          );
        });
        assert.deepEqual(rebuild(puppet.index, puppet.history).callbacks, state.callbacks);
      }),
    );
  });

  it("waits grow by their factor up to the cap", () => {
    const tries = { more: 9, delayMs: 100, factor: 3, capMs: 1_000 };
    assert.deepEqual(
      [0, 1, 2, 3, 400].map((tried) => computeDelay(tries, tried)),
      [100, 300, 900, 1_000, 1_000],
    );
    assert.equal(computeDelay({ ...tries, delayMs: 0 }, 3), 0);
  });
});
