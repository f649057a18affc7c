/** The example of docs/callbacks.md does what the page says. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createHouse } from "../../src/main/house.ts";
import { listCodeBlocks, readPage } from "./pages.ts";

test("the example of docs/callbacks.md runs, and what follows from it has its payload", async (context) => {
  const root = mkdtempSync(join(tmpdir(), "millrace-callback-page-"));
  context.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  const [example] = listCodeBlocks(readPage("docs/callbacks.md")).filter(
    ({ language }) => language === "yaml",
  );
  const source = example?.text ?? assert.fail("the page has no example");
  const house = createHouse(root);
  assert.deepEqual(await house.lint(source, "greet.yaml", { strict: true, definitions: [] }), []);
  const engine = await house.openEngine({ executor: "process", parallel: 1 });
  try {
    const answer = await engine.submit({ source, file: "greet.yaml", submission: { parameters: {} } });
    const name = answer.ok ? answer.name : assert.fail(JSON.stringify(answer.diagnostics));
    await engine.settled(name);
    await engine.calledBack(name);
    const [next = assert.fail("nothing followed")] = engine.startedBy(name);
    await engine.settled(next);
    const logs = house.logFiles(engine.picture(next)).filter(({ stream }) => stream === "out");
    assert.equal(logs.map(({ path }) => readFileSync(path, "utf8").trim()).join(), "6");
    assert.deepEqual((await house.payload(name)).value, { id: name, text: "hello" });
  } finally {
    await engine.close({ leaveRunning: false });
  }
});
