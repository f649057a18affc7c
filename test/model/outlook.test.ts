import assert from "node:assert/strict";
import { test } from "node:test";
import { parseProgress } from "../../src/model/run/outlook.ts";

test("the last line of a progress file counts, if it can be progress", () => {
  const table: readonly (readonly [text: string, done: number | undefined, total?: number])[] = [
    ["3/10", 3, 10],
    ["1/10\n2/10\n", 2, 10],
    [" 0/1 \n\n", 0, 1],
    ["10/10", 10, 10],
    ["", undefined],
    ["11/10", undefined],
    ["0/0", undefined],
    ["half", undefined],
    ["1/2\nhalf", undefined],
    ["x 1/2", undefined],
    ["-1/2", undefined],
  ];
  for (const [text, done, total] of table) {
    assert.deepEqual(parseProgress(text), done === undefined ? undefined : { done, total }, text);
  }
});
