/** Real engines on disks that are full, read-only or damaged, and on homes that somebody else drives. */
import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MillraceError } from "../../src/base/errors.ts";
import { createHouse } from "../../src/main/house.ts";
import { mountSmallDisk } from "../stores/temporary-folder.ts";
import { engineOptions, makeHouse, needsShell, submitPaused, withEngine } from "./temporary-home.ts";

const diskSizeBytes = 24 * 1024 * 1024;

/** Takes all the space that is left. */
function fillDisk(path: string): void {
  const file = openSync(path, "w");
  try {
    for (let chunk = 1 << 20; chunk >= 1;) {
      try {
        if (writeSync(file, Buffer.alloc(chunk)) < chunk) chunk >>= 1;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
        chunk >>= 1;
      }
    }
  } finally {
    closeSync(file);
  }
}

test(
  "a full disk stops the engine with a clear error; with space again the run goes on and has lost nothing",
  { skip: needsShell },
  async (context) => {
    const disk = mountSmallDisk(context, diskSizeBytes);
    if (disk === undefined) return;
    const house = createHouse(join(disk.folder, "home"));
    const ballast = join(disk.folder, "ballast");
    let name = "";
    let doneBefore = 0;
    await withEngine(house, async (engine) => {
      name = await submitPaused(engine);
      doneBefore = engine.picture(name).row.done;
      fillDisk(ballast);
      await assert.rejects(
        async () => {
          await engine.command(name, { kind: "resume" });
          await engine.settled(name);
        },
        (error) =>
          error instanceof MillraceError && error.category === "exhausted" && error.hint !== undefined,
      );
    });
    rmSync(ballast);
    await withEngine(house, async (engine) => {
      assert.deepEqual(await engine.adopt(name), [name]);
      assert.ok(engine.picture(name).row.done >= doneBefore);
      if ((await engine.settled(name)) === "suspended") await engine.command(name, { kind: "resume" });
      assert.equal(await engine.settled(name), "ended");
      assert.equal(engine.picture(name).row.phase, "succeeded");
    });
  },
);

test(
  "a home on a read-only disk is refused, and its runs can still be looked at",
  { skip: needsShell },
  async (context) => {
    const disk = mountSmallDisk(context, diskSizeBytes);
    if (disk === undefined) return;
    const house = createHouse(join(disk.folder, "home"));
    let name = "";
    await withEngine(house, async (engine) => {
      name = await submitPaused(engine);
    });
    disk.remount("ro");
    await assert.rejects(
      () => house.openEngine(engineOptions),
      (error) => error instanceof MillraceError && error.category === "denied",
    );
    assert.equal((await house.get(name)).row.phase, "suspended");
    disk.remount("rw");
  },
);

test("a damaged history is refused by name, and is not touched", { skip: needsShell }, async (context) => {
  const house = makeHouse(context);
  await withEngine(house, async (engine) => void (await submitPaused(engine)));
  const file = join(house.home, "history.db");
  const damaged = readFileSync(file);
  damaged.fill(0xa5, 100, Math.min(statSync(file).size, 16_384));
  writeFileSync(file, damaged);
  await assert.rejects(
    () => withEngine(house, async (engine) => void (await engine.adopt())),
    (error) => error instanceof MillraceError && error.code === "store/damaged",
  );
  assert.deepEqual(readFileSync(file).subarray(100, 1_000), damaged.subarray(100, 1_000));
});

test(
  "a second engine on the same home is refused, and is told who drives it",
  { skip: needsShell },
  async (context) => {
    const house = makeHouse(context);
    await withEngine(house, async () => {
      await assert.rejects(
        () => house.openEngine(engineOptions),
        (error) =>
          error instanceof MillraceError &&
          error.code === "store/locked" &&
          error.message.includes(`${process.pid}`),
      );
    });
  },
);

test(
  "an engine that has nothing to do opens and closes an old home",
  { skip: needsShell },
  async (context) => {
    const house = makeHouse(context);
    await withEngine(house, async (engine) => void (await submitPaused(engine)));
    await withEngine(house, async (engine) => assert.equal(engine.runningCount(), 0));
  },
);

test(
  "a command for a run reaches the engine that drives it, and so does the refusal of one",
  { skip: needsShell },
  async (context) => {
    const house = makeHouse(context);
    await withEngine(house, async (engine) => {
      const name = await submitPaused(engine);
      const outsider = createHouse(house.home);
      assert.equal(await outsider.isDriven(), true);
      await assert.rejects(() => outsider.command("nobody", { kind: "suspend" }), { code: "run/unknown" });
      assert.deepEqual(await outsider.command(name, { kind: "resume" }), { appliedBy: "running-engine" });
      assert.equal(await engine.settled(name), "ended");
      await assert.rejects(() => outsider.command(name, { kind: "suspend" }), { code: "run/ended" });
    });
  },
);

test(
  "without an engine a command is applied at once, and the next engine finds it",
  { skip: needsShell },
  async (context) => {
    const house = makeHouse(context);
    let name = "";
    await withEngine(house, async (engine) => {
      name = await submitPaused(engine);
    });
    assert.deepEqual(await house.command(name, { kind: "resume" }), { appliedBy: "this-process" });
    await withEngine(house, async (engine) => {
      assert.deepEqual(await engine.adopt(), [name]);
      assert.equal(await engine.settled(name), "ended");
      assert.equal(engine.picture(name).row.phase, "succeeded");
    });
  },
);
