/** The program: gives the command line its world and its house. */
import { resolve } from "node:path";
import { bringCrc32 } from "../base/crc32.ts";
import { runCli } from "../cli/cli.ts";
import { createProcessIo } from "../cli/process-io.ts";
import { findNativeAddon } from "./native-addon.ts";

/** Folder of the home when nobody names one, below the working folder. */
const defaultHome = ".millrace";

const io = createProcessIo();

async function main(): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), io, async (home) => {
    // Loaded only for commands that need it: help and version answer at once.
    const { createHouse } = await import("./house.ts");
    bringCrc32(findNativeAddon()?.crc32);
    return createHouse(resolve(io.cwd, home ?? process.env["MILLRACE_HOME"] ?? defaultHome));
  });
  // Everything is closed by now. Leaving at once saves Node the tidying of a memory that nobody needs any more; output
  // that a slow reader has not taken yet is waited for.
  if (io.isWaiting()) return;
  // Node's streams may have changed how a terminal or a pipe behaves, and Node puts that right.
  if (!io.hasStreams() && !isObserved()) process.once("exit", (code) => findNativeAddon()?.leave(code));
  process.exit();
}

/** Whether Node was asked to note something at its end, such as a profile or what was covered. */
function isObserved(): boolean {
  const { NODE_OPTIONS, NODE_V8_COVERAGE } = process.env;
  return process.execArgv.length > 0 || Boolean(NODE_OPTIONS) || Boolean(NODE_V8_COVERAGE);
}

// Not awaited here: the bundle is a script, and a script cannot wait. `runCli` never rejects.
void main();
