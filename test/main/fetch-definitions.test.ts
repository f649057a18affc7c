/** Which stored definitions come with a document, from a reader that holds a few. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fetchDefinitions } from "../../src/main/fetch-definitions.ts";
import { findLanguage } from "../../src/main/languages.ts";
import type { Definition, DefinitionReader } from "../../src/ports/definition-store.ts";

function makeMap(name: string): Definition {
  return {
    kind: "ConfigMap",
    name,
    source: `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${name}"}, "data": {"a": "${name}"}}`,
    uid: name,
    version: 1,
    labels: {},
    createdAt: 0,
    updatedAt: 0,
    status: {},
    statusRevision: 0,
  };
}

const held = ["one", "two"].map(makeMap);

const reader: DefinitionReader = {
  get: ({ name }) => Promise.resolve(held.find((one) => one.name === name)),
  list: () => Promise.resolve(held),
  listVersions: () => Promise.resolve([]),
  changesSince: () => assert.fail("nobody asks for changes"),
  close: () => Promise.resolve(),
};

async function fetchNames(...names: readonly string[]): Promise<readonly string[]> {
  const env = names.map((name) => `{configMapRef: {name: "${name}"}}`).join(", ");
  const source = `{apiVersion: argoproj.io/v1alpha1, kind: Workflow, metadata: {name: w}, spec: {templates: [{name: t, container: {image: x, envFrom: [${env}]}}]}}`;
  const language = findLanguage(source, "w.yaml");
  const { definitions } = await fetchDefinitions(language, [source], {}, reader);
  return definitions.map(({ stored }) => stored?.name ?? "");
}

test("each definition comes once, whatever the order of names and of all of a kind", async () => {
  const computed = "{{inputs.parameters.x}}";
  assert.deepEqual(await fetchNames("two"), ["two"]);
  assert.deepEqual(await fetchNames("two", computed), ["two", "one"]);
  assert.deepEqual(await fetchNames(computed, "two"), ["one", "two"]);
  assert.deepEqual(await fetchNames(computed), ["one", "two"]);
});
