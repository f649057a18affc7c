import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { phaseNames } from "../../src/model/run/phase.ts";
import { formatFrame } from "../../src/cli/render/frame.ts";
import type { FrameOptions } from "../../src/cli/render/frame.ts";
import { makeTaskFilter } from "../../src/cli/select/task-filter.ts";
import { createStyle } from "../../src/cli/render/style.ts";
import { measureWidth } from "../../src/cli/render/text-width.ts";
import { makePicture } from "./fake-picture.ts";
import type { FakeTask } from "./fake-picture.ts";
import { startAt } from "./fake-world.ts";

const plain = createStyle({ isTTY: false, env: {} });

function options(columns: number, rows: number, more: Partial<FrameOptions> = {}): FrameOptions {
  return { columns, rows, now: startAt + 62_000, style: plain, notice: undefined, ...more };
}

const picture = makePicture({
  phase: "running",
  tasks: [
    { name: "fetch", phase: "succeeded", from: 0, to: 3 },
    { name: "check", phase: "failed", from: 3, to: 5, message: "main: Error (exit code 4)" },
    { name: "approve", phase: "running", from: 5, waitsFor: ["decision"] },
    { name: "work", phase: "running", from: 5 },
    { name: "wrap", phase: "skipped", message: "when 'a == b' evaluated false" },
    { name: "report", phase: "waiting" },
  ],
});

describe("frame", () => {
  test("a wide terminal shows the tree with all columns", () => {
    assert.deepEqual(formatFrame(picture, options(100, 24)), [
      "● Running 1m2s  ✖ 1 ● 2 ◷ 1 ✔ 1 ○ 1  orders",
      "● orders     main       1m2s",
      "├─✔ fetch    t-fetch    3s",
      "├─✖ check    t-check    2s    main: Error (exit code 4)",
      "├─◫ approve  t-approve  57s",
      "├─● work     t-work     57s",
      "├─○ wrap     t-wrap           when 'a == b' evaluated false",
      "└─◷ report   t-report",
    ]);
  });

  test("a filter leaves a list under full names, and the counts", () => {
    const filter = makeTaskFilter({ status: "Failed,running" });
    assert.deepEqual(formatFrame(picture, options(100, 24, { filter })), [
      "● Running 1m2s  ✖ 1 ● 2 ◷ 1 ✔ 1 ○ 1  orders",
      "● orders          main       1m2s",
      "✖ orders.check    t-check    2s    main: Error (exit code 4)",
      "◫ orders.approve  t-approve  57s",
      "● orders.work     t-work     57s",
    ]);
    assert.deepEqual(
      formatFrame(picture, options(100, 3, { filter: makeTaskFilter({ "node-field-selector": "fetch" }) })),
      ["● Running 1m2s  ✖ 1 ● 2 ◷ 1 ✔ 1 ○ 1  orders", "✔ orders.fetch  t-fetch  3s"],
    );
  });

  test("shows the time left as long as the estimate lasts", () => {
    const estimated = (runMs: number): string =>
      formatFrame({ ...picture, outlook: { estimate: { runMs, byProcess: {} } } }, options(100, 24))[0] ?? "";
    assert.equal(estimated(100_000), "● Running 1m2s  about 38s left  ✖ 1 ● 2 ◷ 1 ✔ 1 ○ 1  orders");
    assert.equal(estimated(62_500), "● Running 1m2s  ✖ 1 ● 2 ◷ 1 ✔ 1 ○ 1  orders");
  });

  test("a narrow terminal keeps what matters", () => {
    assert.deepEqual(formatFrame(picture, options(20, 24)), [
      "● Running 1m2s  ✖ 1…",
      "● orders    1m2s",
      "├─✔ fetch   3s",
      "├─✖ check   2s",
      "├─◫ appro…  57s",
      "├─● work    57s",
      "├─○ wrap",
      "└─◷ report",
    ]);
  });

  test("a low terminal shows failures and running tasks first and counts the rest", () => {
    const lines = formatFrame(picture, options(60, 6));
    assert.equal(lines.length, 5);
    assert.match(lines[1] ?? "", /✖ check/);
    assert.match(lines[2] ?? "", /◫ approve/);
    assert.match(lines[3] ?? "", /● work/);
    assert.equal(lines[4], "… 4 more");
  });

  test("symbols fall back to ASCII", () => {
    const ascii = createStyle({ isTTY: false, env: {}, utf8: false });
    const lines = formatFrame(picture, options(60, 24, { style: ascii }));
    assert.ok(
      lines.every((line) => /^[\x20-\x7e]*$/.test(line)),
      lines.join("\n"),
    );
    assert.match(lines[2] ?? "", /^\|-\+ fetch/);
  });

  test("a notice stands below, in as many lines as it needs", () => {
    assert.equal(formatFrame(picture, options(60, 24, { notice: "interrupted" })).at(-1), "interrupted");
    const lines = formatFrame(
      picture,
      options(20, 24, { notice: "interrupted: go on with: millrace resume orders" }),
    );
    assert.deepEqual(lines.slice(-3), ["interrupted: go on", "with: millrace", "resume orders"]);
  });

  test("many failures do not hide what runs", () => {
    const tasks = Array.from({ length: 300 }, (_, index): FakeTask => ({
      name: `n${index}`,
      phase: index < 200 ? "failed" : "running",
      from: 1,
    }));
    const lines = formatFrame(makePicture({ phase: "running", tasks }), options(80, 20));
    assert.equal(lines.filter((line) => line.includes("✖ n")).length, 8);
    assert.equal(lines.filter((line) => line.includes("● n")).length, 9);
    assert.equal(lines.at(-1), "… 284 more");
  });

  test("a very large run is drawn without its tree", () => {
    const tasks = Array.from({ length: 20_000 }, (_, index): FakeTask => ({
      name: `n${index}`,
      phase: index === 7 ? "failed" : index % 1000 === 0 ? "running" : "waiting",
      from: 1,
    }));
    const large = makePicture({ phase: "running", tasks });
    const unbuildable = { ...large, view: { ...large.view, rows: () => assert.fail("the tree was built") } };
    const lines = formatFrame(unbuildable, options(80, 8));
    assert.match(lines[0] ?? "", /✖ 1 ● 20 ◷ 19979/);
    assert.match(lines[1] ?? "", /✖ orders\.n7 /);
    assert.equal(lines.at(-1), "… 19996 more");
  });

  test("no frame is wider or higher than the terminal", () => {
    const task = fc.record({
      name: fc.string({ minLength: 1 }),
      phase: fc.constantFrom(...phaseNames),
      message: fc.string({ unit: "grapheme" }),
      from: fc.nat(60),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(task, { maxLength: 40, selector: ({ name }) => name }),
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 2, max: 40 }),
        fc.boolean(),
        (tasks, columns, rows, hasNotice) => {
          const lines = formatFrame(
            makePicture({ phase: "running", tasks }),
            options(columns, rows, { notice: hasNotice ? "a notice" : undefined }),
          );
          assert.ok(lines.length <= rows - 1);
          assert.ok(lines.every((line) => measureWidth(line) <= columns));
        },
      ),
    );
  });
});
