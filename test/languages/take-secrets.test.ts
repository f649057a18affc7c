/** Secrets part from the documents that bring them, and nothing else about those documents changes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { writeByteText } from "../../src/base/byte-text.ts";
import { takeSecrets } from "../../src/languages/argo/lower/take-secrets.ts";
import { readArgoDocuments } from "../../src/languages/argo/read/read-argo-documents.ts";

const workflow = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: a}
spec: {entrypoint: main, templates: [{name: main, suspend: {}}]}
`;
const secret = `apiVersion: v1
kind: Secret
metadata:
  name: db
  labels: {a: b}
data:
  password: Z2VoZWlt
stringData:
  user: me
`;

function lineOf(source: string, kind: string): number {
  const document = readArgoDocuments(source, "f").documents.find((one) => one.kind === kind);
  return document?.locate([]).line ?? assert.fail(`no ${kind}`);
}

for (const [title, source] of [
  ["before the workflow", `${secret}---\n${workflow}`],
  ["after the workflow", `${workflow}---\n${secret}`],
  ["between markers with a comment", `# first\n---\n# the secret\n${secret}---\n${workflow}`],
  ["with line ends of Windows", `${secret}---\n${workflow}`.replaceAll("\n", "\r\n")],
  [
    "on the line of its marker",
    `--- {kind: Secret, metadata: {name: db}, data: {password: Z2VoZWlt}, stringData: {user: me}}\n---\n${workflow}`,
  ],
] as const) {
  test(`a Secret ${title}`, () => {
    const taken = takeSecrets(source, "f");
    assert.deepEqual(taken.secrets, { db: { password: "geheim", user: "me" } });
    assert.doesNotMatch(taken.source, /Z2VoZWlt|\bme\b/u);
    assert.equal(taken.source.split("\n").length, source.split("\n").length);
    assert.equal(lineOf(taken.source, "Workflow"), lineOf(source, "Workflow"));
    const before = readArgoDocuments(source, "f");
    const after = readArgoDocuments(taken.source, "f");
    assert.deepEqual(after.diagnostics, []);
    assert.deepEqual(
      after.documents.map(({ index, kind }) => [index, kind]),
      before.documents.map(({ index, kind }) => [index, kind]),
    );
  });
}

test("Secrets of a List, also as JSON", () => {
  const list = JSON.stringify({
    kind: "List",
    items: [
      { kind: "Secret", metadata: { name: "a" }, stringData: { k: "one" } },
      { kind: "ConfigMap", metadata: { name: "c" }, data: { k: "kept" } },
    ],
  });
  const taken = takeSecrets(list, "f.json");
  assert.deepEqual(taken.secrets, { a: { k: "one" } });
  assert.deepEqual(JSON.parse(taken.source), {
    kind: "List",
    items: [
      { kind: "Secret", metadata: { name: "a" } },
      { kind: "ConfigMap", metadata: { name: "c" }, data: { k: "kept" } },
    ],
  });
});

test("documents without secret values are handed on byte for byte", () => {
  for (const source of [
    workflow,
    "Secret",
    "kind: Secret\n",
    "kind: Secret\nmetadata: {name: x}\ndata: {}\n",
    "a: [\nSecret",
  ])
    assert.deepEqual(takeSecrets(source, "f"), { source, secrets: {} });
});

test("data that is no text is kept byte for byte", () => {
  const taken = takeSecrets(
    "{kind: Secret, metadata: {name: k}, data: {id: AP/+gA==, odd: 77+9, text: w6Q=, none: not base64}}",
    "f",
  );
  assert.deepEqual(taken.secrets, {
    // U+FFFD itself is text; only what cannot be read becomes bytes.
    k: { id: writeByteText("AP/+gA=="), odd: "\u{FFFD}", text: "ä", none: "not base64" },
  });
});
