/** Runs every entry of examples/examples.json with the real command and compares what comes out with what the list says. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createHouse } from "../../src/main/house.ts";
import { projectFolder } from "../../tools/checks.ts";

interface Example {
  readonly name: string;
  readonly description: string;
  /** Paths are relative to the folder of the examples. */
  readonly document: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** `Suspended` where the run stops to wait for a person. */
  readonly expectPhase: string;
  readonly expectParameters: Readonly<Record<string, string>>;
  readonly expectArtifacts: readonly string[];
}

const folder = join(projectFolder, "examples");
const list = JSON.parse(readFileSync(join(folder, "examples.json"), "utf8")) as readonly Example[];

const home = mkdtempSync(join(tmpdir(), "millrace-examples-"));
after(() => rmSync(home, { recursive: true, force: true }));

describe("examples", { concurrency: 3 }, () => {
  for (const example of list) {
    test(`${example.name}: ${example.description}`, async () => {
      const house = createHouse(join(home, example.name));
      const engine = await house.openEngine({ executor: "auto" });
      const file = join(folder, example.document);
      const paths = Object.entries(example.pathParameters).map(([name, path]) => [name, join(folder, path)]);
      const parameters = { ...example.parameters, ...Object.fromEntries(paths) };
      const answer = await engine.submit({
        source: readFileSync(file, "utf8"),
        file,
        submission: { parameters },
      });
      assert.ok(answer.ok);
      const how = await engine.settled(answer.name);
      const { row, view, state } = engine.picture(answer.name);
      await engine.close({ leaveRunning: false });
      const outputs = view.finalOutputs(state);
      assert.equal(how === "suspended" ? "Suspended" : row.shownPhase, example.expectPhase, row.message);
      assert.deepEqual(outputs.parameters, example.expectParameters);
      assert.deepEqual(Object.keys(outputs.files).toSorted(), example.expectArtifacts.toSorted());
    });
  }
});
