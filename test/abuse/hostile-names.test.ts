/** Names and keys that are meant to harm: they are data, never prototypes or terminal commands. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { makePlace } from "./place.ts";
import { runProgram, show } from "./program.ts";
import { shellTemplate, shellWorkflow, workflowOf } from "./workflow.ts";
import type { JsonObject } from "./workflow.ts";

const polluting = ["constructor", "then"];

/** A document text whose `KEY` is replaced by a name that JSON.stringify would not write as an own key. */
function withKey(text: string, key: string): string {
  return text.replaceAll("KEY", key);
}

const keyed = workflowOf(
  [
    {
      name: "main",
      inputs: { parameters: [{ name: "KEY", value: "default" }] },
      steps: [
        [
          {
            name: "a",
            template: "made",
            arguments: { parameters: [{ name: "KEY", value: "{{inputs.parameters.KEY}}" }] },
          },
        ],
        [
          {
            name: "b",
            template: "leaf",
            arguments: {
              parameters: [{ name: "KEY", value: "{{steps.a.outputs.parameters.KEY}}-{{item.KEY}}" }],
            },
            withItems: [{ KEY: "one" }],
          },
        ],
      ],
    },
    shellTemplate(
      "echo {{inputs.parameters.KEY}} >/tmp/KEY",
      {
        inputs: { parameters: [{ name: "KEY" }] },
        outputs: { parameters: [{ name: "KEY", valueFrom: { path: "/tmp/KEY" } }] },
      },
      "made",
    ),
    shellTemplate(
      "echo got:{{inputs.parameters.KEY}}:${KEY}:{{workflow.labels.KEY}}:{{workflow.parameters.KEY}}",
      { inputs: { parameters: [{ name: "KEY" }] } },
      "leaf",
    ),
  ].map((template) =>
    template.name === "leaf"
      ? {
          ...template,
          script: {
            image: "busybox",
            command: ["sh"],
            env: [{ name: "KEY", value: "env" }],
            source: (template as unknown as { script: { source: string } }).script.source,
          },
        }
      : template,
  ),
  { arguments: { parameters: [{ name: "KEY", value: "default" }] } },
  { labels: { KEY: "label" }, annotations: { KEY: "note" } },
);

describe("names of an object's own parts", { concurrency: 2 }, () => {
  for (const key of polluting) {
    test(`${key} is a name like any other, everywhere`, async (context) => {
      const place = makePlace(context);
      place.write("it.yaml", withKey(keyed, key));
      const result = await runProgram(
        ["run", "it.yaml", "-p", `${key}=given`, "-l", `more.${key}=x`, "--log", "--no-watch"],
        { cwd: place.work },
      );
      assert.equal(result.code, 0, show(result));
      assert.match(result.stdout, /got:given-one:env:label:given/, show(result));
      const shown = await runProgram(["get", "abuse", "-o", "json"], { cwd: place.work });
      assert.equal(shown.code, 0, show(shown));
      assert.ok(shown.stdout.includes(`"more.${key}": "x"`), show(shown));
      place.assertUntouched();
    });
  }

  test("__proto__ is refused as a name", async (context) => {
    const place = makePlace(context);
    place.write("it.yaml", withKey(keyed, "__proto__"));
    const result = await runProgram(["run", "it.yaml"], { cwd: place.work });
    assert.equal(result.code, 2, show(result));
    assert.match(result.stderr, /'__proto__' is invalid: this name is reserved/);
    place.write("plain.yaml", shellWorkflow("echo fine"));
    const given = await runProgram(["run", "plain.yaml", "-p", "__proto__=x", "-l", "__proto__=x"], {
      cwd: place.work,
    });
    assert.equal(given.code, 2, show(given));
  });

  test("a polluting key at every object of a document changes no other object", async (context) => {
    const place = makePlace(context);
    const poison = `"__proto__": {"entrypoint": "evil", "image": "evil", "polluted": true}, `;
    const text = shellWorkflow("echo fine").replaceAll("{", `{${poison}`);
    place.write("it.yaml", text);
    const result = await runProgram(["run", "it.yaml", "--log", "--no-watch"], { cwd: place.work });
    assert.equal(result.code, 0, show(result));
    assert.match(result.stdout, /fine/);
    place.assertUntouched();
  });

  test("a parameter file with polluting keys", async (context) => {
    const place = makePlace(context);
    place.write(
      "it.yaml",
      shellWorkflow(
        "echo {{workflow.parameters.a}}",
        {},
        { arguments: { parameters: [{ name: "a", value: "default" }] } },
      ),
    );
    place.write("values.json", `{"__proto__": {"a": "evil"}, "constructor": "x"}`);
    const result = await runProgram(["run", "it.yaml", "-f", "values.json", "--log", "--no-watch"], {
      cwd: place.work,
    });
    assert.match(result.stdout, /default/, show(result));
    assert.equal(result.code, 0, show(result));
  });
});

const escape = "\u001b]0;owned\u0007\u001b[2J\u001b[31m\u009b5m\u202e\r";

describe("names with control characters", { concurrency: 2 }, () => {
  const places: Record<string, JsonObject | string> = {
    "in a template's name": workflowOf([{ name: escape, container: { image: "x", command: ["true"] } }], {
      entrypoint: escape,
    }),
    "in the run's name": workflowOf([shellTemplate("true")], {}, { name: `x${escape}` }),
    "in a field's name": shellWorkflow("true", { [escape]: 1 }),
    "in an unknown entrypoint": shellWorkflow("true", {}, { entrypoint: `x${escape}` }),
    "in a wrong type": shellWorkflow("true", { inputs: escape }),
    "in an unknown tag": shellWorkflow(`echo {{inputs.parameters.x${escape}}}`),
    "in a parameter's name": shellWorkflow("true", {}, { arguments: { parameters: [{ name: escape }] } }),
    "in an expression": shellWorkflow(`echo {{=nope('${escape}')}}`),
    "in a kind": `{"kind": ${JSON.stringify(escape)}, "apiVersion": "argoproj.io/v1alpha1"}`,
  };
  test("in every place of a document", async (context) => {
    const place = makePlace(context);
    const files = Object.entries(places).map(([name, document]) => {
      place.write(`${name}.yaml`, asText(document));
      return `${name}.yaml`;
    });
    for (const more of [[], ["-o", "simple"], ["-o", "json"]]) {
      const result = await runProgram(["lint", ...more, ...files], { cwd: place.work });
      assert.equal(result.code, 2, show(result));
      for (const file of files.slice(0, 2)) assert.ok(result.stdout.includes(file), show(result));
    }
    place.assertUntouched();
  });

  test("in a run that is carried out", async (context) => {
    const place = makePlace(context);
    // Of an expression that names nothing Argo makes no error; of one that fails it does, with its text.
    place.write("it.yaml", asText(shellWorkflow(`echo {{=fromJSON('${escape}')}}`)));
    const result = await runProgram(["run", "it.yaml", "-p", `a=b${escape}`], { cwd: place.work });
    assert.equal(result.code, 3, show(result));
    const listed = await runProgram(["list", "-o", "wide"], { cwd: place.work });
    assert.equal(listed.code, 0, show(listed));
  });

  test("raw in the file, also in its name", async (context) => {
    const place = makePlace(context);
    const file = `a${"\u001b[31m"}.yaml`;
    place.write(file, `apiVersion: argoproj.io/v1alpha1\nkind: Workflow\n\u009b5m x: [${"\u202e"}\n`);
    const result = await runProgram(["lint", file], { cwd: place.work });
    assert.equal(result.code, 2, show(result));
    for (const args of [
      ["lint", `nope${escape}`],
      [`com${escape}`],
      ["run", `--fl${escape}`],
      ["get", `x${escape}`],
      ["run", "-p", `${escape}`, file],
    ]) {
      const refused = await runProgram(args, { cwd: place.work });
      assert.equal(refused.code, 2, show(refused));
    }
  });

  test("in what a task says of itself: messages, results, outputs", async (context) => {
    const place = makePlace(context);
    const source = `printf '\\033]0;owned\\007\\033[2J result'; printf '\\033[31m\\r\\233value' >/tmp/v; printf '\\033[2J bad\\n' >&2; exit 3`;
    place.write(
      "it.yaml",
      shellWorkflow(source, {
        outputs: { parameters: [{ name: "v", valueFrom: { path: "/tmp/v" }, globalName: "g" }] },
      }),
    );
    const ran = await runProgram(["run", "it.yaml"], { cwd: place.work });
    assert.equal(ran.code, 1, show(ran));
    for (const args of [
      ["get", "abuse"],
      ["get", "abuse", "-o", "wide"],
      ["get", "abuse", "-o", "json"],
      ["get", "abuse", "-o", "yaml"],
      ["explain", "abuse"],
      ["list"],
    ]) {
      const shown = await runProgram(args, { cwd: place.work });
      assert.equal(shown.code, 0, show(shown));
    }
  });
});

function asText(document: unknown): string {
  return typeof document === "string" ? document : JSON.stringify(document);
}
