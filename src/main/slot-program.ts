/** The native slot program, where set-up or the build could make one for this system (native/slot.c). */
import { accessSync, constants } from "node:fs";
import { createNativeProgram } from "../executors/slots/native-program.ts";
import { createNativeStart } from "../executors/slots/native-start.ts";
import type { SlotProgram } from "../executors/slots/slot.ts";
import { findNativeAddon, nativePath } from "./native-addon.ts";

/** Undefined where there is none: then slots are shells. `MILLRACE_SLOTS=shell` asks for those. */
export function findSlotProgram(): SlotProgram | undefined {
  if (process.env["MILLRACE_SLOTS"] === "shell") return undefined;
  const path = nativePath("slot");
  try {
    accessSync(path, constants.X_OK);
  } catch {
    // Not made here; nothing is missing without it but speed and exact measures.
    return undefined;
  }
  const addon = findNativeAddon();
  return createNativeProgram(path, addon && createNativeStart(addon));
}
