/** What slots can be made of here: every suite of an executor runs with each. */
import { test } from "node:test";
import { shellProgram } from "../../src/executors/slots/shell-program.ts";
import type { SlotProgram } from "../../src/executors/slots/slot.ts";
import { findSlotProgram } from "../../src/main/slot-program.ts";

export const nativeProgram = findSlotProgram();

/** Why tests of the native program are skipped; false where it is there. */
export const skipNative =
  nativeProgram === undefined ? "there is no native slot program (set-up found no C compiler)" : false;

/** Calls back for the shell and, where it could be made, for the native program. */
export function forEachProgram(describe: (program: SlotProgram, name: string) => void): void {
  describe(shellProgram, "shells");
  if (nativeProgram !== undefined) describe(nativeProgram, "native slots");
  else test("with native slots", { skip: skipNative }, () => undefined);
}
