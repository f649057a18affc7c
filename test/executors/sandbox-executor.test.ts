/** The sandbox executor passes the same suite, by each of the two ways into a sandbox that works on this machine. */
import { test } from "node:test";
import { createSandboxExecutor } from "../../src/executors/sandbox/sandbox-executor.ts";
import { describeExecutor } from "../../src/ports/conformance/executor.ts";
import { openSubject } from "./temporary-place.ts";

for (const method of ["bubblewrap", "unshare"] as const) {
  const open = (): ReturnType<typeof openSubject> =>
    openSubject((stateDirectory, listener) =>
      createSandboxExecutor({ capacity: 3, stateDirectory, method }, listener),
    );
  const reason = await findRefusal(open);
  if (reason === undefined) describeExecutor(`sandbox by ${method}`, open);
  else test(`sandbox by ${method}`, { skip: reason }, () => undefined);
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
