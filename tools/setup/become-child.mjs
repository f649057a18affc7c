// Hands everything over to another program: its terminal, its exit code, the signal that ends it.

import { spawn } from "node:child_process";
import process from "node:process";

/**
 * Starts the program, lets it have the terminal, and ends as it ends.
 * Interrupts from the terminal reach the child by themselves; signals sent only to us are passed on.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} folder where it works
 */
export function becomeChild(program, args, folder) {
  const child = spawn(program, args, { cwd: folder, stdio: "inherit" });
  process.on("SIGINT", () => {});
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP"]))
    process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`cannot start ${program}: ${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
