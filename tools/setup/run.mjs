// Runs one npm script on Node 24 after bringing the working copy up to date: `node tools/setup/run.mjs NAME [arguments]`.
// Plain JavaScript that works on Node 20, because it is what runs before Node 24 is there.
// The child's exit code, or the signal that ended it, becomes ours.

import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { becomeChild } from "./become-child.mjs";
import { prepare, projectFolder, SetupError } from "./prepare.mjs";
import { scripts } from "./scripts.mjs";

/** @param {string} message */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function main() {
  const [name, ...rest] = process.argv.slice(2);
  const script = name === undefined ? undefined : scripts[name];
  if (script === undefined) {
    fail(`unknown script "${name ?? ""}", expected one of: ${Object.keys(scripts).join(", ")}`);
    return;
  }
  const node24 = prepare();
  const entry = join(projectFolder, script[0] ?? "");
  if (!existsSync(entry)) fail(`npm run ${name} needs ${script[0]}, which is not in this working copy`);
  const args = script.map((arg) => arg.replaceAll("{project}", projectFolder));
  becomeChild(node24, [...args, ...rest], projectFolder);
}

try {
  main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  fail(error.message);
}
