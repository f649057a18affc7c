/** The sandbox executor passes the same suite, by each way into a sandbox that works on this machine. */
import { test } from "node:test";
import { shellProgram } from "../../src/executors/slots/shell-program.ts";
import type { SlotProgram } from "../../src/executors/slots/slot.ts";
import { describeExecutor } from "../../src/ports/conformance/executor.ts";
import { findRefusal, openSandbox } from "./open-sandbox.ts";
import { forEachProgram, nativeProgram } from "./slot-programs.ts";

for (const method of ["bubblewrap", "unshare"] as const) {
  const reason = await findRefusal(method);
  const describe = (program: SlotProgram, name: string): void => {
    const title = `sandbox by ${method} with ${name}`;
    if (reason === undefined) describeExecutor(title, () => openSandbox(method, 3, program));
    else test(title, { skip: reason }, () => undefined);
  };
  // A sandbox by unshare starts slowly, and one kind of slot tells as much about it as the other.
  if (method === "bubblewrap") forEachProgram(describe);
  else describe(nativeProgram ?? shellProgram, "the best slots");
}
