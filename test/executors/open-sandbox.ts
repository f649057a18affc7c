/** Sandboxes for tests, by each way into one, and why a way does not work on this machine. */
import { createSandboxExecutor } from "../../src/executors/sandbox/sandbox-executor.ts";
import type { SlotProgram } from "../../src/executors/slots/slot.ts";
import { openSubject } from "./temporary-place.ts";

export type SandboxMethod = "bubblewrap" | "unshare";

/** An executor in a new and empty place. */
export function openSandbox(
  method: SandboxMethod,
  capacity: number,
  program?: SlotProgram,
): ReturnType<typeof openSubject> {
  return openSubject((stateDirectory, listener) =>
    createSandboxExecutor({ capacity, stateDirectory, method, program }, listener),
  );
}

/** Undefined where the way works. */
export async function findRefusal(method: SandboxMethod): Promise<string | undefined> {
  const subject = await openSandbox(method, 1);
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
