/** What people do in their first hour: every slip gets a sentence that helps, and the right exit code. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { noSandbox, noTerminal } from "./machine.ts";
import { makePlace } from "./place.ts";
import { runProgram, show, startProgram } from "./program.ts";
import { shellTemplate, shellWorkflow, workflowOf } from "./workflow.ts";

const withParameters = workflowOf(
  [shellTemplate("echo {{workflow.parameters.day}} {{workflow.parameters.size}}")],
  {
    arguments: { parameters: [{ name: "day" }, { name: "size", value: "small", enum: ["small", "large"] }] },
  },
);
const plain = shellWorkflow("echo hello");
const template = JSON.stringify({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "WorkflowTemplate",
  metadata: { name: "stored" },
  spec: { entrypoint: "main", templates: [shellTemplate("echo from a template")] },
});

interface Slip {
  readonly args: readonly string[];
  readonly document?: string;
  readonly code: number;
  readonly says: RegExp;
}

const slips: Readonly<Record<string, Slip>> = {
  "no command": { args: [], code: 2, says: /run +/ },
  "an unknown command": { args: ["rum", "it.yaml"], code: 2, says: /no command 'rum'(.|\n)*millrace run/ },
  "an unknown flag": {
    args: ["run", "it.yaml", "--paralel", "2"],
    code: 2,
    says: /--paralel(.|\n)*--parallel/,
  },
  "a flag without its value": { args: ["run", "it.yaml", "--name"], code: 2, says: /--name/ },
  "a number that is none": { args: ["run", "it.yaml", "--parallel", "many"], code: 2, says: /--parallel/ },
  "no tasks at once": { args: ["run", "it.yaml", "--parallel", "0"], code: 2, says: /--parallel/ },
  "a choice that is none": {
    args: ["run", "it.yaml", "--executor", "docker"],
    code: 2,
    says: /auto, process/,
  },
  "no file": { args: ["run"], code: 2, says: /name one document: FILE/ },
  "two files": { args: ["run", "it.yaml", "it.yaml"], code: 2, says: /it\.yaml/ },
  "a parameter without a value": { args: ["run", "it.yaml", "-p", "day"], code: 2, says: /NAME=VALUE/ },
  "a missing parameter": {
    args: ["run", "it.yaml"],
    document: withParameters,
    code: 2,
    says: /it\.yaml:\d+:\d+.*day/,
  },
  "a misspelt parameter": {
    args: ["run", "it.yaml", "-p", "day=1", "-p", "sise=large"],
    document: withParameters,
    code: 0,
    says: /warning: .*'sise'(.|\n)*did you mean size/,
  },
  "a value outside its enum": {
    args: ["run", "it.yaml", "-p", "day=1", "-p", "size=huge"],
    document: withParameters,
    code: 2,
    says: /size.*enum/,
  },
  "an entrypoint that does not exist": {
    args: ["run", "it.yaml", "--entrypoint", "nope"],
    code: 2,
    says: /nope/,
  },
  "a template alone": { args: ["run", "it.yaml"], document: template, code: 0, says: /Succeeded/ },
  "a run that does not exist": { args: ["get", "nope"], code: 2, says: /no run 'nope'/ },
  "the last run of none": { args: ["get", "@latest"], code: 2, says: /no run/ },
  "a task that does not exist": { args: ["stop", "nope", "--node", "x"], code: 2, says: /no run 'nope'/ },
  "a parameter file that is a list": {
    args: ["run", "it.yaml", "-f", "it.yaml"],
    document: "[1, 2]",
    code: 2,
    says: /names with values/,
  },
  "a definition that does not exist": {
    args: ["run", "it.yaml", "--with", "nope.yaml"],
    code: 2,
    says: /nope\.yaml/,
  },
  "a name that is too long": {
    args: ["run", "it.yaml", "--name", "n".repeat(5_000)],
    code: 2,
    says: /no name for a run/,
  },
  "a name with separators": {
    args: ["run", "it.yaml", "--name", "../x"],
    code: 2,
    says: /no name for a run/,
  },
  "an empty name": { args: ["run", "it.yaml", "--name", ""], code: 0, says: /Succeeded/ },
  "labels that are none": { args: ["run", "it.yaml", "-l", "a"], code: 2, says: /NAME=VALUE/ },
  "a program that the machine does not have": {
    args: ["run", "it.yaml"],
    document: workflowOf([
      { name: "main", container: { image: "busybox", command: ["no-such-program-anywhere"] } },
    ]),
    code: 1,
    says: /no-such-program-anywhere/,
  },
};

describe("a slip", { concurrency: 2 }, () => {
  for (const [name, { args, document, code, says }] of Object.entries(slips)) {
    test(name, async (context) => {
      const place = makePlace(context);
      place.write("it.yaml", document ?? plain);
      const result = await runProgram(args, { cwd: place.work });
      assert.equal(result.code, code, show(result));
      assert.match(result.stdout + result.stderr, says, show(result));
      place.assertUntouched();
    });
  }
});

describe("a strange world", { concurrency: 2 }, () => {
  test("a terminal of 20 columns, and one whose size nobody knows", { skip: noTerminal }, async (context) => {
    const place = makePlace(context);
    place.write(
      "it.yaml",
      workflowOf([
        { name: "main", steps: [[{ name: "a-step-with-a-long-name-indeed", template: "leaf" }]] },
        shellTemplate("sleep 0.3", {}, "leaf"),
      ]),
    );
    for (const [index, size] of ["stty cols 20 rows 5;", "stty cols 0 rows 0;", ""].entries()) {
      const run = startProgram(["run", "it.yaml", "--name", `t${index}`], {
        cwd: place.work,
        env: { TERM: "xterm" },
        wrap: [
          "sh",
          "-c",
          `c=; for w; do c="$c '$w'"; done; exec script -qec "${size} exec $c" /dev/null`,
          "sh",
        ],
      });
      const ended = await run.ended;
      assert.equal(ended.code, 0, show(ended));
      // eslint-disable-next-line no-control-regex
      const text = ended.stdout.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "");
      assert.match(text, /Succeeded/, show(ended));
      assert.ok(
        ended.stdout.endsWith("\u001b[?25h") ||
          !ended.stdout.includes("\u001b[?25l") ||
          ended.stdout.lastIndexOf("\u001b[?25h") > ended.stdout.lastIndexOf("\u001b[?25l"),
        "the cursor stays hidden",
      );
    }
  });

  test("NO_COLOR, a dumb terminal, and no TERM at all", { skip: noTerminal }, async (context) => {
    const place = makePlace(context);
    place.write("it.yaml", plain);
    const wrap = ["sh", "-c", `c=; for w; do c="$c '$w'"; done; exec script -qec "exec $c" /dev/null`, "sh"];
    for (const [index, env] of [
      { NO_COLOR: "1", TERM: "xterm" },
      { TERM: "dumb" },
      { TERM: undefined },
    ].entries()) {
      const ended = await startProgram(["run", "it.yaml", "--name", `c${index}`], {
        cwd: place.work,
        wrap,
        env,
      }).ended;
      assert.equal(ended.code, 0, show(ended));
      // eslint-disable-next-line no-control-regex
      if (index < 2) assert.doesNotMatch(ended.stdout, /\u001b\[[0-9;]*m/, "colours");
    }
  });

  test("a home and a document in folders with blanks, quotes and other scripts", async (context) => {
    const place = makePlace(context);
    const folder = "a b 'c' \"d\" $HOME ünï 日本; `x` \\ *";
    place.write(
      `${folder}/it's.yaml`,
      shellWorkflow("echo hello >/tmp/out; cat /tmp/in", {
        inputs: { artifacts: [{ name: "i", path: "/tmp/in", raw: { data: "given" } }] },
        outputs: { artifacts: [{ name: "o", path: "/tmp/out" }] },
      }),
    );
    for (const executor of noSandbox === false ? ["process", "sandbox"] : ["process"]) {
      const result = await runProgram(
        [
          "run",
          "it's.yaml",
          "--executor",
          executor,
          "--log",
          "--no-watch",
          "--home",
          `the 'home' ${executor}`,
        ],
        { cwd: join(place.work, folder) },
      );
      assert.equal(result.code, 0, show(result));
      assert.match(result.stdout, /given/, show(result));
    }
    place.assertUntouched();
  });

  test("a home with a line break in its name", async (context) => {
    const place = makePlace(context);
    place.write("it.yaml", plain);
    const result = await runProgram(["run", "it.yaml", "--executor", "process", "--home", "the\nhome"], {
      cwd: place.work,
    });
    assert.ok([0, 2, 5].includes(result.code ?? -1), show(result));
  });

  test("a working folder that is gone", async (context) => {
    const place = makePlace(context);
    const gone = join(place.work, "gone");
    mkdirSync(gone);
    place.write("it.yaml", plain);
    for (const args of [["list"], ["run", join(place.work, "it.yaml")], ["version"]]) {
      const result = await runProgram(args, {
        cwd: gone,
        wrap: ["sh", "-c", `mkdir -p '${gone}'; cd '${gone}' && rmdir '${gone}' && exec "$@"`, "sh"],
      });
      mkdirSync(gone, { recursive: true });
      assert.ok([0, 2, 5].includes(result.code ?? -1), show(result));
    }
  });

  test("no environment at all", async (context) => {
    const place = makePlace(context);
    place.write("it.yaml", plain);
    const result = await runProgram(["run", "it.yaml"], {
      cwd: place.work,
      env: { HOME: undefined, PATH: undefined, NODE_COMPILE_CACHE: undefined },
    });
    assert.equal(result.code, 0, show(result));
  });

  test("few open files", async (context) => {
    const place = makePlace(context);
    place.write(
      "it.yaml",
      workflowOf([
        { name: "main", steps: [[{ name: "s", template: "leaf", withSequence: { count: "40" } }]] },
        shellTemplate("true", {}, "leaf"),
      ]),
    );
    const result = await runProgram(["run", "it.yaml", "--parallel", "40"], {
      cwd: place.work,
      wrap: ["sh", "-c", 'ulimit -n 128; exec "$@"', "sh"],
    });
    assert.equal(result.code, 0, show(result));
  });
});
