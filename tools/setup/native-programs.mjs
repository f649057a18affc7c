// Compiles what native/ holds where the machine has a C compiler. Everything works without it, only slower and with coarser
// measures, so a machine without one hears nothing of it.

import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/**
 * Brings `dist/slot-PLATFORM-ARCH` and the addon that starts it up to date with their sources.
 *
 * @param {string} projectFolder
 */
export function makeNativePrograms(projectFolder) {
  if (process.platform !== "linux") return;
  const system = `${process.platform}-${process.arch}`;
  const native = join(projectFolder, "native");
  const made = join(projectFolder, "dist");
  // Not every system has the libraries for a program that needs none at run time. Without attempts it ends at once, and
  // well.
  const programFlags = [["-static"], []];
  const isProgram = (/** @type {string} */ path) => runsWell(path, []);
  compile(join(native, "slot.c"), join(made, `slot-${system}`), programFlags, isProgram);
  const load = "process.dlopen({ exports: {} }, process.argv[1])";
  const isAddon = (/** @type {string} */ path) => runsWell(process.execPath, ["-e", load, path]);
  const addonFlags = [["-shared", "-fPIC", "-fvisibility=hidden"]];
  compile(join(native, "addon.c"), join(made, `addon-${system}.node`), addonFlags, isAddon);
}

/**
 * Nothing is kept that does not work here.
 *
 * @param {string} source
 * @param {string} output
 * @param {string[][]} ways flags, of which the first that work are taken
 * @param {(path: string) => boolean} works
 */
function compile(source, output, ways, works) {
  const made = statSync(output, { throwIfNoEntry: false });
  if (made !== undefined && made.mtimeMs >= statSync(source).mtimeMs) return;
  mkdirSync(join(output, ".."), { recursive: true });
  // Others may run what is there, or make it at the same moment.
  const unfinished = `${output}.${process.pid}`;
  for (const flags of ways) {
    if (!runsWell("cc", ["-O2", ...flags, "-o", unfinished, source]) || !works(unfinished)) continue;
    renameSync(unfinished, output);
    return;
  }
  rmSync(unfinished, { force: true });
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function runsWell(program, args) {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}
