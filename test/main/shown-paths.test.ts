import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { createShownPaths } from "../../src/main/shown-paths.ts";
import type { RunDocument } from "../../src/ports/history-store.ts";

function documentWith(parameters: Readonly<Record<string, string>>): RunDocument {
  return {
    language: "argo",
    source: "",
    file: "absent.yaml",
    submission: { planVersion: 1, submission: { parameters } },
  };
}

test("a run sees the paths that its own parameters name, until it is let go of", () => {
  const shown = createShownPaths();
  shown.addRun("a", documentWith({ data: tmpdir(), again: tmpdir(), absent: "/no/such/path", word: "tmp" }));
  shown.addRun("b", documentWith({}));
  assert.deepEqual(shown.listFor("a"), [process.cwd(), tmpdir()]);
  assert.deepEqual(shown.listFor("b"), [process.cwd()]);
  shown.dropRun("a");
  assert.deepEqual(shown.listFor("a"), [process.cwd()]);
});
