/** Names, keys and paths that are meant to harm: they are data, never places, prototypes or terminal commands. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
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
        [{ name: "a", template: "made", arguments: { parameters: [{ name: "KEY", value: "{{inputs.parameters.KEY}}" }] } }],
        [{ name: "b", template: "leaf", arguments: { parameters: [{ name: "KEY", value: "{{steps.a.outputs.parameters.KEY}}-{{item.KEY}}" }] }, withItems: [{ KEY: "one" }] }],
      ],
    },
    shellTemplate("echo {{inputs.parameters.KEY}} >/tmp/KEY", { inputs: { parameters: [{ name: "KEY" }] }, outputs: { parameters: [{ name: "KEY", valueFrom: { path: "/tmp/KEY" } }] } }, "made"),
    shellTemplate("echo got:{{inputs.parameters.KEY}}:${KEY}:{{workflow.labels.KEY}}:{{workflow.parameters.KEY}}", { inputs: { parameters: [{ name: "KEY" }] } }, "leaf"),
  ].map((template) => (template.name === "leaf" ? { ...template, script: { image: "busybox", command: ["sh"], env: [{ name: "KEY", value: "env" }], source: (template as unknown as { script: { source: string } }).script.source } } : template)),
  { arguments: { parameters: [{ name: "KEY", value: "default" }] } },
  { labels: { KEY: "label" }, annotations: { KEY: "note" } },
);

describe("names of an object's own parts", { concurrency: 2 }, () => {
  for (const key of polluting) {
    test(`${key} is a name like any other, everywhere`, async (context) => {
      const place = makePlace(context);
      place.write("it.yaml", withKey(keyed, key));
      const result = await runProgram(["run", "it.yaml", "-p", `${key}=given`, "-l", `more.${key}=x`, "--log", "--no-watch"], { cwd: place.work });
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
    const given = await runProgram(["run", "plain.yaml", "-p", "__proto__=x", "-l", "__proto__=x"], { cwd: place.work });
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
    place.write("it.yaml", shellWorkflow("echo {{workflow.parameters.a}}", {}, { arguments: { parameters: [{ name: "a", value: "default" }] } }));
    place.write("values.json", `{"__proto__": {"a": "evil"}, "constructor": "x"}`);
    const result = await runProgram(["run", "it.yaml", "-f", "values.json", "--log", "--no-watch"], { cwd: place.work });
    assert.match(result.stdout, /default/, show(result));
    assert.equal(result.code, 0, show(result));
  });
});

const escape = "\u001b]0;owned\u0007\u001b[2J\u001b[31m\u009b5m\u202e\r";

describe("names with control characters", { concurrency: 2 }, () => {
  const places: Record<string, JsonObject | string> = {
    "in a template's name": workflowOf([{ name: escape, container: { image: "x", command: ["true"] } }], { entrypoint: escape }),
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
    place.write("it.yaml", asText(places["in an expression"]));
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
    for (const args of [["lint", `nope${escape}`], [`com${escape}`], ["run", `--fl${escape}`], ["get", `x${escape}`], ["run", "-p", `${escape}`, file]]) {
      const refused = await runProgram(args, { cwd: place.work });
      assert.equal(refused.code, 2, show(refused));
    }
  });

  test("in what a task says of itself: messages, results, outputs", async (context) => {
    const place = makePlace(context);
    const source = `printf '\\033]0;owned\\007\\033[2J result'; printf '\\033[31m\\r\\233value' >/tmp/v; printf '\\033[2J bad\\n' >&2; exit 3`;
    place.write("it.yaml", shellWorkflow(source, { outputs: { parameters: [{ name: "v", valueFrom: { path: "/tmp/v" }, globalName: "g" }] } }));
    const ran = await runProgram(["run", "it.yaml"], { cwd: place.work });
    assert.equal(ran.code, 1, show(ran));
    for (const args of [["get", "abuse"], ["get", "abuse", "-o", "wide"], ["get", "abuse", "-o", "json"], ["get", "abuse", "-o", "yaml"], ["explain", "abuse"], ["list"]]) {
      const shown = await runProgram(args, { cwd: place.work });
      assert.equal(shown.code, 0, show(shown));
    }
  });
});

/** Documents that name a place outside. Those with code 2 are refused before anything runs; the others stay inside. */
const escaping: Record<string, { readonly document: string; readonly code: number; readonly says?: RegExp }> = {
  "a run's name with separators": { document: workflowOf([shellTemplate("true")], {}, { name: "../../outside/evil" }), code: 2, says: /name/ },
  "a template's name with separators": { document: workflowOf([shellTemplate("true", {}, "../../evil")], { entrypoint: "../../evil" }), code: 2, says: /name/ },
  "an output path that leaves": {
    document: shellWorkflow("true", { outputs: { parameters: [{ name: "x", valueFrom: { path: "../../../../../outside/secret.txt" } }] } }),
    code: 2,
  },
  "an output artifact path that leaves": {
    document: shellWorkflow("true", { outputs: { artifacts: [{ name: "x", path: "/tmp/../../../../../../outside/secret.txt" }] } }),
    code: 2,
  },
  "an input path that leaves": {
    document: shellWorkflow("true", { inputs: { artifacts: [{ name: "x", path: "../../../../../outside/evil.txt", raw: { data: "evil" } }] } }),
    code: 2,
  },
  "an artifact key with ..": {
    document: shellWorkflow("echo x >/tmp/x", { outputs: { artifacts: [{ name: "x", path: "/tmp/x", s3: { key: "../../outside/evil" } }] } }),
    code: 3,
    says: /key/,
  },
  "an artifact key with .. to be read": {
    document: shellWorkflow("true", { inputs: { artifacts: [{ name: "x", path: "/tmp/x", s3: { key: "../../outside/secret.txt" } }] } }),
    code: 3,
    says: /key/,
  },
  "a volume's subPath with ..": {
    document: shellWorkflow("true; echo evil >/mnt/v/evil.txt", { script: { image: "busybox", command: ["sh"], source: "echo evil >/mnt/v/evil.txt", volumeMounts: [{ name: "v", mountPath: "/mnt/v", subPath: "../../../../../outside" }] } }, {
      volumeClaimTemplates: [{ metadata: { name: "v" }, spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } } }],
    }),
    code: 0,
  },
  "a volume's mountPath with ..": {
    document: shellWorkflow("true", { script: { image: "busybox", command: ["sh"], source: "true", volumeMounts: [{ name: "v", mountPath: "/tmp/../../../../../../outside/v" }] } }, {
      volumes: [{ name: "v", emptyDir: {} }],
    }),
    code: 0,
  },
  "a volume's name with separators": {
    document: shellWorkflow("true", { script: { image: "busybox", command: ["sh"], source: "echo x >/mnt/v/evil", volumeMounts: [{ name: "../../../../outside/v", mountPath: "/mnt/v" }] } }, {
      volumeClaimTemplates: [{ metadata: { name: "../../../../outside/v" }, spec: {} }],
    }),
    code: 0,
  },
  "an output's global name with separators": {
    document: shellWorkflow("echo x >/tmp/x", { outputs: { artifacts: [{ name: "x", path: "/tmp/x", globalName: "../../../../../outside/evil" }] } }),
    code: 2,
  },
  "a working directory that leaves": {
    document: shellWorkflow("pwd; echo x >evil.txt", { script: { image: "busybox", command: ["sh"], source: "echo x >evil.txt", workingDir: "../../../../outside" } }),
    code: 0,
  },
};

describe("paths that lead outside", { concurrency: 2 }, () => {
  for (const [name, { document, code, says }] of Object.entries(escaping)) {
    test(name, async (context) => {
      for (const executor of code === 2 ? ["process"] : ["process", "sandbox"]) {
        const place = makePlace(context);
        place.write("it.yaml", document);
        const result = await runProgram(["run", "it.yaml", "--executor", executor], { cwd: place.work });
        assert.equal(result.code, code, show(result));
        if (says !== undefined) assert.match(result.stdout + result.stderr, says);
        place.assertUntouched();
      }
    });
  }
});

/** Commands that lead whoever collects their outputs outside. */
const leading: Record<string, { readonly source: string; readonly outputs: JsonObject }> = {
  "an absolute link": { source: "ln -s OUTSIDE/secret.txt /tmp/out", outputs: { parameters: [{ name: "x", valueFrom: { path: "/tmp/out" } }] } },
  "a relative link": { source: "ln -s ../../../../../../../../../../../../../../../../..OUTSIDE/secret.txt /tmp/out", outputs: { parameters: [{ name: "x", valueFrom: { path: "/tmp/out" } }] } },
  "a link in the middle": { source: "ln -s OUTSIDE /tmp/d", outputs: { parameters: [{ name: "x", valueFrom: { path: "/tmp/d/secret.txt" } }] } },
  "an artifact that is a link": { source: "ln -s OUTSIDE/secret.txt /tmp/out", outputs: { artifacts: [{ name: "x", path: "/tmp/out", archive: { none: {} } }] } },
  "an artifact below a link": { source: "ln -s OUTSIDE /tmp/d", outputs: { artifacts: [{ name: "x", path: "/tmp/d/folder", archive: { none: {} } }] } },
  "a directory swapped for a link": { source: "mkdir -p /tmp/d; echo mine >/tmp/d/secret.txt; mv /tmp/d /tmp/e; ln -s OUTSIDE /tmp/d", outputs: { parameters: [{ name: "x", valueFrom: { path: "/tmp/d/secret.txt" } }] } },
  "a link to itself": { source: "ln -s out /tmp/out", outputs: { parameters: [{ name: "x", valueFrom: { path: "/tmp/out" } }] } },
  "a named pipe as a parameter": { source: "mkfifo /tmp/out", outputs: { parameters: [{ name: "x", valueFrom: { path: "/tmp/out" } }] } },
  "a socket as a parameter": { source: "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"/tmp/out\")'", outputs: { parameters: [{ name: "x", valueFrom: { path: "/tmp/out" } }] } },
  "a path that no disk can hold": { source: "true", outputs: { parameters: [{ name: "x", valueFrom: { path: `/tmp/${"a".repeat(300)}` } }] } },
  "an artifact's path that no disk can hold": { source: "true", outputs: { artifacts: [{ name: "x", path: `/tmp/${"a".repeat(300)}` }] } },
  "a path with NUL": { source: "true", outputs: { artifacts: [{ name: "x", path: "/tmp/a\u0000b" }] } },
  "a value that is too big": { source: "head -c 1100000 /dev/zero >/tmp/out", outputs: { parameters: [{ name: "x", valueFrom: { path: "/tmp/out" } }] } },
  "a named pipe as an artifact": { source: "mkfifo /tmp/out", outputs: { artifacts: [{ name: "x", path: "/tmp/out" }] } },
};

describe("commands that lead outside", { concurrency: 2 }, () => {
  for (const executor of ["process", "sandbox"]) {
    test(`whoever collects outputs is not led anywhere (${executor})`, async (context) => {
      const place = makePlace(context);
      const entries = Object.entries(leading);
      const tasks = entries.map((_, index) => ({ name: `t${index}`, template: `t${index}` }));
      const templates = entries.map(([, { source, outputs }], index) => shellTemplate(source.replaceAll("OUTSIDE", place.outside), { outputs }, `t${index}`));
      place.write("it.yaml", workflowOf([{ name: "main", dag: { failFast: false, tasks } }, ...templates]));
      const result = await runProgram(["run", "it.yaml", "--executor", executor], { cwd: place.work });
      assert.equal(result.code, 3, show(result));
      entries.forEach(([name], index) => assert.match(result.stdout, new RegExp(`\\.t${index} errored .*(?:output|the path)`), `${name}: ${show(result)}`));
      const shown = await runProgram(["get", "abuse", "-o", "json"], { cwd: place.work });
      assert.doesNotMatch(shown.stdout, /secret\\n|"secret"/);
      place.assertUntouched();
    });
  }

  test("a directory of links that lead outside is not laid", async (context) => {
    const place = makePlace(context);
    const source = `mkdir /tmp/d; ln -s ${place.outside}/folder /tmp/d/l; ln -s ../../.. /tmp/d/up; echo x >/tmp/d/x`;
    place.write("it.yaml", shellWorkflow(source, { outputs: { artifacts: [{ name: "x", path: "/tmp/d", archive: { none: {} }, globalName: "d" }] } }));
    const result = await runProgram(["run", "it.yaml"], { cwd: place.work });
    // What leads outside is not laid among the outputs; the run's end stands, and says where the content is.
    assert.equal(result.code, 0, show(result));
    assert.match(result.stdout, /d: sha256/);
    assert.deepEqual(readdirSync(join(place.work, ".millrace/runs/abuse/outputs")), []);
    place.assertUntouched();
  });
});

function asText(document: unknown): string {
  return typeof document === "string" ? document : JSON.stringify(document);
}
