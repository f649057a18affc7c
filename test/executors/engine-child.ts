/**
 * An engine that is going to be killed: makes an executor, starts the orders that it is given as JSON lines on its
 * standard input, and writes a line for each thing that the executor tells.
 */
import { createInterface } from "node:readline";
import { createProcessExecutor } from "../../src/executors/process/process-executor.ts";
import { createSandboxExecutor } from "../../src/executors/sandbox/sandbox-executor.ts";
import { findSlotProgram } from "../../src/main/slot-program.ts";
import type { AttemptOrder } from "../../src/model/run/attempt.ts";

const [kind, stateDirectory = "", slots] = process.argv.slice(2);
const create = kind === "sandbox" ? createSandboxExecutor : createProcessExecutor;
const executor = create(
  { capacity: 4, stateDirectory, program: slots === "native" ? findSlotProgram() : undefined },
  {
    started: (attemptId) => console.log(JSON.stringify({ started: attemptId })),
    ready: (attemptId) => console.log(JSON.stringify({ ready: attemptId })),
    ended: (exit) => console.log(JSON.stringify({ ended: exit.attemptId })),
  },
);

for await (const line of createInterface({ input: process.stdin })) {
  const { order, directory } = JSON.parse(line) as { order: AttemptOrder; directory: string };
  executor.start(order, directory);
}
