import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { missingRun } from "../../src/main/missing-run.ts";

const names = ["squares-aaaaa", "orders", "squares-bbbbb", "squares-ccccc", "squares-ddddd"];

function hintFor(name: string): string {
  const error = missingRun(name, names, "/home/of/runs");
  assert.equal(error.code, "run/unknown");
  assert.equal(error.message, `there is no run '${name}' in this home`);
  return error.hint ?? "";
}

describe("the error for a name that no run has", () => {
  test("offers the runs whose names begin so, and how many there are", () => {
    assert.equal(
      hintFor("squares"),
      "Did you mean squares-aaaaa or squares-bbbbb or squares-ccccc? (4 runs begin so)",
    );
    assert.equal(hintFor("ord"), "Did you mean orders?");
  });

  test("offers what a slip of the pen was to be", () => {
    assert.equal(hintFor("oders"), "Did you mean orders?");
    assert.equal(hintFor("latest"), "Did you mean @latest?");
    assert.equal(hintFor("nightly"), "`millrace list` shows the runs; --home names another home.");
  });

  test("names the home when it has no runs at all, because it may be the wrong one", () => {
    const error = missingRun("@latest", [], "/home/of/runs");
    assert.deepEqual([error.code, error.message], ["run/unknown", "there are no runs in /home/of/runs"]);
    const named = missingRun("nope", [], "/home/of/runs");
    assert.equal(named.message, "there is no run 'nope', nor any other, in /home/of/runs");
  });
});
