import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { MillraceError } from "../../src/base/errors.ts";
import { runCli } from "../../src/cli/cli.ts";
import { createFakeHouse } from "./fake-house.ts";
import type { HouseOptions } from "./fake-house.ts";
import { makePicture } from "./fake-picture.ts";
import { createWorld, startAt } from "./fake-world.ts";
import type { WorldOptions } from "./fake-world.ts";

interface Answer {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: string;
  readonly calls: readonly string[];
  readonly homes: readonly (string | undefined)[];
}

async function ask(argv: readonly string[], options: HouseOptions & { readonly world?: WorldOptions } = {}): Promise<Answer> {
  const world = createWorld(options.world);
  const house = createFakeHouse(options);
  const homes: (string | undefined)[] = [];
  const code = await runCli(argv, world.io, (home) => {
    homes.push(home);
    return house;
  });
  return { code, out: world.stdout.text().split("\n").slice(0, -1), err: world.stderr.text(), calls: house.calls, homes };
}

const hour = 3_600_000;
const old = makePicture({ name: "nightly-1", phase: "succeeded", createdAt: startAt - 50 * hour, endedAfter: 65, tasks: [{ name: "a", phase: "succeeded" }], labels: { team: "a", stage: "test" } });
const bad = makePicture({ name: "nightly-2", phase: "failed", createdAt: startAt - hour, endedAfter: 5, message: "child failed", tasks: [{ name: "a", phase: "failed", from: 0, to: 5, message: "exit code 4" }, { name: "b", phase: "omitted" }], labels: { team: "b" } });
const live = makePicture({ name: "orders", phase: "running", createdAt: startAt - 90_000, tasks: [{ name: "a", phase: "succeeded", from: 0, to: 10 }, { name: "b", phase: "running", from: 10 }], labels: { team: "a" }, parameters: { day: "today" } });
const pictures = [old, bad, live];

describe("the command line", () => {
  test("without a command shows the overview as a mistake, with --help as an answer", async () => {
    const nothing = await ask([]);
    assert.deepEqual([nothing.code, nothing.out], [2, []]);
    assert.match(nothing.err, /Usage: millrace COMMAND/);
    for (const argv of [["--help"], ["-h"], ["help"]]) {
      const { code, out } = await ask(argv);
      assert.deepEqual([code, out[2]], [0, "Usage: millrace COMMAND [FLAGS] [ARGUMENTS]"]);
    }
  });

  test("a slip in a command or flag is a mistake with a suggestion", async () => {
    assert.deepEqual(await ask(["lst"]).then(({ code, err }) => [code, err]), [
      2,
      "error: there is no command 'lst' [cli/unknown-command]\n  hint: Did you mean `millrace list`?\n",
    ]);
    assert.match((await ask(["node", "get"])).err, /hint: There is `millrace node set`\./);
    assert.match((await ask(["help", "rnu"])).err, /Did you mean `millrace run`/);
    assert.match((await ask(["list", "--statsu", "Failed"])).err, /hint: Did you mean --status\?/);
  });

  test("operands are counted", async () => {
    const few = await ask(["run"]);
    assert.deepEqual([few.code, few.err], [2, "error: run needs FILE|- [cli/bad-arguments]\n  hint: Usage: millrace run FILE|-; `millrace run --help` explains it.\n"]);
    assert.match((await ask(["get", "a", "b"])).err, /get does not know what to do with 'b'/);
  });

  test("--help explains a command even when the rest of the line is wrong", async () => {
    const { code, out } = await ask(["run", "--nonsense", "--help"]);
    assert.equal(code, 0);
    assert.equal(out[0], "millrace run: run a document here and now");
    assert.ok(out.some((line) => line.includes("-p, --parameter NAME=VALUE")));
    assert.ok(out.some((line) => line.includes("130  interrupted")));
  });

  test("the home comes from the flag, then from the environment", async () => {
    const env = { MILLRACE_HOME: "/from/env" };
    assert.deepEqual((await ask(["list"])).homes, [undefined]);
    assert.deepEqual((await ask(["list"], { world: { env } })).homes, ["/from/env"]);
    assert.deepEqual((await ask(["list", "--home", "h"], { world: { env } })).homes, ["h"]);
  });

  test("errors are one message and a hint; a stack only when asked for", async () => {
    const broken = (error: Error, env: Readonly<Record<string, string>> = {}) => ask(["delete", "orders"], { world: { env }, pictures: [{ ...old, get row(): never { throw error; } }] });
    const known = await broken(new MillraceError("store/full", "exhausted", "the disk is full", { hint: "Free space." }));
    assert.deepEqual([known.code, known.err], [5, "error: the disk is full [store/full]\n  hint: Free space.\n"]);
    const unknown = await broken(new TypeError("x is not a function"));
    assert.equal(unknown.code, 3);
    assert.doesNotMatch(unknown.err, /\n\s+at /);
    const shown = await broken(new TypeError("x is not a function"), { MILLRACE_DEBUG: "1" });
    assert.match(shown.err, /\n\s+at /);
  });

  test("exit codes follow the kind of error", async () => {
    const codeOf = async (error: Error): Promise<number> => (await ask(["suspend", "orders"], { pictures, refuse: () => error })).code;
    assert.equal(await codeOf(new MillraceError("run/unknown", "not-found", "")), 2);
    assert.equal(await codeOf(new MillraceError("run/ended", "conflict", "")), 2);
    assert.equal(await codeOf(new MillraceError("store/locked", "conflict", "")), 5);
    assert.equal(await codeOf(new MillraceError("store/read-only", "denied", "")), 5);
    assert.equal(await codeOf(new MillraceError("home/no-answer", "unavailable", "")), 5);
    assert.equal(await codeOf(new MillraceError("store/damaged", "invalid", "")), 3);
    assert.equal(await codeOf(new Error("bug")), 3);
  });

  test("a reader that goes away ends the command quietly", async () => {
    const world = createWorld();
    world.stdout.breakPipe();
    assert.equal(await runCli(["list"], world.io, () => createFakeHouse({ pictures })), 0);
    assert.equal(world.stderr.text(), "");
  });
});

describe("list", () => {
  test("shows runs, newest first", async () => {
    const { out, code } = await ask(["list"], { pictures });
    assert.equal(code, 0);
    assert.deepEqual(out, [
      "NAME       STATUS       AGE    DURATION  PROGRESS  MESSAGE",
      "orders     ● Running    1m30s  1m30s     1/2",
      "nightly-2  ✖ Failed     1h     5s        2/2       child failed",
      "nightly-1  ✔ Succeeded  2d2h   1m5s      1/1",
    ]);
  });

  test("filters", async () => {
    const names = async (...flags: readonly string[]): Promise<readonly string[]> => (await ask(["list", "-o", "name", ...flags], { pictures })).out;
    assert.deepEqual(await names("--status", "Failed,running"), ["orders", "nightly-2"]);
    assert.deepEqual(await names("--running"), ["orders"]);
    assert.deepEqual(await names("--completed", "--limit", "1"), ["nightly-2"]);
    assert.deepEqual(await names("--prefix", "nightly"), ["nightly-2", "nightly-1"]);
    assert.deepEqual(await names("--since", "2h"), ["orders", "nightly-2"]);
    assert.deepEqual(await names("--older", "1d"), ["nightly-1"]);
    assert.deepEqual(await names("-l", "team=a,stage!=test"), ["orders"]);
    assert.deepEqual(await names("-l", "stage"), ["nightly-1"]);
    assert.deepEqual(await names("-l", "!stage", "-l", "team in (b, c)"), ["nightly-2"]);
    assert.deepEqual(await names("-l", "team notin (b)"), ["orders", "nightly-1"]);
    assert.equal((await ask(["list", "-l", "a>b"])).code, 2);
  });

  test("other forms", async () => {
    assert.equal((await ask(["list", "--no-headers"], { pictures })).out.length, 3);
    assert.match((await ask(["list", "-o", "wide"], { pictures })).out[3] ?? "", /2025-11-19T07:30:00Z {2}id-of-nightly-1 {2}team=a,stage=test$/);
    const [first] = JSON.parse((await ask(["list", "-o", "json"], { pictures })).out.join("\n")) as readonly { readonly name: string }[];
    assert.equal(first?.name, "orders");
    assert.equal((await ask(["list", "-o", "yaml"], { pictures })).out[0], "- name: orders");
    const none = await ask(["list"]);
    assert.deepEqual([none.code, none.out, none.err], [0, [], "no runs\n"]);
  });
});

describe("get", () => {
  test("shows the head and the tree of the newest run", async () => {
    const { out } = await ask(["get"], { pictures });
    assert.deepEqual(out, [
      "Name:      orders",
      "Status:    ● Running",
      "File:      workflow.yaml",
      "Labels:    team=a",
      "Created:   2025-11-21T09:28:30Z (1m30s ago)",
      "Started:   2025-11-21T09:28:30Z (1m30s ago)",
      "Duration:  1m30s",
      "Progress:  1/2",
      "Parameters:",
      "  day: today",
      "",
      "TASK      TEMPLATE  ATTEMPT  DURATION",
      "● orders  main               1m30s",
      "├─✔ a     t-a       1        10s",
      "└─● b     t-b       2        1m20s",
    ]);
  });

  test("filters tasks by state and selector", async () => {
    assert.deepEqual((await ask(["get", "nightly-2", "--status", "Failed"], { pictures })).out.slice(-2), [
      "✖ nightly-2    main               5s        child failed",
      "✖ nightly-2.a  t-a       1        5s        exit code 4",
    ]);
    assert.match((await ask(["get", "nightly-2", "--node-field-selector", "b"], { pictures })).out.at(-1) ?? "", /^○ nightly-2\.b/);
    assert.equal((await ask(["get", "nightly-2", "--node", "zzz"], { pictures })).out.at(-1), "no such tasks");
  });

  test("other forms", async () => {
    assert.deepEqual((await ask(["get", "orders", "-o", "short"], { pictures })).out, ["● orders  Running  1m30s  1/2"]);
    assert.deepEqual((await ask(["get", "-o", "name"], { pictures })).out, ["orders"]);
    assert.match((await ask(["get", "-o", "wide"], { pictures })).out.at(-1) ?? "", /2025-11-21T09:28:40Z/);
    const printed = JSON.parse((await ask(["get", "nightly-2", "-o", "json"], { pictures })).out.join("\n")) as { readonly status: { readonly phase: string } };
    assert.equal(printed.status.phase, "Failed");
    assert.equal((await ask(["get", "nobody"], { pictures })).code, 2);
  });
});

describe("steering", () => {
  test("commands reach the house with what the flags say", async () => {
    const callOf = async (...argv: readonly string[]): Promise<string> => (await ask(argv, { pictures })).calls[0] ?? "";
    assert.equal(await callOf("suspend", "@latest"), 'command orders {"kind":"suspend"}');
    assert.equal(await callOf("terminate", "orders"), 'command orders {"kind":"terminate"}');
    assert.equal(await callOf("stop", "orders", "--message", "no", "--node", "b"), 'command orders {"kind":"stop","select":"b","message":"no"}');
    assert.equal(
      await callOf("node", "set", "orders", "--node-field-selector", "displayName=b", "--output-parameter", "x=1", "--phase", "Error", "--message", "m"),
      'command orders {"kind":"set","select":"displayName=b","values":{"x":"1"},"phase":"errored","message":"m"}',
    );
  });

  test("a selector means all unfinished runs with the labels; --dry-run does nothing", async () => {
    const several = [...pictures, makePicture({ name: "more", phase: "running", createdAt: startAt - 1000, tasks: [], labels: { team: "a" } })];
    const done = await ask(["suspend", "-l", "team=a"], { pictures: several });
    assert.deepEqual(done.out, ["more suspended", "orders suspended"]);
    const dry = await ask(["terminate", "-l", "team=a", "--dry-run"], { pictures: several });
    assert.deepEqual([dry.calls, dry.out], [[], ["more would be terminated", "orders would be terminated"]]);
    assert.equal((await ask(["suspend"], { pictures })).code, 2);
  });

  test("one refusal among many does not stop the others, and shows in the exit code", async () => {
    const refuse = (name: string) => (name === "nightly-2" ? new MillraceError("run/ended", "conflict", "it has ended") : undefined);
    const { code, out, err } = await ask(["stop", "nightly-2", "orders"], { pictures, refuse });
    assert.deepEqual([code, out, err], [2, ["orders stopped"], "error: it has ended [run/ended]\n"]);
  });

  test("node set refuses what makes no sense", async () => {
    const codeOf = async (...argv: readonly string[]): Promise<number> => (await ask(["node", "set", "orders", ...argv], { pictures })).code;
    assert.deepEqual([await codeOf("--phase", "Failed"), await codeOf("--node", "b"), await codeOf("--node", "b", "--phase", "Lost")], [2, 2, 2]);
  });
});

describe("delete", () => {
  test("deletes what is named or filtered, and says so", async () => {
    const deleted = async (...argv: readonly string[]): Promise<readonly string[]> => (await ask(["delete", ...argv], { pictures })).calls;
    assert.deepEqual(await deleted("nightly-1", "nightly-1"), ["remove nightly-1"]);
    assert.deepEqual(await deleted("--all"), ["remove nightly-2", "remove nightly-1"]);
    assert.deepEqual(await deleted("--completed", "--prefix", "nightly-"), ["remove nightly-2", "remove nightly-1"]);
    assert.deepEqual(await deleted("--older", "1d"), ["remove nightly-1"]);
    assert.deepEqual(await deleted("--status", "Failed"), ["remove nightly-2"]);
    assert.deepEqual(await deleted("-l", "team=a"), ["remove nightly-1"]);
    assert.deepEqual(await deleted("--all", "--dry-run"), []);
    assert.deepEqual((await ask(["delete", "--older", "30d"], { pictures })).out, ["nothing to delete"]);
  });

  test("a run that has not ended stays, and with it everything else of the call", async () => {
    const { code, err, calls } = await ask(["delete", "nightly-1", "orders"], { pictures });
    assert.deepEqual([code, calls], [2, []]);
    assert.match(err, /not ended: orders \[run\/not-ended\]/);
    assert.equal((await ask(["delete"], { pictures })).code, 2);
  });
});

describe("lint", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-lint-"));
    mkdirSync(join(folder, "docs", "deep"), { recursive: true });
    mkdirSync(join(folder, "empty"));
    for (const name of ["docs/b.yaml", "docs/deep/a.yml", "docs/c.json", "docs/README.md", "more.yaml"]) writeFileSync(join(folder, name), `in: ${name}\n`);
  });
  after(() => rmSync(folder, { recursive: true }));

  test("all files of a call are definitions for each other", async () => {
    const { code, out, calls } = await ask(["lint", "--strict", "docs", "more.yaml", "--with", "docs/c.json"], { world: { cwd: folder } });
    assert.equal(code, 0);
    assert.deepEqual(calls, [
      "lint docs/b.yaml strict=true with=docs/c.json,docs/deep/a.yml,more.yaml,docs/c.json",
      "lint docs/c.json strict=true with=docs/b.yaml,docs/deep/a.yml,more.yaml,docs/c.json",
      "lint docs/deep/a.yml strict=true with=docs/b.yaml,docs/c.json,more.yaml,docs/c.json",
      "lint more.yaml strict=true with=docs/b.yaml,docs/c.json,docs/deep/a.yml,docs/c.json",
    ]);
    assert.deepEqual(out, ["✔ no problems in 4 files"]);
  });

  test("errors give 2, warnings alone give 0", async () => {
    const diagnostics = (_source: string, file: string) => [
      { code: "x/odd", severity: file === "more.yaml" ? ("warning" as const) : ("error" as const), message: "odd", position: { file, line: 1, column: 1, offset: 0 }, excerpt: "in: it" },
    ];
    const both = await ask(["lint", "docs/b.yaml", "more.yaml"], { world: { cwd: folder }, diagnostics });
    assert.equal(both.code, 2);
    assert.deepEqual(both.out, [
      "docs/b.yaml:1:1: error: odd [x/odd]",
      "    1 | in: it",
      "      | ^",
      "",
      "more.yaml:1:1: warning: odd [x/odd]",
      "    1 | in: it",
      "      | ^",
      "",
      "✖ 1 error, 1 warning in 2 files",
    ]);
    const warned = await ask(["lint", "-o", "simple", "more.yaml"], { world: { cwd: folder }, diagnostics });
    assert.deepEqual([warned.code, warned.out], [0, ["more.yaml:1:1: warning: odd [x/odd]"]]);
    const json = await ask(["lint", "-o", "json", "docs/b.yaml"], { world: { cwd: folder }, diagnostics });
    assert.deepEqual(JSON.parse(json.out.join("\n")), {
      files: [{ file: "docs/b.yaml", diagnostics: [{ code: "x/odd", severity: "error", message: "odd", file: "docs/b.yaml", line: 1, column: 1, excerpt: "in: it" }] }],
    });
  });

  test("folders without documents and files that are not there are mistakes", async () => {
    assert.match((await ask(["lint", "empty"], { world: { cwd: folder } })).err, /no \.yaml, \.yml or \.json below empty/);
    assert.equal((await ask(["lint", "gone.yaml"], { world: { cwd: folder } })).code, 2);
  });
});

describe("looking on", () => {
  const suspended = makePicture({ phase: "suspended", suspended: true, tasks: [{ name: "a", phase: "succeeded", from: 0, to: 1 }] });
  const ended = makePicture({ phase: "failed", endedAfter: 4, tasks: [{ name: "a", phase: "failed", from: 0, to: 4 }] });
  const going = makePicture({ phase: "running", tasks: [{ name: "a", phase: "running", from: 0 }] });

  test("watch follows until the run ends, with the run's exit code", async () => {
    const world = createWorld();
    const house = createFakeHouse({ pictures: [going], driven: true });
    const code = runCli(["watch", "orders"], world.io, () => house);
    await world.stdout.until((text) => text.includes("orders.a started"));
    house.change([ended]);
    assert.equal(await code, 1);
    assert.match(world.stdout.text(), /orders\.a failed \(4s\)\n.*run failed.*\n✖ orders Failed in 4s\n/);
  });

  test("watch of a run at rest shows how it stands", async () => {
    const { code, out } = await ask(["watch"], { pictures: [suspended] });
    assert.equal(code, 4);
    assert.equal(out.at(-1), "  the run is suspended; go on with: millrace resume orders");
  });

  test("wait returns the worst end of several runs, and says when nobody drives them", async () => {
    const world = createWorld();
    const house = createFakeHouse({ pictures: [old, going] });
    const code = runCli(["wait", "nightly-1", "orders"], world.io, () => house);
    await world.stderr.until((text) => text.includes("no process drives this home"));
    house.change([old, ended]);
    assert.equal(await code, 1);
    assert.equal(world.stdout.text(), "✔ nightly-1 Succeeded\n✖ orders Failed\n");
  });

  test("wait gives up after its time", async () => {
    const world = createWorld();
    const house = createFakeHouse({ pictures: [going], driven: true });
    const code = runCli(["wait", "orders", "--timeout", "10s"], world.io, () => {
      // The clock passes the limit while the command waits for a change.
      queueMicrotask(() => setImmediate(() => {
        world.advance(11_000);
        house.change();
      }));
      return house;
    });
    assert.equal(await code, 4);
    assert.equal(world.stderr.text(), "orders has not ended in time\n");
  });

  test("explain and doctor", async () => {
    const explanations = [{ task: 1, name: "a", phase: "failed", facts: [{ code: "exit-nonzero", text: "it ended with exit code 4" }] }];
    const explained = await ask(["explain", "orders", "a"], { pictures, explanations });
    assert.deepEqual([explained.calls, explained.out], [["explain orders a"], ["✖ a failed", "    it ended with exit code 4"]]);
    assert.deepEqual(JSON.parse((await ask(["explain", "-o", "json"], { pictures, explanations })).out.join("\n")), explanations);
    const findings = [
      { topic: "node", state: "good" as const, message: "fine" },
      { topic: "disk", state: "bad" as const, message: "full", hint: "Free space." },
    ];
    const doctor = await ask(["doctor"], { findings });
    assert.deepEqual([doctor.code, doctor.out], [5, ["✔ node: fine", "✖ disk: full", "    Free space."]]);
    assert.equal((await ask(["doctor"], { findings: findings.slice(0, 1) })).code, 0);
  });

  test("version", async () => {
    assert.match((await ask(["version"])).out[0] ?? "", /^millrace \d+\.\d+\.\d+ \(Node\.js 2\d/);
    assert.match((await ask(["--version"])).out[0] ?? "", /^millrace /);
    assert.match((await ask(["version", "-o", "json"])).out.join(""), /"version":/);
  });
});
