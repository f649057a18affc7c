// The command `millrace` of a clone on a machine whose own Node is too old: it goes on with the Node that set-up has
// brought. bin/millrace.cjs loads this; plain JavaScript that works on Node 20.

import { join } from "node:path";
import process from "node:process";
import { becomeChild } from "./become-child.mjs";
import { findRuntime, projectFolder } from "./prepare.mjs";

const program = findRuntime();
if (program === undefined) {
  process.stderr.write(
    `millrace needs Node 24 or newer, and this is Node ${process.versions.node} (${process.execPath})\n` +
      `\`npm start\` in ${projectFolder} brings one for this clone, then run millrace again\n`,
  );
  process.exit(1);
}
becomeChild(program, [join(projectFolder, "bin", "millrace.cjs"), ...process.argv.slice(2)], process.cwd());
// Whoever loads this must not go on; the end of the child is ours.
await new Promise(() => {});
