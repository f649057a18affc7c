// Runs one npm script on Node 24 after bringing the working copy up to date: `node tools/setup/run.mjs NAME [arguments]`.
// Plain JavaScript that works on Node 20, because it is what runs before Node 24 is there.
// The child's exit code, or the signal that ended it, becomes ours.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { prepare, projectFolder, SetupError } from "./prepare.mjs";
import { scripts } from "./scripts.mjs";

/**
 * Starts the program, lets it have the terminal, and ends as it ends.
 * Interrupts from the terminal reach the child by themselves; signals sent only to us are passed on.
 *
 * @param {string} program
 * @param {readonly string[]} args
 */
function becomeChild(program, args) {
  const child = spawn(program, args, { cwd: projectFolder, stdio: "inherit" });
  process.on("SIGINT", () => {});
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP"]))
    process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`cannot start ${program}: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

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
  becomeChild(node24, [...args, ...rest]);
}

try {
  main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  fail(error.message);
}
