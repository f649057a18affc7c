/** The circuit breaker of receivers: when requests go through, and when they wait. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Circuit } from "../../src/runtime/perform/circuit.ts";

const rules = { failuresAtMost: 3, firstMs: 100, longestMs: 400 };

function openCircuit(): Circuit {
  const circuit = new Circuit(rules);
  for (let count = 0; count < 3; count += 1) circuit.fail(0);
  return circuit;
}

describe("circuit", () => {
  it("lets everything through while it is closed", () => {
    const circuit = new Circuit(rules);
    circuit.fail(0);
    circuit.fail(0);
    assert.equal(circuit.admit(0), true);
    assert.equal(circuit.isOpen, false);
  });

  it("forgets failures with a good answer", () => {
    const circuit = new Circuit(rules);
    circuit.fail(0);
    circuit.fail(0);
    circuit.succeed();
    circuit.fail(0);
    assert.equal(circuit.isOpen, false);
  });

  it("opens after so many failures in a row", () => {
    const circuit = openCircuit();
    assert.equal(circuit.isOpen, true);
    assert.equal(circuit.admit(99), false);
    assert.equal(circuit.nextAt(), 100);
  });

  it("lets one probe through, and the others wait for it", () => {
    const circuit = openCircuit();
    assert.equal(circuit.admit(100), true);
    assert.equal(circuit.admit(100), false);
    assert.equal(circuit.nextAt(), Infinity);
  });

  it("closes with a good probe", () => {
    const circuit = openCircuit();
    circuit.admit(100);
    circuit.succeed();
    assert.deepEqual([circuit.admit(100), circuit.admit(100), circuit.isFresh], [true, true, true]);
  });

  it("waits twice as long after each failed probe, up to a limit, and starts over when it has closed", () => {
    const circuit = openCircuit();
    const waits: number[] = [];
    let now = 100;
    for (let count = 0; count < 4; count += 1) {
      assert.equal(circuit.admit(now), true);
      circuit.fail(now);
      waits.push(circuit.nextAt() - now);
      now = circuit.nextAt();
    }
    assert.deepEqual(waits, [200, 400, 400, 400]);
    circuit.admit(now);
    circuit.succeed();
    for (let count = 0; count < 3; count += 1) circuit.fail(now);
    assert.equal(circuit.nextAt() - now, 100);
  });

  it("is not moved by requests that were sent before it opened", () => {
    const circuit = openCircuit();
    circuit.fail(50);
    assert.equal(circuit.nextAt(), 100);
  });

  it("takes another probe when one was withdrawn", () => {
    const circuit = openCircuit();
    circuit.admit(100);
    circuit.withdraw();
    assert.equal(circuit.admit(100), true);
  });

  it("always comes to a time at which it lets something through", () => {
    const act = fc.constantFrom("fail", "succeed", "admit", "withdraw");
    fc.assert(
      fc.property(fc.array(fc.tuple(act, fc.nat(300)), { maxLength: 40 }), (acts) => {
        const circuit = new Circuit(rules);
        let now = 0;
        let open = 0;
        for (const [what, ms] of acts) {
          now += ms;
          if (what === "admit") open += circuit.admit(now) ? 1 : 0;
          else if (open > 0) {
            open -= 1;
            if (what === "fail") circuit.fail(now);
            else if (what === "succeed") circuit.succeed();
            else circuit.withdraw();
          }
        }
        for (; open > 0; open -= 1) circuit.fail(now);
        const at = circuit.isOpen ? circuit.nextAt() : now;
        assert.ok(at < Infinity);
        assert.equal(circuit.admit(Math.max(at, now)), true);
      }),
    );
  });
});
