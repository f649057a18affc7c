/** Limits of semaphores out of stored ConfigMaps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { listKeptLimits } from "../../src/main/kept-limits.ts";
import {
  createDefinitionShelf,
  createMemoryDefinitions,
} from "../../src/stores/memory/memory-definitions.ts";

test("whole numbers count, 0 among them; other texts are no limits", async () => {
  const store = createMemoryDefinitions(createDefinitionShelf());
  const data = { two: "2", none: "0", word: "many", below: "-1", half: "0.5", line: "3\n" };
  const source = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "limits" }, data });
  const kind = "ConfigMap";
  await store.put([{ kind, name: "limits", source, labels: {}, uid: "u", expects: "any" }], 5);
  assert.deepEqual(
    [...listKeptLimits(await store.list({ kind }))],
    [
      ["ConfigMap/limits/two", { limit: 2, at: 5 }],
      ["ConfigMap/limits/none", { limit: 0, at: 5 }],
      ["ConfigMap/limits/line", { limit: 3, at: 5 }],
    ],
  );
});
