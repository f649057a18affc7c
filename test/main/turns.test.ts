import assert from "node:assert/strict";
import { test } from "node:test";
import { createBreather } from "../../src/main/breather.ts";
import { createTurns } from "../../src/main/turns.ts";

test("one after the other, whatever becomes of those before, and others have their turn in between", async () => {
  let now = 0;
  const done: string[] = [];
  const soon = (callback: () => void): void => {
    done.push("others");
    queueMicrotask(callback);
  };
  const inTurn = createTurns(createBreather({ now: () => now, soon }));
  const act = (name: string, tookMs: number) => async (): Promise<string> => {
    done.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    now += tookMs;
    done.push(`${name} ends`);
    if (name === "b") throw new Error("b fails");
    return name;
  };
  const asked = [inTurn(act("a", 4)), inTurn(act("b", 8)), inTurn(act("c", 1))];
  const settled = await Promise.allSettled(asked);
  assert.deepEqual(
    settled.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.deepEqual(done, ["a begins", "a ends", "b begins", "b ends", "others", "c begins", "c ends"]);
});
