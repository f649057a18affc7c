/** Documents that ask for more than there is: they end in time, in bounded memory, and say what was too much. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { makePlace } from "./place.ts";
import { runProgram, show } from "./program.ts";
import { shellTemplate, shellWorkflow, workflowOf } from "./workflow.ts";
import type { JsonObject } from "./workflow.ts";

const isLong = process.env["MILLRACE_LONG"] === "1";

function loop(over: JsonObject, more: JsonObject = {}): string {
  return workflowOf([
    {
      name: "main",
      steps: [
        [
          {
            name: "s",
            template: "leaf",
            arguments: { parameters: [{ name: "x", value: "{{item}}" }] },
            ...over,
          },
        ],
      ],
      ...more,
    },
    shellTemplate("true", { inputs: { parameters: [{ name: "x" }] } }, "leaf"),
  ]);
}

function evaluate(expression: string): string {
  return shellWorkflow(
    "true",
    {},
    { arguments: { parameters: [{ name: "x", value: "a".repeat(40) }] } },
  ).replace('"source":"true"', `"source":${JSON.stringify(`echo {{=${expression}}} >/dev/null`)}`);
}

interface Case {
  readonly document: () => string;
  readonly args?: readonly string[];
  /** Exit codes that are right: some of these may also be carried out, in bounds. */
  readonly codes: readonly number[];
  readonly says?: RegExp;
}

const cases: Readonly<Record<string, Case>> = {
  "withSequence of 1e12": {
    document: () => loop({ withSequence: { count: "1000000000000" } }),
    codes: [1, 2, 3],
    says: /fan-out of 1000000000000 members/,
  },
  "withSequence from end to start of everything": {
    document: () => loop({ withSequence: { start: "-9007199254740991", end: "9007199254740991" } }),
    codes: [1, 2, 3],
    says: /fan-out of \d+ members/,
  },
  "withSequence with a width": {
    document: () => loop({ withSequence: { count: "2", format: "%0999999999d" } }),
    codes: [0, 1, 2, 3],
  },
  "a range of 1e12": {
    document: () => evaluate("len(1..1000000000000)"),
    codes: [1, 2, 3],
    says: /memory|range|too|large|limit/i,
  },
  "ranges in ranges": {
    document: () => evaluate("len(map(1..5000, {map(1..5000, {map(1..5000, {#})})}))"),
    codes: [1, 2, 3],
    says: /budget|limit|too|memory|steps/i,
  },
  "an endless count": {
    document: () => evaluate("count(1..900000, {count(1..900000, {count(1..900000, {# > 1}) > 0}) > 0})"),
    codes: [1, 2, 3],
    says: /budget|limit|too|memory|steps/i,
  },
  "a text that doubles": {
    document: () => evaluate(`reduce(1..60, {#acc + #acc}, "aaaa")`),
    codes: [1, 2, 3],
  },
  "sprig.repeat": {
    document: () => evaluate("len(sprig.repeat(2000000000, 'aaaaaaaaaa'))"),
    codes: [1, 2, 3],
  },
  "sprig.indent": { document: () => evaluate("len(sprig.indent(2000000000, 'a'))"), codes: [1, 2, 3] },
  "sprig.untilStep": { document: () => evaluate("len(sprig.untilStep(0, 2000000000, 1))"), codes: [1, 2, 3] },
  repeat: { document: () => evaluate("len(repeat('aaaaaaaaaa', 2000000000))"), codes: [1, 2, 3] },
  "a regex that explodes in matches": {
    document: () => evaluate(`workflow.parameters.x matches "^(a+)+$b"`),
    codes: [0, 1, 2, 3],
  },
  "a regex that explodes in sprig": {
    document: () => evaluate("sprig.regexMatch('(a|aa)+$b|(.*a){40}', workflow.parameters.x)"),
    codes: [0, 1, 2, 3],
  },
  "a regex with huge counts": {
    document: () => evaluate("sprig.regexMatch('((a{1,1000}){1,1000}){1,1000}', workflow.parameters.x)"),
    codes: [0, 1, 2, 3],
  },
  "deep brackets in an expression": {
    document: () => evaluate(`${"(".repeat(50_000)}1${")".repeat(50_000)}`),
    codes: [1, 2, 3],
  },
  "a condition that is deep": {
    document: () => loop({ when: `${"(".repeat(20_000)}1 == 1${")".repeat(20_000)}`, withItems: [1] }),
    codes: [1, 2, 3],
  },
  "tags that are never closed": {
    document: () => shellWorkflow(`: '${"{{".repeat(100_000)}'`),
    codes: [0, 1, 2, 3],
  },
  "tags in tags": {
    document: () => shellWorkflow(`: '${"{{".repeat(20_000)}x${"}}".repeat(20_000)}'`),
    codes: [0, 1, 2, 3],
  },
  "a template that calls itself": {
    document: () => workflowOf([{ name: "main", steps: [[{ name: "again", template: "main" }]] }]),
    codes: [1, 3],
    says: /depth|recursion|nested|deep/i,
  },
  ...(isLong
    ? {
        "a dag that calls itself three times": {
          args: ["-q"],
          document: () =>
            workflowOf([
              {
                name: "main",
                dag: {
                  tasks: [
                    { name: "a", template: "main" },
                    { name: "b", template: "main" },
                    { name: "c", template: "main" },
                  ],
                },
              },
            ]),
          codes: [1, 3],
          says: /recursion depth/,
        },
      }
    : {}),
  "an endless retry without delay that the limit ends": {
    document: () =>
      workflowOf([
        { name: "main", retryStrategy: { limit: "20" }, container: { image: "busybox", command: ["false"] } },
      ]),
    codes: [1],
  },
  "a parameter of 5 MB": {
    document: () =>
      shellWorkflow(
        "echo ok",
        { inputs: { parameters: [{ name: "p", value: "{{workflow.parameters.big}}" }] } },
        { arguments: { parameters: [{ name: "big", value: "b".repeat(5_000_000) }] } },
      ),
    codes: [0],
  },
  "a parameter of 5 MB in the script": {
    document: () =>
      shellWorkflow(
        ": {{workflow.parameters.big}}; echo ok",
        {},
        { arguments: { parameters: [{ name: "big", value: "b".repeat(5_000_000) }] } },
      ),
    codes: [0],
  },
  "an argument of 5 MB": {
    document: () =>
      workflowOf([
        { name: "main", container: { image: "busybox", command: ["echo"], args: ["b".repeat(5_000_000)] } },
      ]),
    codes: [3],
    says: /too long|bytes|argument/i,
  },
  "arguments above ARG_MAX": {
    document: () =>
      workflowOf([
        {
          name: "main",
          container: {
            image: "busybox",
            command: ["true"],
            args: Array.from({ length: 40_000 }, () => "b".repeat(100)),
          },
        },
      ]),
    codes: [3],
    says: /too long|bytes|argument/i,
  },
  "an environment with NUL": {
    document: () =>
      workflowOf([
        {
          name: "main",
          container: { image: "busybox", command: ["env"], env: [{ name: "A", value: "x\u0000y" }] },
        },
      ]),
    codes: [2, 3],
    says: /NUL/i,
  },
  "an argument with NUL": {
    document: () =>
      workflowOf([{ name: "main", container: { image: "busybox", command: ["echo", "x\u0000y"] } }]),
    codes: [2, 3],
    says: /NUL/i,
  },
  "a variable's name that is none": {
    document: () =>
      workflowOf([
        {
          name: "main",
          container: { image: "busybox", command: ["env"], env: [{ name: "A=B\nC", value: "x" }] },
        },
      ]),
    codes: [2, 3],
    says: /variable|name/i,
  },
  "sleeps beyond every number": {
    document: () =>
      workflowOf([
        { name: "main", activeDeadlineSeconds: 1e300, container: { image: "busybox", command: ["true"] } },
      ]),
    codes: [0, 2],
  },
  "a retry with a backoff beyond every number": {
    document: () =>
      workflowOf([
        {
          name: "main",
          retryStrategy: { limit: "2", backoff: { duration: "1ms", factor: "1e308" } },
          container: { image: "busybox", command: ["true"] },
        },
      ]),
    codes: [0, 2],
  },
};

describe("a document that asks for too much", { concurrency: 2 }, () => {
  for (const [name, { document, args, codes, says }] of Object.entries(cases)) {
    test(name, async (context) => {
      const place = makePlace(context);
      place.write("it.yaml", document());
      const result = await runProgram(["run", "it.yaml", ...(args ?? [])], { cwd: place.work });
      assert.ok(codes.includes(result.code ?? -1), show(result));
      if (says !== undefined) assert.match(result.stdout + result.stderr, says, show(result));
      place.assertUntouched();
    });
  }

  const count = isLong ? 1_000_000 : 100_000;
  test(`withParam with ${count} items of 1 kB has a clear end`, async (context) => {
    const place = makePlace(context);
    const document = workflowOf([
      {
        name: "main",
        steps: [
          [{ name: "made", template: "make" }],
          [
            {
              name: "s",
              template: "leaf",
              withParam: "{{steps.made.outputs.parameters.list}}",
              arguments: { parameters: [{ name: "x", value: "{{item}}" }] },
            },
          ],
        ],
      },
      shellTemplate(
        `awk 'BEGIN { x = sprintf("%01000d", 0); printf "["; for (i = 0; i < ${count}; i++) printf "%s\\"%s\\"", i ? "," : "", x; print "]" }' >/tmp/list`,
        { outputs: { parameters: [{ name: "list", valueFrom: { path: "/tmp/list" } }] } },
        "make",
      ),
      shellTemplate("true", { inputs: { parameters: [{ name: "x" }] } }, "leaf"),
    ]);
    place.write("it.yaml", document);
    const result = await runProgram(["run", "it.yaml"], {
      cwd: place.work,
      withinMs: isLong ? 120_000 : 20_000,
    });
    assert.ok([1, 3].includes(result.code ?? -1), show(result));
    assert.match(result.stdout, /output parameter list: \/tmp\/list holds more than 1 MiB/);
    place.assertUntouched();
  });
});
