/** The attempt files of the simulation: at once or slowly, sometimes with an input or output that is missing. */
import { MillraceError, assertInvariant } from "../../src/base/errors.ts";
import type { AttemptExit, AttemptOrder } from "../../src/model/run/attempt.ts";
import type { AttemptFiles, Collected, Laid } from "../../src/ports/attempt-files.ts";
import { never } from "./life.ts";
import type { Life } from "./life.ts";
import type { Random } from "./random.ts";
import { forgetAttempt } from "./world.ts";
import type { World } from "./world.ts";

export interface SimFilesOptions {
  readonly world: World;
  readonly life: Life;
  readonly random: Random;
  readonly isDisturbed: boolean;
  /** Number of the call to lay or collect (from 1, in this life) that finds the disk full; absent: none does. */
  readonly failAtCall?: number;
  readonly checkLay: (order: AttemptOrder) => void;
}

export function createSimFiles(options: SimFilesOptions): AttemptFiles {
  const { world, life, random } = options;
  let calls = 0;
  const takesTime = (): boolean => options.isDisturbed && random.chance(0.5);
  const failIfFull = (): void => {
    calls += 1;
    if (calls === options.failAtCall)
      throw new MillraceError("runtime/disk-full", "exhausted", "the simulated disk is full");
  };
  return {
    directoryOf: (attemptId) => attemptId,
    removeRun: async () => undefined,
    // What is made ahead nobody sees.
    expectAnother: () => undefined,
    close: () => undefined,
    discard: async (attemptId) => {
      if (life.meet(`discard of ${attemptId}`)) return never();
      forgetAttempt(world, attemptId);
    },
    lay: (order) => {
      if (life.meet(`lay of ${order.attemptId}, before it`)) return never();
      options.checkLay(order);
      failIfFull();
      const laid = (): Laid | Promise<Laid> => {
        layDirectory(world, order);
        if (life.meet(`lay of ${order.attemptId}, after it`)) return never();
        const problem = world.behaviourOf(order).layProblem;
        return problem === undefined ? { ok: true, directory: order.attemptId } : { ok: false, problem };
      };
      if (!takesTime()) return laid();
      return world.timeline.wait(random.integer(0, 80), `lay of ${order.attemptId}`, life).then(laid);
    },
    collect: (order, exit) => {
      if (life.meet(`collect of ${order.attemptId}`)) return never();
      failIfFull();
      const read = (): Collected => readOutputs(world, order, exit);
      if (!takesTime()) return read();
      return world.timeline.wait(random.integer(0, 80), `collect of ${order.attemptId}`, life).then(read);
    },
  };
}

/** An attempt that was laid for another order, in a history that power loss took back, is laid anew. */
function layDirectory(world: World, order: AttemptOrder): void {
  const orderText = JSON.stringify(order);
  const before = world.directories.get(order.attemptId);
  assertInvariant(before?.state !== "running", `${order.attemptId} is laid while it runs`);
  if (before?.orderText === orderText) return;
  forgetAttempt(world, order.attemptId);
  world.directories.set(order.attemptId, { orderText, state: "laid" });
}

function readOutputs(world: World, order: AttemptOrder, exit: AttemptExit): Collected {
  const { outputs, collectProblem } = world.behaviourOf(order);
  if (exit.ending.kind === "not-run") return { outputs: { parameters: {}, artifacts: {} } };
  return collectProblem === undefined ? { outputs } : { outputs, problem: collectProblem };
}
