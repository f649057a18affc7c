import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MillraceError } from "../../src/base/errors.ts";
import { addArgoFlags, noteArgoFlags } from "../../src/cli/arguments/argo-flags.ts";
import { findMeantName } from "../../src/cli/arguments/find-meant-name.ts";
import { parseArguments } from "../../src/cli/arguments/parse-arguments.ts";
import { parseDurationMs } from "../../src/cli/arguments/parse-duration.ts";
import { readLabels, readPairs } from "../../src/cli/arguments/read-pairs.ts";
import { submissionFlags } from "../../src/cli/drive/submission-flags.ts";

const table = {
  parameter: { kind: "list", short: "p", value: "NAME=VALUE", help: "" },
  output: { kind: "choice", short: "o", choices: ["json", "wide"], help: "" },
  follow: { kind: "switch", short: "f", help: "" },
  quiet: { kind: "switch", short: "q", help: "" },
  tail: { kind: "number", value: "N", help: "" },
  since: { kind: "duration", value: "DURATION", help: "" },
  "node-field-selector": { kind: "text", aliases: ["node"], value: "SELECTOR", help: "" },
} as const;

function parse(...argv: readonly string[]) {
  return parseArguments(argv, table, "logs");
}

function problemOf(...argv: readonly string[]): {
  readonly message: string;
  readonly hint: string | undefined;
} {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof MillraceError)
      return { message: `${error.code} ${error.message}`, hint: error.hint };
  }
  return assert.fail("the arguments were accepted");
}

describe("arguments", () => {
  test("flags that are not given are undefined, lists are empty", () => {
    const { flags, positionals } = parse();
    assert.deepEqual(
      { ...flags },
      {
        parameter: [],
        output: undefined,
        follow: undefined,
        quiet: undefined,
        tail: undefined,
        since: undefined,
        "node-field-selector": undefined,
      },
    );
    assert.deepEqual(positionals, []);
  });

  test("values may stand behind, after = or right at a letter", () => {
    assert.deepEqual(parse("-p", "a=1", "--parameter=b=2", "-pc=3", "-p=d=4").flags.parameter, [
      "a=1",
      "b=2",
      "c=3",
      "d=4",
    ]);
    assert.equal(parse("-ojson").flags.output, "json");
    assert.equal(parse("--tail", "20").flags.tail, 20);
    assert.equal(parse("--since=2h30m").flags.since, 9_000_000);
    assert.equal(parse("--node", "x").flags["node-field-selector"], "x");
  });

  test("a number keeps to its limits, and one that has an upper one says it", () => {
    const level = { kind: "number", value: "N", atLeast: -5, atMost: 10, help: "" } as const;
    const levelOf = (text: string): number | undefined =>
      parseArguments(["--level", text], { level }, "test").flags.level;
    assert.deepEqual([levelOf("-5"), levelOf("10")], [-5, 10]);
    for (const wrong of ["-6", "--5", "-", "- 1", "11", "1e1"])
      assert.throws(() => levelOf(wrong), {
        code: "cli/bad-arguments",
        message: `--level must be a whole number up to 10, found '${wrong}'`,
      });
    assert.equal(parse("--tail", "9007199254740991").flags.tail, Number.MAX_SAFE_INTEGER);
    // The next one would become another number.
    assert.match(problemOf("--tail", "9007199254740993").message, /--tail must be a whole number, found/u);
  });

  test("a priority is an int32, as in Argo", () => {
    const priorityOf = (text: string): number | undefined =>
      parseArguments(["--priority", text], submissionFlags, "submit").flags.priority;
    assert.deepEqual([priorityOf("2147483647"), priorityOf("-2147483648")], [2_147_483_647, -2_147_483_648]);
    for (const wrong of ["3000000000", "2147483648", "-2147483649"])
      assert.throws(() => priorityOf(wrong), {
        code: "cli/bad-arguments",
        message: `--priority must be a whole number up to 2147483647, found '${wrong}'`,
      });
  });

  test("switches combine and can be turned off", () => {
    assert.deepEqual([parse("-fq").flags.follow, parse("-fq").flags.quiet], [true, true]);
    assert.equal(parse("--no-follow").flags.follow, false);
    assert.equal(parse("--follow=false").flags.follow, false);
    assert.equal(parse("-fojson").flags.output, "json");
  });

  test("a dash alone and everything after -- are positionals", () => {
    assert.deepEqual(parse("-", "a", "--", "--tail", "-f").positionals, ["-", "a", "--tail", "-f"]);
  });

  test("everything that is wrong is said at once, with the nearest flag", () => {
    const { message, hint } = problemOf("--tial", "5", "-x", "--output", "xml", "--tail", "many");
    assert.equal(
      message,
      "cli/bad-arguments unknown flag --tial; unknown flag -x; --output must be one of json, wide, found 'xml'; --tail must be a whole number, found 'many'",
    );
    assert.equal(hint, "Did you mean --tail?");
    assert.equal(problemOf("--parameter").message, "cli/bad-arguments --parameter needs a value: NAME=VALUE");
    assert.equal(
      problemOf("--follow=maybe").message,
      "cli/bad-arguments --follow is on or off and takes no value, found 'maybe'",
    );
    assert.equal(problemOf("--no-tail").message, "cli/bad-arguments unknown flag --no-tail");
  });

  test("the names of inherited properties are no flags", () => {
    assert.match(problemOf("--constructor", "x").message, /unknown flag --constructor/);
    assert.match(problemOf("--__proto__").message, /unknown flag --__proto__/);
  });
});

describe("values", () => {
  test("durations", () => {
    const cases = {
      "45s": 45_000,
      "10m": 600_000,
      "1.5h": 5_400_000,
      "7d": 604_800_000,
      "500ms": 500,
      "30": 30_000,
      "1d12h": 129_600_000,
    };
    assert.deepEqual(Object.keys(cases).map(parseDurationMs), Object.values(cases));
    assert.deepEqual(["", "m", "10x", "-5s", "5 m"].map(parseDurationMs), [
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("pairs keep everything behind the first =", () => {
    assert.deepEqual(readPairs("parameter", ["a=b=c", "d="]), { a: "b=c", d: "" });
    assert.deepEqual(readLabels(["a=b, c=d", "e=f", "example.org/A_1.x=,"]), {
      a: "b",
      c: "d",
      e: "f",
      "example.org/A_1.x": "",
    });
    for (const wrong of [
      "a b=c",
      "a=b c",
      "a=-b",
      "/a=b",
      "Ex_a/b=c",
      "a/b/c=d",
      `a=${"x".repeat(64)}`,
      "=b",
    ])
      assert.throws(() => readLabels([wrong]), { code: "cli/bad-arguments" }, wrong);
    assert.throws(() => readPairs("parameter", ["novalue"]), {
      code: "cli/bad-arguments",
      message: "--parameter must be NAME=VALUE, found 'novalue'",
    });
  });

  test("the nearest name is found for slips, not for anything", () => {
    const names = ["run", "resume", "retry", "resubmit", "list", "logs"];
    assert.deepEqual(
      ["rnu", "resme", "lst", "resub", "deploy", "x"].map((name) => findMeantName(name, names)),
      ["run", "resume", "list", "resubmit", undefined, undefined],
    );
  });
});

describe("flags of argo", () => {
  const own = {
    wait: { kind: "switch", help: "" },
    verdict: { kind: "switch", short: "v", help: "" },
  } as const;

  test("that are refused say what does their work", () => {
    assert.throws(
      () => parseArguments(["--dry-run"], own, "submit"),
      (error) => error instanceof MillraceError && /millrace lint/.test(error.hint ?? ""),
    );
  });

  test("never hide a flag of the command", () => {
    const { flags } = parseArguments(["--wait", "-v", "-n", "argo"], addArgoFlags(own), "x");
    assert.deepEqual([flags.wait, flags.verdict], [true, true]);
    assert.deepEqual(noteArgoFlags(own, flags), [
      "note: --namespace has no effect here: it is for the runs of all namespaces; see --home",
    ]);
  });
});
