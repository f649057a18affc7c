/** Kept results: questions of tasks are answered from the store, and what they made goes there. */
import type { Effect } from "../../model/run/effects.ts";
import type { RunInput } from "../../model/run/inputs.ts";
import { noExitCode } from "../../model/run/task-table.ts";
import type { LiveRun } from "../live-run.ts";
import type { RuntimePorts } from "../runtime-ports.ts";

type EffectOf<K extends Effect["kind"]> = Extract<Effect, { kind: K }>;

/** A store that cannot be read is the task's problem (Argo, handleMemoization). */
export function answerMemo({ memos, clock }: RuntimePorts, effect: EffectOf<"memo.look">): RunInput {
  const { task, cache, key } = effect;
  const answer = { kind: "memo.answered", at: clock.now(), task } as const;
  try {
    const entry = memos.find(cache, key);
    return entry === undefined ? answer : { ...answer, entry };
  } catch (error) {
    return { ...answer, problem: `could not load the cache: ${describeError(error)}` };
  }
}

/** What cannot be kept is made again: the run has its result, and goes on. */
export function keepMemo({ memos }: RuntimePorts, run: LiveRun, effect: EffectOf<"memo.keep">): void {
  const { task, cache, key } = effect;
  const { tasks, outputs: all } = run.state;
  const outputs = all.get(task);
  const exitCode = tasks.exitCode[task] ?? noExitCode;
  try {
    memos.put(cache, key, {
      nodeId: run.language.view.taskId(run.state, task),
      createdAt: tasks.endedAt[task] ?? 0,
      ...(outputs === undefined ? {} : { outputs }),
      ...(exitCode === noExitCode ? {} : { exitCode }),
    });
  } catch (error) {
    // A full or read-only disk; anything else is a fault of ours.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
