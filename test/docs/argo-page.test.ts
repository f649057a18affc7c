import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { listNoEffect, noEffectGroups } from "../../src/languages/argo/no-effect.ts";
import type { NoEffectType } from "../../src/languages/argo/no-effect.ts";
import { getObjectType } from "../../src/languages/argo/read/fields/field-types.ts";
import { readProject } from "../tidy/project-files.ts";
import { readPage } from "./pages.ts";

const types: readonly NoEffectType[] = ["WorkflowSpec", "Template", "Container", "RetryStrategy"];

/** Code that gives fields their effect, without comments and without the rules for merging. */
const code = readProject()
  .filter(({ path }) => /^src\/languages\/argo\/(?:lower|evaluate|view|argo\.ts)/.test(path))
  .filter(({ path }) => !path.endsWith("/merge-template.ts"))
  .map(({ text }) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ""))
  .join("\n");

/** Fields that show in the status and in expressions, although they steer nothing. */
const shown = new Set(["serviceAccountName", "priority", "resources", "podGC", "artifactGC", "archiveLogs"]);

/** Whether code takes the field from a workflow, a template or a container. */
function isRead(field: string): boolean {
  const owners = "spec|template|container|script|strategy";
  const taken = new RegExp(`\\b(?:${owners})\\??\\.${field}\\b`);
  const parts = new RegExp(`const \\{[^}]*\\b${field}\\b[^}]*\\} = (?:${owners})\\b`);
  return taken.test(code) || parts.test(code);
}

describe("the list of fields without effect", () => {
  for (const type of types) {
    const silent = listNoEffect(type, "all");
    const fields = [...getObjectType(type).fields().keys()];

    test(`names fields that a ${type} has, each once`, () => {
      assert.ok(silent.length > 0);
      assert.deepEqual(
        silent.filter((field, index) => !fields.includes(field) || silent.indexOf(field) !== index),
        [],
      );
    });

    test(`has every field of a ${type} that no code names`, () => {
      const unnamed = fields.filter((field) => !new RegExp(`\\b${field}\\b`).test(code));
      assert.deepEqual(
        unnamed.filter((field) => !silent.includes(field)),
        [],
      );
    });

    test(`has no field of a ${type} that code reads`, () => {
      assert.deepEqual(
        silent.filter((field) => isRead(field) && !shown.has(field)),
        [],
      );
    });
  }

  test("what is told of is kept, unless another part of Millrace will decide it", () => {
    const told = noEffectGroups.filter((group) => group.told && !group.kept);
    assert.deepEqual(
      told.flatMap(({ fields }) => Object.values(fields).flat()),
      [],
    );
  });

  test("is the page's table", () => {
    const { text } = readPage("docs/fields-without-effect.md");
    for (const type of types)
      for (const field of listNoEffect(type, "all")) assert.match(text, new RegExp(`\`${field}\``));
  });
});
