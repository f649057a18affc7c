/** The native slot program, where set-up or the build could make one for this system (native/slot.c). */
import { accessSync, constants, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createNativeProgram } from "../executors/slots/native-program.ts";
import type { SlotProgram } from "../executors/slots/slot.ts";

/** Undefined where there is none: then slots are shells. `MILLRACE_SLOTS=shell` asks for those. */
export function findSlotProgram(): SlotProgram | undefined {
  if (process.env["MILLRACE_SLOTS"] === "shell") return undefined;
  const path = join(findProjectFolder(), "dist", `slot-${process.platform}-${process.arch}`);
  try {
    accessSync(path, constants.X_OK);
    return createNativeProgram(path);
  } catch {
    // Not made here; nothing is missing without it but speed and exact measures.
    return undefined;
  }
}

/** The bundle does not know where it is; the launcher that started it does. */
function findProjectFolder(): string {
  const here: string | undefined = import.meta.url;
  if (here !== undefined) return fileURLToPath(new URL("../..", here));
  return dirname(dirname(realpathSync(process.argv[1] ?? process.execPath)));
}
