// Compiles native/slot.c where the machine has a C compiler. Everything works without it, only slower and with coarser
// measures, so a machine without one hears nothing of it.

import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/**
 * Brings `dist/slot-PLATFORM-ARCH` up to date with its source.
 *
 * @param {string} projectFolder
 */
export function makeSlotProgram(projectFolder) {
  if (process.platform !== "linux") return;
  const source = join(projectFolder, "native", "slot.c");
  const program = join(projectFolder, "dist", `slot-${process.platform}-${process.arch}`);
  const made = statSync(program, { throwIfNoEntry: false });
  if (made !== undefined && made.mtimeMs >= statSync(source).mtimeMs) return;
  mkdirSync(join(projectFolder, "dist"), { recursive: true });
  // Others may run what is there, or make it at the same moment.
  const unfinished = `${program}.${process.pid}`;
  // Not every system has the libraries for a program that needs none at run time.
  for (const how of [["-static"], []]) {
    const { status } = spawnSync("cc", ["-O2", ...how, "-o", unfinished, source], { stdio: "ignore" });
    // Without attempts it ends at once, and well.
    if (status !== 0 || spawnSync(unfinished, [], { stdio: "ignore" }).status !== 0) continue;
    renameSync(unfinished, program);
    return;
  }
  rmSync(unfinished, { force: true });
}
