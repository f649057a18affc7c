/** Resource templates: what is asked of the object keeper, and what its answers make of the task. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject } from "../../../src/base/json.ts";
import { MillraceError } from "../../../src/base/errors.ts";
import type { ObjectRequest } from "../../../src/model/plan/plan.ts";
import type { Answer, ObjectKeeper } from "../../../src/ports/object-keeper.ts";
import { runDocument } from "../rig.ts";
import type { Ran } from "../rig.ts";

/** Tells the given answers one after the other, and notes what was asked and how it ended. */
function createScriptedKeeper(answers: readonly (JsonObject | Answer)[]) {
  const asked: ObjectRequest[] = [];
  let cancelled = 0;
  const keeper: ObjectKeeper = {
    act: async (request, _caller, tell, signal) => {
      asked.push(request);
      signal.addEventListener("abort", () => (cancelled += 1));
      for (const answer of answers) {
        const isAnswer = "statusCode" in answer || "problem" in answer;
        tell(isAnswer ? (answer as Answer) : { statusCode: 200, headers: {}, body: JSON.stringify(answer) });
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
  return { keeper, asked, cancelled: () => cancelled };
}

function documentOf(resource: string, more = ""): string {
  return `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: it-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: kind, value: ConfigMap}]}
  templates:
    - name: main
      inputs: {parameters: [{name: kind, value: "{{workflow.parameters.kind}}"}]}
      resource: ${resource}
${more}`;
}

async function act(
  resource: string,
  answers: readonly (JsonObject | Answer)[],
  more?: string,
): Promise<Ran & { readonly asked: readonly ObjectRequest[]; readonly letGo: () => number }> {
  const scripted = createScriptedKeeper(answers);
  const ran = await runDocument(documentOf(resource, more), { objects: scripted.keeper });
  return { ...ran, asked: scripted.asked, letGo: scripted.cancelled };
}

const waiting =
  "successCondition: status.phase == Succeeded, failureCondition: 'status.phase in (Failed, Error)'";
const get = `{action: get, manifest: "kind: {{inputs.parameters.kind}}", ${waiting}}`;

describe("what is asked", () => {
  test("the manifest and the flags with their tags replaced, and how the object is wanted", async () => {
    const resource =
      '{action: patch, mergeStrategy: merge, setOwnerReference: true, flags: ["{{inputs.parameters.kind}}", x], manifest: "a: {{workflow.name}}"}';
    const { asked, phase } = await act(resource, [{}]);
    assert.equal(phase, "Succeeded");
    assert.deepEqual(asked, [
      {
        action: "patch",
        mergeStrategy: "merge",
        manifest: "a: it-bcdfg",
        flags: ["ConfigMap", "x"],
        isOwned: true,
        isWatched: false,
      },
    ]);
  });

  test("an object with conditions is watched, one that is deleted is not", async () => {
    const watched = await act(get, [{ status: { phase: "Succeeded" } }]);
    assert.equal(watched.asked[0]?.isWatched, true);
    assert.equal(watched.asked[0]?.manifest, "kind: ConfigMap");
    const deleted = await act(`{action: delete, flags: [configmap, x], ${waiting}}`, [
      { status: { phase: "Succeeded" } },
    ]);
    assert.equal(deleted.asked[0]?.isWatched, false);
  });
});

describe("what the answers make of the task", () => {
  test("without conditions the first answer ends it", async () => {
    const ran = await act("{action: get, manifest: 'kind: X'}", [{ status: { phase: "Failed" } }]);
    assert.equal(ran.phase, "Succeeded");
  });

  test("it waits until the success condition holds, and then lets go of the object", async () => {
    const ran = await act(get, [
      {},
      { status: { phase: "Running" } },
      { status: { phase: "Succeeded" } },
      {},
    ]);
    assert.equal(ran.phase, "Succeeded");
    assert.equal(ran.letGo(), 1);
  });

  test("any requirement of the failure condition fails it", async () => {
    const ran = await act(get, [{ status: { phase: "Running" } }, { status: { phase: "Error" } }]);
    assert.equal(ran.phase, "Failed");
    assert.equal(
      ran.node("it-bcdfg").message,
      "failure condition 'status.phase in (Failed, Error)' evaluated true",
    );
  });

  test("of the success condition all requirements must hold, of the failure condition one is enough", async () => {
    const resource =
      "{action: get, manifest: 'kind: X', successCondition: 'a == 1, b == 1', failureCondition: 'c == 1, d == 1'}";
    assert.equal((await act(resource, [{ a: 1 }, { a: 1, b: 1 }])).phase, "Succeeded");
    assert.equal((await act(resource, [{ a: 1 }, { d: 1 }])).phase, "Failed");
  });

  test("a refusal fails it with the words of the refusal, and a problem is an error", async () => {
    const message = 'Error from server (NotFound): configmaps "x" not found';
    const refused = await act(get, [{ statusCode: 404, headers: {}, body: message }]);
    assert.deepEqual([refused.phase, refused.node("it-bcdfg").message], ["Failed", message]);
    const lost = await act(get, [{ problem: "nobody there" }]);
    assert.equal(lost.phase, "Error");
  });

  test("a condition that cannot be read is an error that shows it", async () => {
    const ran = await act("{action: get, manifest: 'kind: X', successCondition: 'status.phase ~ x'}", [{}]);
    assert.equal(ran.phase, "Error");
    assert.match(ran.message, /status\.phase ~ x/);
  });
});

test("outputs are found in the object that ended it", async () => {
  const more = `
      outputs:
        parameters:
          - {name: name, valueFrom: {jsonPath: "{.metadata.name}"}}
          - {name: all, valueFrom: {jsonPath: "{range .list[*]}{.}-{end}"}}
          - {name: none, valueFrom: {jsonPath: "{.list[9]}", default: d}}
`;
  const object = { metadata: { name: "made" }, list: [1, 2] };
  const ran = await act("{action: create, manifest: 'kind: X'}", [object], more);
  assert.deepEqual(
    ran.node("it-bcdfg").outputs?.parameters?.map(({ name, value }) => [name, value]),
    [
      ["name", "made"],
      ["all", "1-2-"],
      ["none", "d"],
    ],
  );
  assert.equal(ran.node("it-bcdfg").type, "Pod");
});

describe("outputs by a filter of jq", () => {
  /** The outputs named `o` of one that was read, or the message of one that failed. */
  async function filter(source: string, object: JsonObject): Promise<string | undefined> {
    const more = `
      outputs: {parameters: [{name: o, valueFrom: {jqFilter: ${JSON.stringify(source)}}}]}
`;
    const ran = await act("{action: get, manifest: 'kind: X'}", [object], more);
    const node = ran.node("it-bcdfg");
    return ran.phase === "Succeeded" ? node.outputs?.parameters?.[0]?.value : `${ran.phase}: ${node.message}`;
  }

  const cases: readonly (readonly [source: string, object: JsonObject, expected: string])[] = [
    [".metadata.name", { metadata: { name: "foo" } }, "foo"],
    [".items.[].key", { items: [{ key: "foo" }, { key: "bar" }] }, "foo\nbar"],
    [
      ".data.some | fromjson | .one",
      { data: { some: '{"one": {"b": "<", "a": 1.0}}' } },
      '{"a":1,"b":"\\u003c"}',
    ],
    [".a, .b", { a: "  x", b: "y \n" }, "x\ny"],
    [".[]", { b: 1, a: "first" }, "first\n1"],
    ["empty", {}, ""],
    [".a", {}, "null"],
    ['"{{inputs.parameters.kind}}"', {}, "ConfigMap"],
  ];
  for (const [source, object, expected] of cases) {
    test(source, async () => assert.equal(await filter(source, object), expected));
  }

  test("one that fails ends the task with an error", async () => {
    assert.match(
      (await filter(".a + {}", { a: 1 })) ?? "",
      /^Error: .*number \(1\) and object \({}\) cannot be added/,
    );
    assert.match((await filter("range(1e12)", {})) ?? "", /^Error: .*needs more/);
  });
});

describe("a manifest in an artifact", () => {
  const resource = "{action: create, manifestFrom: {artifact: {name: m}}}";
  const manifest = "kind: ConfigMap\nmetadata: {name: a}\n";

  /** The template takes the artifact from a task before it. */
  function passOn(optional: boolean): string {
    return `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: it-}
spec:
  entrypoint: main
  templates:
    - name: main
      steps:
        - - {name: write, template: write}
        - - name: make
            template: make
            arguments: {artifacts: [{name: m, optional: ${optional}, from: "{{steps.write.outputs.artifacts.m}}"}]}
    - name: write
      container: {image: a, command: [a]}
      outputs: {artifacts: [{name: m, path: /m, optional: ${optional}}]}
    - name: make
      inputs: {artifacts: [{name: m, path: /m, optional: ${optional}}]}
      resource: ${resource}
`;
  }

  test("a literal text is the manifest as it is", async () => {
    const raw = `      inputs: {artifacts: [{name: m, path: /m, raw: {data: ${JSON.stringify(manifest)}}}]}`;
    const document = documentOf(resource, "").replace(/^ {6}inputs: .*$/mu, raw);
    const scripted = createScriptedKeeper([{}]);
    const ran = await runDocument(document, { objects: scripted.keeper });
    assert.equal(ran.phase, "Succeeded");
    assert.deepEqual(
      scripted.asked.map((request) => [request.manifest, request.manifestFrom]),
      [[manifest, undefined]],
    );
  });

  test("an artifact of another task is read before the keeper is asked", async () => {
    const scripted = createScriptedKeeper([{}]);
    const ran = await runDocument(passOn(false), {
      objects: scripted.keeper,
      answers: { write: { artifacts: { m: manifest } } },
      readInput: ({ name, source }) => Promise.resolve(`${name} ${source.kind}`),
    });
    assert.equal(ran.phase, "Succeeded");
    assert.deepEqual(
      scripted.asked.map((request) => [request.manifest, request.manifestFrom]),
      [["m artifact", undefined]],
    );
  });

  test("one that cannot be read is an error that says why, and nobody is asked", async () => {
    const scripted = createScriptedKeeper([{}]);
    const ran = await runDocument(passOn(false), {
      objects: scripted.keeper,
      answers: { write: { artifacts: { m: manifest } } },
      readInput: () => Promise.reject(new MillraceError("artifact/no-text", "invalid", "it is a directory")),
    });
    assert.equal(ran.node("make").phase, "Error");
    assert.equal(ran.node("make").message, "the manifest cannot be read: it is a directory");
    assert.deepEqual(scripted.asked, []);
  });

  test("one that is absent is an error that names it", async () => {
    const ran = await runDocument(passOn(true), { objects: createScriptedKeeper([{}]).keeper });
    assert.equal(ran.node("make").phase, "Error");
    assert.match(ran.node("make").message ?? "", /artifact m, which has the manifest, is absent/);
  });

  test("a kind that only a cluster keeps is warned about where the text is plain to see", async () => {
    const raw = "      inputs: {artifacts: [{name: m, path: /m, raw: {data: 'kind: Pod'}}]}";
    const ran = await runDocument(documentOf(resource, "").replace(/^ {6}inputs: .*$/mu, raw), {
      objects: createScriptedKeeper([{}]).keeper,
    });
    assert.ok(ran.diagnostics.some(({ code }) => code === "argo/unsupported-kind"));
  });
});

test("kinds that only a cluster keeps are warned about where they are plain to see", async () => {
  const ran = await act("{action: create, manifest: 'kind: Job'}", [{}]);
  assert.ok(ran.diagnostics.some(({ code }) => code === "argo/unsupported-kind"));
});
