import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createPlainLines } from "../../src/cli/drive/plain-lines.ts";
import { rememberRun } from "../../src/cli/drive/display.ts";
import { createPrinter } from "../../src/cli/printer.ts";
import { makeTaskFilter } from "../../src/cli/select/task-filter.ts";
import type { TaskFilter } from "../../src/cli/select/task-filter.ts";
import { createStyle } from "../../src/cli/render/style.ts";
import { makePicture } from "./fake-picture.ts";
import { createSink, startAt } from "./fake-world.ts";

const style = createStyle({ isTTY: false, env: {} });

function open(filter?: TaskFilter) {
  const [stdout, stderr] = [createSink(), createSink()];
  return {
    lines: createPlainLines({
      out: createPrinter(stdout),
      err: createPrinter(stderr),
      style,
      now: () => startAt + 9000,
      filter,
    }),
    stdout,
    stderr,
  };
}

const start = makePicture({
  phase: "running",
  tasks: [
    { name: "a", phase: "running", from: 1 },
    { name: "b", phase: "waiting" },
    { name: "c", phase: "waiting" },
    { name: "d", phase: "waiting" },
  ],
});
const later = makePicture({
  phase: "suspended",
  tasks: [
    { name: "a", phase: "failed", from: 1, to: 4, message: "main: Error\n(exit code 4)" },
    { name: "b", phase: "skipped", message: "when false", to: 4 },
    { name: "c", phase: "running", from: 5, waitsFor: [] },
    { name: "d", phase: "ready" },
  ],
});

describe("plain lines", () => {
  test("a daemon is announced when it is ready", () => {
    const { lines, stdout } = open();
    lines.update(start, [{ kind: "attempt.started", task: 1, at: startAt }]);
    lines.update(start, [{ kind: "attempt.ready", task: 1, at: startAt + 2000 }]);
    assert.equal(stdout.text().split("\n").at(-2), "2025-11-21T09:30:02Z orders.a ready");
  });

  test("one line for each thing that happened", () => {
    const { lines, stdout } = open();
    lines.update(start, undefined);
    lines.update(later, undefined);
    assert.deepEqual(stdout.text().split("\n"), [
      "2025-11-21T09:30:00Z orders run started",
      "2025-11-21T09:30:01Z orders.a started",
      "2025-11-21T09:30:04Z orders.a failed (3s): main: Error (exit code 4)",
      "2025-11-21T09:30:04Z orders.b skipped: when false",
      "2025-11-21T09:30:05Z orders.c waits for a person",
      "2025-11-21T09:30:09Z orders run suspended",
      "",
    ]);
  });

  test("what happened while nobody looked is told in the order of time", () => {
    const { lines, stdout } = open();
    const tasks = [
      { name: "last", phase: "succeeded", from: 1, to: 8 },
      { name: "first", phase: "succeeded", from: 1, to: 2 },
      { name: "between", phase: "running", from: 5 },
    ] as const;
    lines.update(makePicture({ phase: "running", tasks }), undefined);
    assert.deepEqual(
      stdout
        .text()
        .split("\n")
        .map((line) => line.slice(21)),
      [
        "orders run started",
        "orders.first succeeded (1s)",
        "orders.between started",
        "orders.last succeeded (7s)",
        "",
      ],
    );
  });

  test("with events only the tasks they name are looked at, and nothing is said twice", () => {
    const { lines, stdout } = open();
    lines.update(start, [{ kind: "attempt.started", task: 1, at: startAt }]);
    lines.update(start, [{ kind: "attempt.started", task: 1, at: startAt }]);
    lines.update(later, [
      { kind: "task.skipped", task: 2, at: startAt, reason: { code: "condition-false" } },
    ]);
    assert.deepEqual(
      stdout
        .text()
        .split("\n")
        .map((line) => line.slice(21)),
      ["orders run started", "orders.a started", "orders.b skipped: when false", "orders run suspended", ""],
    );
  });

  test("what the user knows already is not told again", () => {
    const stdout = createSink();
    const lines = createPlainLines({
      out: createPrinter(stdout),
      err: createPrinter(createSink()),
      style,
      now: () => startAt,
      known: rememberRun(start),
    });
    lines.update(start, undefined);
    assert.equal(stdout.text(), "");
    lines.update(later, undefined);
    assert.deepEqual(stdout.text().split("\n").length, 5);
  });

  test("with a filter only its tasks are told of, and what becomes of the run", () => {
    const { lines, stdout } = open(makeTaskFilter({ status: "Failed" }));
    lines.update(start, [{ kind: "attempt.ready", task: 1, at: startAt }]);
    lines.update(later, undefined);
    assert.deepEqual(stdout.text().trimEnd().split("\n"), [
      "2025-11-21T09:30:00Z orders run started",
      "2025-11-21T09:30:04Z orders.a failed (3s): main: Error (exit code 4)",
      "2025-11-21T09:30:09Z orders run suspended",
    ]);
  });

  test("going on after a pause is an event too", () => {
    const { lines, stdout } = open();
    lines.update(later, undefined);
    lines.update(start, [{ kind: "run.resumed", at: startAt + 20_000 }]);
    assert.match(stdout.text(), /2025-11-21T09:30:20Z orders run resumed\n$/);
  });

  test("a wait with a time says until when", () => {
    const { lines, stdout } = open();
    later.state.waits.set(3, startAt + 60_000);
    lines.update(later, [{ kind: "task.closed", task: 3, at: startAt }]);
    later.state.waits.set(3, Infinity);
    assert.match(stdout.text(), /orders\.c waits until 2025-11-21T09:31:00Z/);
  });

  test("notices go to error output", () => {
    const { lines, stdout, stderr } = open();
    lines.notify("interrupted");
    assert.deepEqual([stdout.text(), stderr.text()], ["", "interrupted\n"]);
  });
});
