import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { listNoEffect, noEffectGroups, noEffectOwners } from "../../src/languages/argo/no-effect.ts";
import type { NoEffectType } from "../../src/languages/argo/no-effect.ts";
import { getObjectType, listObjectTypes } from "../../src/languages/argo/read/fields/field-types.ts";
import { readProject } from "../tidy/project-files.ts";
import { readPage } from "./pages.ts";

const types = Object.keys(noEffectOwners) as NoEffectType[];

/** Types whose fields are refused, or that no code knows by name because it hands them on as they are. */
const refused = /^(?:Oss|Hdfs|Plugin)|^(?:Volume|ProjectedPart|ContainerNode|UserContainer|ScriptTemplate)$/u;

/** Code that gives fields their effect, without comments and without the rules for merging. */
const code = readProject()
  .filter(({ path }) => /^src\/languages\/argo\/(?:lower|evaluate|view|cron|argo\.ts)/.test(path))
  .filter(({ path }) => !path.endsWith("/merge-template.ts"))
  .map(({ text }) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ""))
  .join("\n");

/** Fields that show in the status, in expressions and by the downward API, although they steer nothing. */
const shown = new Set(["serviceAccountName", "priority", "resources", "metadata", "podMetadata", "podGC"]);

/** Types that stand only where nothing has an effect. */
const wholes: ReadonlySet<string> = new Set([
  "PodGC",
  "ResourceClaim",
  "ResourceRequirements",
  "VolumeDevice",
]);

/** Fields of which something else tells: a warning of their own, or the page of the language; and one that is for people. */
const told: ReadonlySet<string> = new Set([
  "EnvVarSource.fileKeyRef",
  "ValueFrom.event",
  "WorkflowEventBindingSpec.event",
  "WorkflowEventBindingSpec.submit",
  "Parameter.description",
]);

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

    // Code takes fields of other types under other names.
    if (!["WorkflowSpec", "Template", "Container", "RetryStrategy"].includes(type)) continue;
    test(`has no field of a ${type} that code reads`, () => {
      assert.deepEqual(
        silent.filter((field) => isRead(field) && !shown.has(field)),
        [],
      );
    });
  }

  test("has every field of every type that no code names", () => {
    for (const name of listObjectTypes().filter((one) => !refused.test(one))) {
      const silent = types.includes(name as NoEffectType) ? listNoEffect(name as NoEffectType, "all") : [];
      // Parts of a field that has no effect have none either.
      const unnamed = [...getObjectType(name).fields()]
        .filter(([field, { kind }]) => kind !== "ignored" && !new RegExp(`\\b${field}\\b`).test(code))
        .map(([field]) => field)
        .filter((field) => !silent.includes(field) && !told.has(`${name}.${field}`) && !wholes.has(name));
      assert.deepEqual(unnamed, [], name);
    }
  });

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
