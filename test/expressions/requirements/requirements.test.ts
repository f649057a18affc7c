import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  matchesLabels,
  matchesRequirement,
  parseRequirements,
} from "../../../src/expressions/requirements/requirements.ts";

const object = {
  metadata: { name: "it", labels: { "a.b/c": "d" } },
  status: { phase: "Succeeded", succeeded: 3, ready: true, conditions: [{ type: "Complete" }], none: null },
};

function holds(text: string): boolean {
  const parsed = parseRequirements(text);
  assert.ok(parsed.ok, text);
  return parsed.value.every((requirement) => matchesRequirement(object, requirement));
}

describe("requirements", () => {
  for (const text of [
    "status.phase == Succeeded",
    "status.phase=Succeeded",
    "status.phase in (Succeeded, Failed)",
    "status.phase notin (Error,Failed)",
    "status.phase != Failed",
    "status.succeeded > 2",
    "status.succeeded < 4, status.phase",
    "!status.failed",
    "status.failed != x",
    "status.ready == true",
    "status.conditions.0.type == Complete",
    "status.conditions.# == 1",
    "status.none =",
    "status.none in (,x)",
    "",
  ])
    test(`'${text}' holds`, () => assert.equal(holds(text), true));

  for (const text of [
    "status.phase in (Failed, Error)",
    "status.succeeded > 3",
    "status.phase > 1",
    "status.failed",
    "status.conditions.1.type == Complete",
    "constructor",
    "status.phase.length",
  ])
    test(`'${text}' does not hold`, () => assert.equal(holds(text), false));

  for (const [text, message] of [
    ["a ==", undefined],
    ["a in b", /expected '\('/],
    ["a in (b", /no '\)'/],
    ["a b", /expected one of/],
    ["a > b", /whole number/],
    ["a,", /behind the last/],
    ["== b", /expected a key/],
    ["!", /expected a key/],
    ["a = b c", /expected ','/],
    ["a = (", /expected a value/],
  ] as const)
    test(`'${text}' ${message === undefined ? "can" : "cannot"} be read`, () => {
      const parsed = parseRequirements(text);
      if (message === undefined) return assert.ok(parsed.ok);
      assert.ok(!parsed.ok);
      assert.match(parsed.error, message);
    });

  test("labels are asked for by their whole key", () => {
    const parsed = parseRequirements("a.b/c in (d), !other");
    assert.ok(parsed.ok);
    assert.equal(matchesLabels({ "a.b/c": "d" }, parsed.value), true);
    assert.equal(matchesLabels({ "a.b/c": "e" }, parsed.value), false);
  });
});
