import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MillraceError } from "../../src/base/errors.ts";
import { ask, pictures } from "./ask.ts";
import { makePicture } from "./fake-picture.ts";
import { startAt } from "./fake-world.ts";

describe("steering", () => {
  test("commands reach the house with what the flags say", async () => {
    const callOf = async (...argv: readonly string[]): Promise<string> =>
      (await ask(argv, { pictures })).calls[0] ?? "";
    assert.equal(await callOf("suspend", "@latest"), 'command orders {"kind":"suspend"}');
    assert.equal(await callOf("terminate", "orders"), 'command orders {"kind":"terminate"}');
    assert.equal(
      await callOf("stop", "orders", "--message", "no", "--node", "b"),
      'command orders {"kind":"stop","select":"b","message":"no"}',
    );
    assert.equal(
      await callOf(
        "node",
        "set",
        "orders",
        "--node-field-selector",
        "displayName=b",
        "--output-parameter",
        "x=1",
        "--phase",
        "Error",
        "--message",
        "m",
      ),
      'command orders {"kind":"set","select":"displayName=b","values":{"x":"1"},"phase":"errored","message":"m"}',
    );
  });

  test("outputs may be quoted, and flags have argo's letters", async () => {
    const { calls } = await ask(
      [
        "node",
        "set",
        "orders",
        "--node",
        "b",
        "-p",
        'x="a \\"b\\""',
        "-p",
        'y="a"b',
        "-p",
        "z=1",
        "-m",
        "note",
      ],
      { pictures },
    );
    assert.deepEqual(calls, [
      'command orders {"kind":"set","select":"b","values":{"x":"a \\"b\\"","y":"\\"a\\"b","z":"1"},"message":"note"}',
    ]);
  });

  test("a selector means all unfinished runs with the labels; --dry-run does nothing", async () => {
    const several = [
      ...pictures,
      makePicture({
        name: "more",
        phase: "running",
        createdAt: startAt - 1000,
        tasks: [],
        labels: { team: "a" },
      }),
    ];
    const done = await ask(["suspend", "-l", "team=a"], { pictures: several });
    assert.deepEqual(done.out, ["workflow more suspended", "workflow orders suspended"]);
    const dry = await ask(["terminate", "-l", "team=a", "--dry-run"], { pictures: several });
    assert.deepEqual(
      [dry.calls, dry.out],
      [[], ["workflow more terminated (dry-run)", "workflow orders terminated (dry-run)"]],
    );
    const byField = ["stop", "--field-selector", "status.phase=Running,metadata.name!=more", "--dry-run"];
    assert.deepEqual((await ask(byField, { pictures: several })).out, ["workflow orders stopped (dry-run)"]);
    assert.equal((await ask(["suspend"], { pictures })).code, 2);
  });

  test("what was asked for is repeated as argo does, and the name stands behind it", async () => {
    const held = await ask(["suspend", "@latest"], { pictures, driven: true });
    assert.deepEqual(held.out, ["workflow @latest suspended: orders (by the process that drives it)"]);
    const stopped = await ask(["stop", "@latest"], { pictures });
    assert.deepEqual(stopped.out, ["workflow orders stopped"]);
    const dry = await ask(["terminate", "--dry-run", "@latest", "nobody"], { pictures });
    assert.deepEqual(
      [dry.code, dry.calls, dry.out, dry.err],
      [
        0,
        [],
        ["workflow @latest terminated (dry-run): orders", "workflow nobody terminated (dry-run)"],
        "note: there is no run 'nobody'\n",
      ],
    );
  });

  test("one refusal among many does not stop the others, and shows in the exit code", async () => {
    const refuse = (name: string) =>
      name === "nightly-2" ? new MillraceError("run/ended", "conflict", "it has ended") : undefined;
    const { code, out, err } = await ask(["stop", "nightly-2", "orders"], { pictures, refuse });
    assert.deepEqual([code, out, err], [2, ["workflow orders stopped"], "error: it has ended [run/ended]\n"]);
  });

  test("node set refuses what makes no sense", async () => {
    const codeOf = async (...argv: readonly string[]): Promise<number> =>
      (await ask(["node", "set", "orders", ...argv], { pictures })).code;
    assert.deepEqual(
      [
        await codeOf("--phase", "Failed"),
        await codeOf("--node", "b"),
        await codeOf("--node", "b", "--phase", "Lost"),
      ],
      [2, 2, 2],
    );
  });
});

describe("delete", () => {
  test("deletes what is named or filtered, and says so", async () => {
    const deleted = async (...argv: readonly string[]): Promise<readonly string[]> =>
      (await ask(["delete", ...argv], { pictures })).calls;
    assert.deepEqual(await deleted("nightly-1", "nightly-1"), ["remove nightly-1"]);
    assert.deepEqual(await deleted("--all", "--completed"), ["remove nightly-2", "remove nightly-1"]);
    assert.deepEqual(await deleted("--completed", "--prefix", "nightly-"), [
      "remove nightly-2",
      "remove nightly-1",
    ]);
    assert.deepEqual(await deleted("--older", "1d"), ["remove nightly-1"]);
    assert.deepEqual(await deleted("--status", "Failed"), ["remove nightly-2"]);
    assert.deepEqual(await deleted("-l", "stage=test"), ["remove nightly-1"]);
    assert.deepEqual(await deleted("--all", "--dry-run"), []);
    const none = await ask(["delete", "--older", "30d"], { pictures });
    assert.deepEqual([none.code, none.out, none.err], [0, [], "nothing to delete\n"]);
    const dry = await ask(["delete", "--dry-run", "nightly-1"], { pictures });
    assert.deepEqual(dry.out, ["Workflow 'nightly-1' deleted (dry-run)"]);
    const unknown = await ask(["delete", "--dry-run", "nobody"], { pictures });
    assert.deepEqual(
      [unknown.out, unknown.err],
      [["Workflow 'nobody' deleted (dry-run)"], "Workflow 'nobody' not found\nnothing to delete\n"],
    );
  });

  test("finds expired and repeated runs, and those with certain fields", async () => {
    const several = [
      makePicture({ name: "due", phase: "succeeded", endedAfter: 1, tasks: [], expiresAt: startAt - 1 }),
      makePicture({
        name: "later",
        phase: "failed",
        endedAfter: 1,
        tasks: [],
        expiresAt: startAt + 3_600_000,
      }),
      makePicture({
        name: "again",
        phase: "succeeded",
        endedAfter: 1,
        tasks: [],
        labels: { "workflows.argoproj.io/resubmitted-from-workflow": "due" },
      }),
    ];
    const deleted = async (...argv: readonly string[]): Promise<readonly string[]> =>
      (await ask(["delete", ...argv], { pictures: several })).calls;
    assert.deepEqual(await deleted("--expired"), ["remove due"]);
    assert.deepEqual(await deleted("--resubmitted"), ["remove again"]);
    assert.deepEqual(await deleted("--field-selector", "metadata.name=later"), ["remove later"]);
    assert.deepEqual(await deleted("--field-selector", "metadata.name!=later,status.phase==Succeeded"), [
      "remove due",
      "remove again",
    ]);
    assert.deepEqual(await deleted("--completed", "--force", "--query-chunk-size", "5"), [
      "remove due",
      "remove later",
      "remove again",
    ]);
    assert.equal((await ask(["delete", "--field-selector", "spec.x=1"], { pictures: several })).code, 2);
  });

  test("a run that has not ended is terminated first", async () => {
    const ended = ['command orders {"kind":"terminate"}', "remove orders"];
    const named = await ask(["delete", "nightly-1", "orders"], { pictures });
    assert.deepEqual(
      [named.code, named.calls, named.out],
      [0, ["remove nightly-1", ...ended], ["Workflow 'nightly-1' deleted", "Workflow 'orders' deleted"]],
    );
    const all = await ask(["delete", "--all", "-l", "team=a"], { pictures });
    assert.deepEqual(all.calls, [...ended, "remove nightly-1"]);
  });

  test("a name that no run has is told, and nothing at all is refused", async () => {
    const { code, out, calls } = await ask(["delete", "not-found", "nightly-1"], { pictures });
    assert.deepEqual(
      [code, out, calls],
      [0, ["Workflow 'not-found' not found", "Workflow 'nightly-1' deleted"], ["remove nightly-1"]],
    );
    assert.equal((await ask(["delete"], { pictures })).code, 2);
  });
});
