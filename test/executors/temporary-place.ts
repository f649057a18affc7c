/** A new directory for one test, and the subject that the executor suite asks for. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutorSubject } from "../../src/ports/conformance/executor-bench.ts";
import type { Executor, ExecutorListener } from "../../src/ports/executor.ts";

/** Makes a directory that nobody else uses. */
export function makeTemporaryPlace(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "millrace-executor-")));
}

/** A subject over a new directory. */
export async function openSubject(
  create: (stateDirectory: string, listener: ExecutorListener) => Executor,
): Promise<ExecutorSubject> {
  const place = makeTemporaryPlace();
  return {
    create: (listener) => create(join(place, "state"), listener),
    directory: join(place, "attempts"),
    dispose: async () => rmSync(place, { recursive: true, force: true }),
  };
}
