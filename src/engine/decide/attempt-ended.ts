/** An attempt has ended: what its exit means for the task. */
import { unreachable } from "../../base/errors.ts";
import { signalExitCode } from "../../base/signals.ts";
import type { Process } from "../../model/plan/plan.ts";
import type { AttemptExit, AttemptOutputs, AttemptProblem } from "../../model/run/attempt.ts";
import type { EndPhase } from "../../model/run/events.ts";
import type { RunInput } from "../../model/run/inputs.ts";
import { phases } from "../../model/run/phase.ts";
import type { Outputs, Reason } from "../../model/run/values.ts";
import { computeOutputs } from "../expand/bind.ts";
import type { Results } from "../expand/bind.ts";
import { createCalleeScope } from "../expand/scope.ts";
import { Refusal } from "./decision.ts";
import { isService, judgeServiceEnd } from "./services.ts";
import type { Decision } from "./decision.ts";

type Ended = Extract<RunInput, { kind: "attempt.ended" }>;

/** Records the end of an attempt. A late or doubled report of an attempt that does not run is ignored. */
export function endAttempt(decision: Decision, input: Ended): void {
  const { state } = decision;
  if (!state.running.has(input.task)) return;
  const { exit } = input;
  const judged = judgeExit(exit);
  const stopped =
    exit.problem?.kind === "cancelled" && state.stopping !== undefined ? state.stopping.reason : undefined;
  let end: { phase: EndPhase; reason?: Reason | undefined } = {
    phase: judged.phase,
    reason: stopped ?? judged.reason,
  };
  if (isService(state, input.task)) end = judgeServiceEnd(state, input.task, exit, end);
  let results: Results = {};
  try {
    const process = state.index.plan.processes[state.tasks.process[input.task] as number] as Process;
    const scope = createCalleeScope(state, decision.run, input.task);
    // Whoever could use what a service leaves behind has ended before it, so that it leaves nothing.
    const isWanted = end.phase !== phases.succeeded || !isService(state, input.task);
    if (isWanted) results = computeOutputs(decision, process, scope, toOutputs(input.outputs));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (end.phase === phases.succeeded) end = { phase: error.phase, reason: error.reason };
  }
  const exitCode =
    exit.ending.kind === "exited"
      ? exit.ending.code
      : exit.ending.kind === "signaled"
        ? signalExitCode(exit.ending.signal)
        : undefined;
  decision.record({
    kind: "attempt.ended",
    task: input.task,
    at: Math.max(exit.endedAt, state.tasks.startedAt[input.task] as number),
    phase: end.phase,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(end.reason === undefined ? {} : { reason: end.reason }),
    ...results,
    facts: { usage: exit.usage, executor: exit.executor, host: exit.host, user: exit.user },
  });
}

function toOutputs(read: AttemptOutputs | undefined): Outputs | undefined {
  if (read === undefined) return undefined;
  const files = Object.entries(read.artifacts).map(
    ([name, artifact]) => [name, { kind: "artifact", artifact }] as const,
  );
  return {
    ...(read.result === undefined ? {} : { result: read.result }),
    values: read.parameters,
    files: Object.fromEntries(files),
  };
}

/** The phase and reason that an exit stands for. */
function judgeExit(exit: AttemptExit): { readonly phase: EndPhase; readonly reason?: Reason } {
  const commands = exit.commands === undefined ? {} : { commands: exit.commands };
  if (exit.problem !== undefined) return judgeProblem(exit.problem, exit);
  switch (exit.ending.kind) {
    case "exited":
      if (exit.ending.code === 0) return { phase: phases.succeeded };
      return {
        phase: phases.failed,
        reason: { code: "exit-nonzero", exitCode: exit.ending.code, ...commands },
      };
    case "signaled":
      return {
        phase: phases.failed,
        reason: {
          code: "signaled",
          signal: exit.ending.signal,
          exitCode: signalExitCode(exit.ending.signal),
          ...commands,
        },
      };
    case "not-run":
      return { phase: phases.errored, reason: { code: "lost", message: "the command did not run" } };
    default:
      return unreachable(exit.ending);
  }
}

function judgeProblem(
  problem: AttemptProblem,
  exit: AttemptExit,
): { readonly phase: EndPhase; readonly reason: Reason } {
  switch (problem.kind) {
    case "timed-out":
      return { phase: phases.failed, reason: { code: "timed-out" } };
    case "cancelled":
      return { phase: phases.failed, reason: { code: "cancelled" } };
    case "lost":
      return { phase: phases.errored, reason: { code: "lost", message: problem.message } };
    case "start-refused":
      // A program that is not there is the command's own failure (Kubernetes: StartError); the rest is the machinery's.
      return {
        phase:
          problem.code === "executor/missing-tool" || problem.code === "executor/no-command"
            ? phases.failed
            : phases.errored,
        reason: { code: "start-refused", message: problem.message },
      };
    case "input-missing":
      return { phase: phases.errored, reason: { code: "input-missing", message: problem.message } };
    case "output-missing": {
      // A command that failed by itself has failed, whatever else is missing.
      if (exit.ending.kind !== "exited" || exit.ending.code !== 0) {
        const { problem: _, ...rest } = exit;
        return { reason: { code: "exit-nonzero" }, ...judgeExit(rest) };
      }
      return { phase: phases.errored, reason: { code: "output-missing", message: problem.message } };
    }
    default:
      return unreachable(problem);
  }
}
