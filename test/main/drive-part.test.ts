import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { drivePart } from "../../src/main/serve/drive-part.ts";
import type { DrivenPart } from "../../src/main/serve/drive-part.ts";
import type { Occasion } from "../../src/main/serve/serve-part.ts";
import { createVirtualTime, startOfTime } from "../argo/virtual-time.ts";
import type { VirtualTime } from "../argo/virtual-time.ts";
import { makePicture } from "../cli/fake-picture.ts";

const { row } = makePicture({ name: "job", phase: "succeeded", endedAfter: 1, tasks: [] });

interface Bench {
  readonly time: VirtualTime;
  readonly looks: Occasion[];
  readonly notes: string[];
  readonly part: DrivenPart;
  /** Everything that was set off has been done. */
  readonly settle: () => Promise<void>;
  closed(): boolean;
}

/** `look` gives the time of the next one, in ms from the start. */
function makeBench(look: (occasion: Occasion, count: number) => number | Promise<number>): Bench {
  const time = createVirtualTime();
  const looks: Occasion[] = [];
  const notes: string[] = [];
  let isClosed = false;
  const part = drivePart(
    {
      name: "part",
      look: async (occasion) => {
        looks.push(occasion);
        return startOfTime + (await look(occasion, looks.length));
      },
      close: async () => {
        isClosed = true;
      },
    },
    time,
    (text) => notes.push(text),
  );
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { time, looks, notes, part, settle, closed: () => isClosed };
}

function makeGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** Lets time pass until a look was made, or nothing is left to wait for. */
async function passUntilLook({ time, looks, settle }: Bench): Promise<void> {
  const before = looks.length;
  await settle();
  while (looks.length === before && time.nextAt() !== Infinity) {
    time.step();
    await settle();
  }
}

describe("driving a part of serve", () => {
  test("it is asked at the start, and at the time that it wants, however far that is", async () => {
    const bench = makeBench((_, count) => (count === 1 ? 86_400_000 : Infinity));
    await passUntilLook(bench);
    await passUntilLook(bench);
    assert.deepEqual(
      bench.looks.map(({ now }) => now - startOfTime),
      [0, 86_400_000],
    );
    assert.equal(bench.time.nextAt(), Infinity);
  });

  test("P2: a clock that was set forward is noticed within half a minute", async () => {
    const bench = makeBench((_, count) => (count === 1 ? 3_600_000 : Infinity));
    await bench.settle();
    bench.time.jumpTo(startOfTime + 7_200_000);
    assert.ok(bench.time.nextAt() <= startOfTime + 30_000);
    await passUntilLook(bench);
    assert.equal(bench.looks.length, 2);
  });

  test("P2: a clock that was set back is noticed within half a minute", async () => {
    const time = createVirtualTime();
    let setBackMs = 0;
    const clock = { ...time, now: () => time.now() - setBackMs };
    let looks = 0;
    const part = {
      name: "part",
      look: async () => ((looks += 1), startOfTime + 86_400_000),
      close: async () => undefined,
    };
    const driven = drivePart(part, clock, (text) => assert.fail(text));
    const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    await settle();
    setBackMs = 3_600_000;
    time.step();
    await settle();
    assert.equal(looks, 2);
    await driven.close();
  });

  test("P1: what happens during a look leads to one more, with all of it", async () => {
    const gate = makeGate();
    const bench = makeBench(async (_, count) => {
      if (count === 1) await gate.opened;
      return Infinity;
    });
    bench.part.ask(row);
    bench.part.ask();
    bench.part.ask(row);
    await bench.settle();
    assert.equal(bench.looks.length, 1);
    gate.open();
    await bench.settle();
    assert.deepEqual(
      bench.looks.map(({ ended }) => ended.length),
      [0, 2],
    );
  });

  test("P3: a look that fails is noted, and repeated later with what it was told", async () => {
    const bench = makeBench((_, count) => {
      if (count === 2) throw new Error("no luck");
      return Infinity;
    });
    await bench.settle();
    bench.part.ask(row);
    await bench.settle();
    assert.deepEqual(bench.notes, ["part: no luck"]);
    assert.equal(bench.looks.length, 2);
    await passUntilLook(bench);
    assert.deepEqual(
      bench.looks.map(({ now, ended }) => [now - startOfTime, ended.length]),
      [
        [0, 0],
        [0, 1],
        [10_000, 1],
      ],
    );
  });

  test("closing waits for the look that goes on, and asks no more", async () => {
    const gate = makeGate();
    const bench = makeBench(async () => {
      await gate.opened;
      return 1_000;
    });
    const closing = bench.part.close();
    await bench.settle();
    assert.equal(bench.closed(), false);
    gate.open();
    await closing;
    assert.equal(bench.closed(), true);
    bench.part.ask();
    await bench.settle();
    assert.deepEqual([bench.looks.length, bench.time.nextAt()], [1, Infinity]);
  });
});
