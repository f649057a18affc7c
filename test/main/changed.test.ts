import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createHouse } from "../../src/main/house.ts";
import { openHome } from "../../src/main/home.ts";
import { makeTemporaryFolder } from "../stores/temporary-folder.ts";

test("who looks at the history in a loop, and changes something by it, lets everything else go on", async (context) => {
  const root = makeTemporaryFolder(context);
  const { history } = openHome(root);
  mkdirSync(history, { recursive: true });
  const house = createHouse(root);
  let isOver = false;
  setImmediate(() => setImmediate(() => (isOver = true)));
  let looks = 0;
  while (!isOver && looks < 10_000) {
    const changed = house.changed(1_000);
    writeFileSync(join(history, "looked"), String((looks += 1)));
    await changed;
  }
  assert.equal(isOver, true, `nothing else happened during ${looks} looks`);
});
