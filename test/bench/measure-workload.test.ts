import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { computeForeignShare, type CpuAccounting } from "../../bench/harness/cpu-accounting.ts";
import { judge, measureWorkload, median } from "../../bench/harness/measure-workload.ts";
import { Unavailable, type BenchContext, type Workload } from "../../bench/harness/workload.ts";

const context: BenchContext = {
  scratchFolder: "/nowhere",
  cores: 2,
  syncSeconds: 0.001,
  freshPath: (name) => name,
};

/** A machine that is quiet, except during the samples whose numbers (from 0) are listed. */
function makeAccounting(disturbed: readonly number[] = []): CpuAccounting {
  let readings = 0;
  let busySeconds = 0;
  return {
    description: "made up",
    read: () => {
      const isEnd = readings % 2 === 1;
      if (isEnd && disturbed.includes((readings - 1) / 2)) busySeconds += 100;
      readings += 1;
      return { atSeconds: readings, busySeconds, ownSeconds: 0 };
    },
    close: () => {},
  };
}

function takeInTurn(values: readonly number[], log: string[], name: string): () => Promise<number> {
  let next = 0;
  return () => {
    log.push(name);
    next += 1;
    return Promise.resolve(values[next - 1] ?? Number.NaN);
  };
}

function makeWorkload(log: string[], changes: Partial<Workload> = {}): Workload {
  return {
    id: "T1",
    title: "a test",
    unit: "s",
    ratio: "speed",
    requires: () => {},
    ours: takeInTurn([2, 4, 10], log, "ours"),
    anchors: [
      {
        title: "anchor",
        target: { kind: "at-least", ratio: 0.5 },
        measure: takeInTurn([1, 4, 5], log, "anchor"),
      },
    ],
    ...changes,
  };
}

describe("measureWorkload", () => {
  test("takes turns and reports the median of the ratios of the rounds", async () => {
    const log: string[] = [];
    const { results } = await measureWorkload(makeWorkload(log), context, makeAccounting(), 3);
    assert.deepEqual(log, ["ours", "anchor", "ours", "anchor", "ours", "anchor"]);
    assert.deepEqual(results, [
      {
        kind: "measured",
        title: "anchor",
        target: { kind: "at-least", ratio: 0.5 },
        oursMedian: 4,
        anchorMedian: 4,
        measured: [
          [2, 1],
          [4, 4],
          [10, 5],
        ],
        ratio: 0.5,
        cpuRatio: undefined,
        rounds: 3,
        discarded: 0,
        verdict: "met",
      },
    ]);
  });

  test("forms a cost the other way round", async () => {
    const { results } = await measureWorkload(
      makeWorkload([], { ratio: "cost" }),
      context,
      makeAccounting(),
      3,
    );
    assert.equal(results[0]?.kind === "measured" && results[0].ratio, 2);
  });

  test("repeats a round that was disturbed on either side", async () => {
    const log: string[] = [];
    const { results } = await measureWorkload(makeWorkload(log), context, makeAccounting([1]), 2);
    assert.equal(log.length, 6);
    const [result] = results;
    assert.ok(result?.kind === "measured");
    assert.deepEqual([result.rounds, result.discarded, result.ratio], [2, 1, 0.75]);
  });

  test("skips what is not installed and goes on with the other anchors", async () => {
    const missing = {
      title: "gone",
      target: { kind: "report" },
      measure: () => Promise.reject(new Unavailable("no gone here")),
    } as const;
    const workload = makeWorkload([]);
    const { results } = await measureWorkload(
      { ...workload, anchors: [missing, ...workload.anchors] },
      context,
      makeAccounting(),
      3,
    );
    assert.deepEqual(results[0], { kind: "skipped", title: "gone", reason: "no gone here" });
    assert.equal(results[1]?.kind, "measured");
  });

  test("skips the whole workload when our side cannot run, without measuring anything", async () => {
    const log: string[] = [];
    const requires = (): void => {
      throw new Unavailable("not built");
    };
    const { results } = await measureWorkload(makeWorkload(log, { requires }), context, makeAccounting(), 3);
    assert.deepEqual(results, [{ kind: "skipped", title: "anchor", reason: "not built" }]);
    assert.deepEqual(log, []);
  });

  test("a target is met at its limit", () => {
    assert.equal(judge({ kind: "at-least", ratio: 0.65 }, 0.65), "met");
    assert.equal(judge({ kind: "at-least", ratio: 0.65 }, 0.64), "missed");
    assert.equal(judge({ kind: "at-most", ratio: 1.5 }, 1.5), "met");
    assert.equal(judge({ kind: "at-most", ratio: 1.5 }, 1.51), "missed");
    assert.equal(judge({ kind: "at-most", ratio: 1.5 }, Number.NaN), "missed");
    assert.equal(judge({ kind: "report" }, 9), "reported");
  });

  test("the median of an even number of values is the mean of the middle two", () => {
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.equal(median([3, 1, 2]), 2);
  });
});

describe("computeForeignShare", () => {
  test("is the busy time that was not ours, and unknown where it cannot be told", () => {
    const before = { atSeconds: 0, busySeconds: 10, ownSeconds: 5 };
    assert.equal(computeForeignShare(before, { atSeconds: 1, busySeconds: 10, ownSeconds: 6 }), 0);
    assert.ok((computeForeignShare(before, { atSeconds: 1, busySeconds: 11, ownSeconds: 5 }) ?? 0) > 0);
    assert.equal(computeForeignShare(before, { atSeconds: 0.05, busySeconds: 11, ownSeconds: 5 }), undefined);
    assert.equal(
      computeForeignShare(before, { atSeconds: 1, busySeconds: 11, ownSeconds: undefined }),
      undefined,
    );
  });
});
