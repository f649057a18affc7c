/** The sandbox executor passes the same suite, by each way into a sandbox that works on this machine. */
import { test } from "node:test";
import { createSandboxExecutor } from "../../src/executors/sandbox/sandbox-executor.ts";
import { shellProgram } from "../../src/executors/slots/shell-program.ts";
import type { SlotProgram } from "../../src/executors/slots/slot.ts";
import { describeExecutor } from "../../src/ports/conformance/executor.ts";
import { forEachProgram, nativeProgram } from "./slot-programs.ts";
import { openSubject } from "./temporary-place.ts";

for (const method of ["bubblewrap", "unshare"] as const) {
  const openWith = (program?: SlotProgram): ReturnType<typeof openSubject> =>
    openSubject((stateDirectory, listener) =>
      createSandboxExecutor({ capacity: 3, stateDirectory, method, program }, listener),
    );
  const reason = await findRefusal(openWith);
  const describe = (program: SlotProgram, name: string): void => {
    if (reason === undefined) describeExecutor(`sandbox by ${method} with ${name}`, () => openWith(program));
    else test(`sandbox by ${method} with ${name}`, { skip: reason }, () => undefined);
  };
  // A sandbox by unshare starts slowly, and one kind of slot tells as much about it as the other.
  if (method === "bubblewrap") forEachProgram(describe);
  else describe(nativeProgram ?? shellProgram, "the best slots");
}

async function findRefusal(open: () => ReturnType<typeof openSubject>): Promise<string | undefined> {
  const subject = await open();
  const executor = subject.create({
    started: () => undefined,
    ready: () => undefined,
    ended: () => undefined,
  });
  const { available, reason } = await executor.capabilities();
  await executor.close({ leaveRunning: false });
  await subject.dispose();
  return available ? undefined : (reason ?? "no reason was given");
}
