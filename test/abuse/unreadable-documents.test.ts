/** Files that are no documents: `lint` and `run` say what is wrong and where, in time and in bounds. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { describe, test } from "node:test";
import { makePlace } from "./place.ts";
import { runProgram, show } from "./program.ts";
import { shellWorkflow } from "./workflow.ts";

interface Case {
  readonly name: string;
  readonly content: () => string | Uint8Array;
  /** What both commands must say. */
  readonly says: RegExp;
  /** Nothing is wrong with such a file, but it cannot be run. */
  readonly lintCode?: 0;
  /** Where; absent where the whole file is meant. */
  readonly at?: RegExp;
}

/** Bytes that look like nothing, the same in every run. */
function makeJunk(sizeBytes: number): Uint8Array {
  let seed = 12345;
  return Uint8Array.from(
    { length: sizeBytes },
    () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) >>> 16,
  );
}

function makeBomb(levels: number): string {
  const lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"];
  for (let level = 1; level <= levels; level += 1) {
    lines.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => `*a${level - 1}`).join(", ")}]`);
  }
  return lines.join("\n");
}

const head = "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: abuse}\n";
const template = '    - {name: main, container: {image: busybox, command: ["true"]}}\n';

const cases: readonly Case[] = [
  { name: "binary junk", content: () => makeJunk(100_000), says: /not UTF-8/, at: /:1:\d+/ },
  {
    name: "invalid UTF-8",
    content: () =>
      Buffer.concat([Buffer.from(`${head}spec: {entrypoint: "`), Buffer.from([0xc3, 0x28, 0xff, 0xfe])]),
    says: /not UTF-8/,
    at: /:4:21/,
  },
  { name: "UTF-16", content: () => Buffer.from(`\ufeff${head}`, "utf16le"), says: /not UTF-8/, at: /:1:1/ },
  { name: "an empty file", content: () => "", lintCode: 0, says: /holds no document|does not hold/ },
  {
    name: "only comments",
    content: () => "# nothing\n---\n# here\n",
    lintCode: 0,
    says: /holds no document|does not hold/,
  },
  { name: "a line of 10 MB", content: () => `x: ${"a".repeat(10_000_000)}`, says: /kind/i },
  {
    name: "a bad line of 10 MB",
    content: () => `x: [${"a".repeat(10_000_000)}`,
    says: /yaml-syntax/,
    at: /:1:/,
  },
  {
    name: "an alias bomb",
    content: () => `${head}spec:\n  arguments: {parameters: [{name: x, value: *a9}]}\n${makeBomb(9)}`,
    says: /yaml-syntax/,
    at: /:5:/,
  },
  {
    name: "an alias bomb that is well-formed",
    content: () =>
      `${makeBomb(9)}\n${head}spec:\n  entrypoint: main\n  templates:\n${template}  arguments: {parameters: [{name: x, value: *a9}]}\n`,
    says: /value|big|alias/,
  },
  { name: "an alias bomb in unknown fields", content: () => `${head}${makeBomb(9)}`, says: /a0|entrypoint/ },
  {
    name: "nested YAML lists",
    content: () => `${head}x: ${"[".repeat(100_000)}${"]".repeat(100_000)}`,
    says: /too deep/,
    at: /:4:/,
  },
  {
    name: "nested YAML mappings",
    content: () => `${head}x: ${"{a: ".repeat(100_000)}1${"}".repeat(100_000)}`,
    says: /too deep/,
    at: /:4:/,
  },
  { name: "nested YAML by dashes", content: () => `${head}x:\n  ${"- ".repeat(100_000)}x`, says: /too deep/ },
  {
    name: "nested JSON",
    content: () => `{"kind": "Workflow", "x": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    says: /unknown field/,
  },
  {
    name: "nested JSON where a value may be",
    content: () =>
      `{"kind": "Workflow", "spec": {"arguments": {"parameters": [{"name": "x", "value": ${"[".repeat(100_000)}${"]".repeat(100_000)}}]}}}`,
    says: /must be text/,
  },
  {
    name: "nested JSON where any value may be",
    content: () =>
      `{"kind": "Workflow", "spec": {"entrypoint": "main", "templates": [{"name": "main", "steps": [[{"name": "x", "template": "main", "withItems": [${"[".repeat(100_000)}${"]".repeat(100_000)}]}]]}]}}`,
    says: /deep/,
  },
  {
    name: "a cyclic anchor",
    content: () =>
      `${head}spec: &a\n  entrypoint: main\n  arguments: {parameters: [{name: x, value: *a}]}\n  templates:\n${template}`,
    says: /error/,
    at: /:\d+:\d+/,
  },
  {
    name: "a cyclic template",
    content: () => `${head}spec:\n  entrypoint: main\n  templates: &t\n    - *t\n`,
    says: /error/,
    at: /:7:7/,
  },
  {
    name: "merge keys in a circle",
    content: () => `${head}spec: &s\n  <<: *s\n  entrypoint: main\n`,
    says: /error/,
  },
  {
    name: "50 errors",
    content: () =>
      `${head}spec:\n  entrypoint: main\n  templates:\n${template}${Array.from({ length: 50 }, (_, i) => `    - {name: t${i}, container: {image: x, command: ["{{inputs.parameters.n${i}}}"]}}\n`).join("")}`,
    says: /parameters\.n0(.|\n)*parameters\.n49(.|\n)*50 errors/,
    at: /:57:/,
  },
  {
    name: "a doubled key at every place",
    content: () => `${head}${"kind: Workflow\n".repeat(50_000)}`,
    says: /appears more than once/,
    at: /:4:1/,
  },
  {
    name: "a list of 200,000 documents",
    content: () => `{"kind":"List","items":[${"{},".repeat(199_999)}{}]}`,
    says: /kind/i,
  },
  { name: "50,000 documents", content: () => "---\n{}\n".repeat(50_000), says: /kind/i },
  {
    name: "tabs for indentation",
    content: () => `${head}spec:\n\tentrypoint: main\n`,
    says: /yaml-syntax/,
    at: /:5:1/,
  },
  {
    name: "a shell script",
    content: () => "#!/bin/sh\nset -e\necho hello; exit 1\n",
    says: /mapping/,
    at: /:\d+:\d+/,
  },
  {
    name: "a web page",
    content: () => "<!doctype html>\n<html><body>404 not found</body></html>\n",
    says: /mapping|yaml-syntax/,
    at: /:\d+:\d+/,
  },
  {
    name: "a Kubernetes Deployment",
    content: () => "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {replicas: 2}\n",
    lintCode: 0,
    says: /Deployment/,
    at: /:\d+:\d+/,
  },
  {
    name: "a WorkflowTemplate without a name",
    content: () =>
      `apiVersion: argoproj.io/v1alpha1\nkind: WorkflowTemplate\nspec: {entrypoint: nope, templates: []}\n`,
    says: /nope/,
  },
];

describe("a file that is no document", { concurrency: 2 }, () => {
  for (const { name, content, says, at, lintCode } of cases) {
    test(name, async (context) => {
      const place = makePlace(context);
      place.write("it.yaml", content());
      for (const command of ["lint", "run"]) {
        const result = await runProgram([command, "it.yaml"], { cwd: place.work });
        assert.equal(result.code, command === "lint" ? (lintCode ?? 2) : 2, show(result));
        const text = result.stdout + result.stderr;
        assert.match(text, says, show(result));
        if (at !== undefined) assert.match(text, new RegExp(`it\\.yaml${at.source}`), show(result));
      }
      place.assertUntouched();
    });
  }
});

describe("a path that is no file", { concurrency: 2 }, () => {
  for (const command of ["lint", "run"]) {
    test(`${command} of a missing file`, async (context) => {
      const place = makePlace(context);
      const result = await runProgram([command, "nope.yaml"], { cwd: place.work });
      assert.equal(result.code, 2, show(result));
      assert.match(result.stderr, /nope\.yaml/);
    });

    test(`${command} of an endless file is refused`, async (context) => {
      const place = makePlace(context);
      const result = await runProgram([command, "/dev/zero"], { cwd: place.work });
      assert.equal(result.code, 2, show(result));
      assert.match(result.stderr, /cannot read \/dev\/zero/);
    });
  }

  test("run of a folder", async (context) => {
    const place = makePlace(context);
    mkdirSync(`${place.work}/folder.yaml`);
    const result = await runProgram(["run", "folder.yaml"], { cwd: place.work });
    assert.equal(result.code, 2, show(result));
    assert.match(result.stderr, /it is a folder/);
  });

  test("the document comes on standard input, also as bytes that are no text", async (context) => {
    const place = makePlace(context);
    const good = await runProgram(["run", "-", "--executor", "process"], {
      cwd: place.work,
      input: shellWorkflow("exit 0"),
    });
    assert.equal(good.code, 0, show(good));
    const bad = await runProgram(["run", "-"], { cwd: place.work, input: makeJunk(1000) });
    assert.equal(bad.code, 2, show(bad));
  });
});
