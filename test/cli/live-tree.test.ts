import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CommandContext } from "../../src/cli/command.ts";
import { chooseDisplay } from "../../src/cli/drive/choose-display.ts";
import { openLiveTree } from "../../src/cli/drive/live-tree.ts";
import { createPrinter } from "../../src/cli/printer.ts";
import { createStyle } from "../../src/cli/render/style.ts";
import { makePicture } from "./fake-picture.ts";
import { createWorld } from "./fake-world.ts";
import type { FakeWorld, WorldOptions } from "./fake-world.ts";

const hide = "\x1b[?25l";
const show = "\x1b[?25h";

function open(options: WorldOptions = {}): {
  readonly world: FakeWorld;
  readonly context: CommandContext;
  readonly frames: () => number;
} {
  const world = createWorld({ isTTY: true, ...options });
  const { io } = world;
  const context: CommandContext = {
    io,
    out: createPrinter(io.stdout),
    err: createPrinter(io.stderr),
    style: createStyle({ isTTY: false, env: {} }),
    commands: [],
    openHouse: () => Promise.reject(new Error("no house")),
    advise: (line) => `millrace ${line}`,
  };
  // Every frame but the first begins by going up.
  return { world, context, frames: () => world.stdout.text().split("\x1b[K").length - 1 };
}

function makeRun(done: number, phase = "running") {
  const tasks = [0, 1, 2].map((index) => ({
    name: `t${index}`,
    phase: index < done ? ("succeeded" as const) : ("running" as const),
    from: 0,
    to: index < done ? 1 : 0,
  }));
  return makePicture({ phase, tasks, ...(phase === "running" ? {} : { endedAfter: 2 }) });
}

describe("live tree", () => {
  test("draws at most ten times a second, however often the run changes", () => {
    const { world, context } = open();
    const tree = openLiveTree(context);
    const draws = (): number => world.stdout.text().split("✔").length - 1;
    tree.update(makeRun(0), []);
    world.advance(0);
    const first = world.stdout.text().length;
    for (let change = 0; change < 50; change += 1) tree.update(makeRun(change % 2), []);
    world.advance(99);
    assert.equal(world.stdout.text().length, first);
    tree.update(makeRun(1), []);
    world.advance(1);
    assert.equal(draws(), 2, "one frame with the mark in the summary and in the tree");
    tree.close();
  });

  test("writes only lines that changed, and nothing when nothing did", () => {
    const { world, context, frames } = open();
    const tree = openLiveTree(context);
    tree.update(makeRun(0), []);
    world.advance(0);
    assert.equal(frames(), 5);
    const before = world.stdout.text().length;
    tree.update(makeRun(0), []);
    world.advance(100);
    assert.equal(world.stdout.text().length, before);
    tree.update(makeRun(1), []);
    world.advance(100);
    assert.equal(frames(), 7, "the summary and one task");
    tree.close();
  });

  test("durations move on once a second", () => {
    const { world, context } = open();
    const tree = openLiveTree(context);
    tree.update(makeRun(0), []);
    world.advance(0);
    world.advance(2000);
    assert.match(world.stdout.text(), / 2s/);
    tree.close();
  });

  test("hides the cursor while it draws and gives it back at the end", () => {
    const { world, context } = open();
    const tree = openLiveTree(context);
    tree.update(makeRun(0), []);
    world.advance(0);
    assert.equal(world.stdout.text().split(hide).length, 2);
    assert.equal(world.stdout.text().includes(show), false);
    tree.update(makeRun(3, "succeeded"), []);
    tree.close();
    tree.close();
    assert.equal(world.stdout.text().split(show).length, 2);
    assert.match(world.stdout.text(), /Succeeded/);
    world.advance(5000);
    assert.equal(world.stdout.text().endsWith(show), true, "nothing is drawn behind the end");
  });

  test("gives the cursor back when the process ends by itself", () => {
    const { world, context } = open();
    openLiveTree(context).update(makeRun(0), []);
    world.advance(0);
    world.exit();
    assert.equal(world.stdout.text().endsWith(show), true);
  });

  test("after a resize it goes up over lines that the terminal broke", () => {
    const { world, context } = open({ columns: 40 });
    const tree = openLiveTree(context);
    tree.update(makeRun(0), []);
    world.advance(0);
    world.resize(20, 24);
    world.advance(100);
    // Summary of 29 columns takes two rows of 20, the four others one each.
    assert.ok(world.stdout.text().includes("\x1b[6A"));
    tree.close();
  });

  test("is for terminals that can move the cursor", () => {
    const isLive = (options: WorldOptions, wishes: Partial<Parameters<typeof chooseDisplay>[1]>): boolean => {
      const { world, context } = open(options);
      const display = chooseDisplay(context, { structured: false, ...wishes });
      display.update(makeRun(0), undefined);
      world.advance(0);
      display.close();
      return world.stdout.text().includes(hide);
    };
    assert.equal(isLive({}, {}), true);
    assert.equal(isLive({ env: { TERM: "dumb" } }, {}), false);
    assert.equal(isLive({ isTTY: false }, {}), false);
    assert.equal(isLive({ isTTY: false }, { watch: true }), false);
    assert.equal(isLive({}, { watch: true }), true);
    assert.equal(isLive({}, { watch: false }), false);
    assert.equal(isLive({}, { log: true }), false);
    assert.equal(isLive({}, { quiet: true }), false);
    assert.equal(isLive({}, { structured: true }), false);
  });
});
