/**
 * Interaction scripts: every line of what the engine decides and asks for, construct by construct.
 * With MILLRACE_REWRITE=1 the files are written anew; read the difference before keeping it.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { runScript } from "./script.ts";

const folder = join(import.meta.dirname, "scripts");

describe("interaction scripts", () => {
  for (const file of readdirSync(folder).sort()) {
    it(file, () => {
      const path = join(folder, file);
      const before = readFileSync(path, "utf8");
      const after = runScript(before);
      if (process.env["MILLRACE_REWRITE"] === "1") writeFileSync(path, after);
      else assert.equal(after, before);
      assert.match(after, /^----$/m);
    });
  }
});
