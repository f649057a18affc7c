import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MillraceError } from "../../src/base/errors.ts";
import { runCli } from "../../src/cli/cli.ts";
import { ask, old, pictures } from "./ask.ts";
import { createFakeHouse } from "./fake-house.ts";
import { createWorld } from "./fake-world.ts";

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
    assert.deepEqual(await ask(["node", "paint", "x"]).then(({ code, err }) => [code, err]), [
      2,
      "error: there is no command 'node paint' [cli/unknown-command]\n  hint: There is `millrace node set`.\n",
    ]);
    assert.match((await ask(["cron", "lst"])).err, /hint: Did you mean `millrace cron list`\?/);
    assert.match((await ask(["help", "rnu"])).err, /Did you mean `millrace run`/);
    assert.match((await ask(["list", "--statsu", "Failed"])).err, /hint: Did you mean --status\?/);
    assert.match((await ask(["list", "--nonsense"])).err, /hint: `millrace list --help` shows its flags\./);
  });

  test("commands that share their first word are explained together", async () => {
    for (const argv of [
      ["template", "--help"],
      ["help", "template"],
    ]) {
      const { code, out } = await ask(argv);
      assert.deepEqual([code, out[0]], [0, "Usage: millrace template COMMAND [FLAGS] [ARGUMENTS]"]);
      assert.ok(out.some((line) => line.startsWith("  template apply ")));
    }
  });

  test("the overview fits the terminal", async () => {
    const { out } = await ask(["--help"], { world: { columns: 60 } });
    assert.deepEqual(
      out.filter((line) => line.length > 60),
      [],
    );
  });

  test("words of argo and of the shell lead to what is here", async () => {
    for (const [words, hint] of [
      [["cron", "start"], /There is `millrace cron create`, .*`millrace cron resume`/],
      [["template"], /There is `millrace template create`/],
      [["ls"], /Did you mean `millrace list`/],
      [["workflow.yaml"], /To run a document: millrace run workflow\.yaml/],
      [["my flow.yaml"], /To run a document: millrace run 'my flow\.yaml'/],
    ] as const) {
      const { code, err } = await ask(words);
      assert.equal(code, 2);
      assert.match(err, hint);
    }
    for (const flag of ["--version", "-V", "-v"])
      assert.match((await ask([flag])).out[0] ?? "", /^millrace /);
  });

  test("flags of argo that mean nothing here are accepted with a word about it", async () => {
    const { code, out, err } = await ask(["get", "-n", "argo", "-A", "--chunk-size=10", "-o", "name"], {
      pictures,
    });
    assert.deepEqual([code, out.length], [0, 1]);
    assert.deepEqual(err.match(/^note: --[a-z-]+ has no effect here/gm), [
      "note: --namespace has no effect here",
      "note: --all-namespaces has no effect here",
      "note: --chunk-size has no effect here",
    ]);
    assert.match((await ask(["list", "--argo-server", "x"])).err, /unknown flag --argo-server/);
  });

  test("flags that every command has may stand before it", async () => {
    const listed = await ask(["-n", "default", "-v", "--home=/x", "--no-color", "list", "-o", "name"], {
      pictures,
    });
    assert.deepEqual([listed.code, listed.out.length, listed.homes], [0, 3, ["/x"]]);
    const two = await ask(["--home", "/x", "archive", "list", "-o", "name"], { pictures });
    assert.deepEqual([two.code, two.out.length], [0, 2]);
    assert.equal((await ask(["-h", "list"])).out[0], "millrace list: list runs");
    assert.equal((await ask(["--home", "/x"])).code, 2);
    assert.equal((await ask(["--home", "/x", "--help"])).code, 0);
    assert.match((await ask(["--bogus", "list"])).err, /cli\/unknown-command/);
  });

  test("help fits into the terminal", async () => {
    for (const columns of [50, 80, 200]) {
      const { out } = await ask(["resume", "--help"], { world: { columns } });
      const long = out.filter((line) => line.length > columns && !line.startsWith("  millrace "));
      assert.deepEqual(long, []);
      assert.match(out.join(" ").replace(/\s+/g, " "), /only these tasks: a name, or a selector such as/);
    }
  });

  test("operands are counted", async () => {
    const few = await ask(["lint"]);
    assert.deepEqual(
      [few.code, few.err],
      [
        2,
        "error: lint needs FILE|FOLDER|-... [cli/bad-arguments]\n  hint: Usage: millrace lint FILE|FOLDER|-...; `millrace lint --help` explains it.\n",
      ],
    );
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
    const broken = (error: Error, env: Readonly<Record<string, string>> = {}) =>
      ask(["delete", "orders"], {
        world: { env },
        pictures: [
          {
            ...old,
            get row(): never {
              throw error;
            },
          },
        ],
      });
    const known = await broken(
      new MillraceError("store/full", "exhausted", "the disk is full", { hint: "Free space." }),
    );
    assert.deepEqual(
      [known.code, known.err],
      [5, "error: the disk is full [store/full]\n  hint: Free space.\n"],
    );
    const unknown = await broken(new TypeError("x is not a function"));
    assert.equal(unknown.code, 3);
    assert.doesNotMatch(unknown.err, /\n\s+at /);
    const shown = await broken(new TypeError("x is not a function"), { MILLRACE_DEBUG: "1" });
    assert.match(shown.err, /\n\s+at /);
    const missing = Object.assign(new Error("Cannot find package 'x' imported from y"), {
      code: "ERR_MODULE_NOT_FOUND",
    });
    assert.match((await broken(missing)).err, /hint: .*`npm install`/);
  });

  test("exit codes follow the kind of error", async () => {
    const codeOf = async (error: Error): Promise<number> =>
      (await ask(["suspend", "orders"], { pictures, refuse: () => error })).code;
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
