/** Bounds that keep a run from filling the machine, and what a cut decision leaves over. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { explainTask } from "../../src/engine/explain/explain.ts";
import type { Expression } from "../../src/model/plan/expression.ts";
import { phases } from "../../src/model/run/phase.ts";
import type { Evaluator } from "../../src/model/run/scope.ts";
import { buildPlan } from "./plan-spec.ts";
import type { ProcessFields } from "./plan-spec.ts";
import { Puppet } from "./puppet.ts";

describe("bounds", () => {
  for (const retry of [undefined, { more: 0 }]) {
    it(`ends a recursion that is too deep, ${retry === undefined ? "plain" : "with attempts in between"}`, () => {
      const main: ProcessFields = { graph: { again: "main" }, ...(retry === undefined ? {} : { retry }) };
      const puppet = new Puppet(buildPlan({ processes: { main } }));
      puppet.start();
      assert.equal(puppet.state.ended, phases.errored);
      const refused = puppet.history.flatMap((event) =>
        "reason" in event && event.reason?.code === "recursion-too-deep" ? [event] : [],
      );
      assert.equal(refused.length, 1);
      const calls = puppet.history.filter(
        (event) => event.kind === "task.opened" && event.retried === (retry !== undefined),
      );
      assert.equal(calls.length, 100);
      const root = explainTask(puppet.state, 0)[0];
      assert.equal(root?.code, "child-failed");
      assert.equal(root?.reason?.code, "recursion-too-deep");
    });
  }

  it("keeps a listing's result of 4 MiB, and refuses a longer one with both numbers", () => {
    const most = 4 * 1024 * 1024;
    const plan = buildPlan({ processes: { main: "eval" } });
    const result: Expression = { kind: "expression", dialect: "toy", source: "listed", form: "json" };
    const place = { driver: "local", key: "", settings: {} };
    const processes = plan.processes.map((each) => ({
      ...each,
      body: { kind: "listing" as const, place, result },
    }));
    const evaluator: Evaluator = {
      evaluate: (_, { listed }) => ({ ok: true, value: [...(listed ?? [])] }),
      isTransient: () => false,
    };
    for (const length of [most - 1, most, most + 1]) {
      const puppet = new Puppet({ ...plan, processes }, { evaluator });
      puppet.start();
      // The text is `["xxx"]`.
      const listed = ["x".repeat(length - 4)];
      puppet.send({ kind: "response.received", at: puppet.now, task: 0, response: { listed } });
      const reason = explainTask(puppet.state, 0)[0]?.reason;
      if (length <= most) {
        assert.equal(puppet.state.ended, phases.succeeded, String(length));
        continue;
      }
      assert.equal(puppet.state.ended, phases.errored);
      assert.equal(reason?.code, "expression-failed");
      const message = `the list makes a result of ${most + 1} characters, and ${most} are the most`;
      assert.ok(reason.message?.includes(message), reason.message);
    }
  });

  it("cuts a long chain of consequences and says that there is more", () => {
    const chain = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [
        `n${index}`,
        { call: "calm", needs: index === 0 ? [] : [`n${index - 1}`] },
      ]),
    );
    const puppet = new Puppet(buildPlan({ processes: { main: { graph: chain }, calm: "eval" } }), {
      eventsAtMost: 10,
    });
    const decisions = puppet.start();
    assert.ok(decisions.length > 5);
    assert.deepEqual(
      decisions.map((decided) => decided.more),
      decisions.map((_, index) => index < decisions.length - 1),
    );
    for (const decided of decisions) assert.ok(decided.events.length <= 11);
    assert.equal(puppet.state.ended, phases.succeeded);
  });

  it("decides what a cut left over before it takes the next input", () => {
    const spec = {
      processes: {
        main: { stages: [{ a: "calm" }, { b: "calm" }, { w: "pause" }] },
        calm: "eval",
        pause: "wait",
      } as const,
    };
    const puppet = new Puppet(buildPlan(spec), { eventsAtMost: 3 });
    puppet.decideOnce({ kind: "run.start", at: puppet.now });
    assert.equal(puppet.state.waits.size, 0);
    const stop = puppet.decideOnce({ kind: "run.stop", at: puppet.now });
    assert.notEqual(stop.events[0]?.kind, "run.stopping");
    assert.ok(stop.events.some((event) => event.kind === "run.stopping"));
  });
});
