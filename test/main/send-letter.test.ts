/** Waiting for the answer to a command: when the one who could give it has gone, nobody waits for nothing. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { writeWhole } from "../../src/main/inbox.ts";
import { sendCommand } from "../../src/main/send-letter.ts";

function makeFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "millrace-letters-"));
  context.after(() => rmSync(folder, { recursive: true }));
  context.mock.timers.enable({ apis: ["setInterval", "Date"] });
  return folder;
}

test("a command that nobody took is taken back as soon as nobody is there", async (context) => {
  const folder = makeFolder(context);
  let isDriven = true;
  const sent = sendCommand(folder, "run", { kind: "suspend" }, () => isDriven);
  context.mock.timers.tick(1_000);
  assert.equal(readdirSync(folder).length, 1);
  isDriven = false;
  context.mock.timers.tick(1_000);
  assert.equal(await sent, false);
  assert.deepEqual(readdirSync(folder), []);
});

test("an answer that comes at the very end counts", async (context) => {
  const folder = makeFolder(context);
  const sent = sendCommand(folder, "run", { kind: "suspend" }, () => {
    const [letter = ""] = readdirSync(folder);
    writeWhole(join(folder, `${letter}.answer`), '{"ok":true,"value":null}', false);
    return false;
  });
  context.mock.timers.tick(1_000);
  assert.equal(await sent, true);
  assert.deepEqual(readdirSync(folder), []);
});

test("one who is there and does not answer is told of after a while", async (context) => {
  const folder = makeFolder(context);
  const sent = sendCommand(folder, "run", { kind: "suspend" }, () => true);
  context.mock.timers.tick(10_000);
  await assert.rejects(sent, { code: "home/no-answer" });
  assert.deepEqual(readdirSync(folder), []);
});
