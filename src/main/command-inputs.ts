/** What a person's command means for the engine of a run: selections become tasks, and what cannot be is refused. */
import { MillraceError, unreachable } from "../base/errors.ts";
import type { RunCommand } from "../api/house.ts";
import type { RunInput } from "../model/run/inputs.ts";
import type { LiveRun } from "../runtime/live-run.ts";

/** The inputs that a command stands for. Throws `run/ended`, `run/no-such-wait` and the like when it cannot be given now. */
export function toInputs(run: LiveRun, command: RunCommand, at: number): readonly RunInput[] {
  const { state } = run;
  const select = (selector: string): readonly number[] => run.language.view.findTasks(state, selector);
  if (state.ended !== undefined && command.kind !== "retry") {
    throw new MillraceError("run/ended", "conflict", `run ${run.name} has already ended`, {
      hint: "`millrace retry` runs what failed again.",
    });
  }
  const selectTasks = (selector: string | undefined): { readonly tasks?: readonly number[] } =>
    selector === undefined ? {} : { tasks: selectWaits(run, selector, select) };
  const message = "message" in command && command.message !== undefined ? { message: command.message } : {};
  switch (command.kind) {
    case "suspend":
      return [{ kind: "run.suspend", at }];
    case "resume":
      return [{ kind: "run.resume", at, ...selectTasks(command.select), ...message }];
    case "stop":
      return [{ kind: "run.stop", at, ...selectTasks(command.select), ...message }];
    case "terminate":
      return [{ kind: "run.terminate", at }];
    case "set":
      return selectWaits(run, command.select, select).map((task) => {
        checkOutputs(run, task, Object.keys(command.values));
        return {
          kind: "task.set",
          at,
          task,
          values: command.values,
          ...(command.phase === undefined ? {} : { phase: command.phase }),
          ...message,
        };
      });
    case "retry":
      return [retryInput(run, command, at, select)];
    default:
      return unreachable(command);
  }
}

function selectWaits(
  run: LiveRun,
  selector: string,
  select: (selector: string) => readonly number[],
): readonly number[] {
  const tasks = select(selector).filter((task) => run.state.waits.has(task));
  if (tasks.length > 0) return tasks;
  throw new MillraceError(
    "run/no-such-wait",
    "not-found",
    `nothing in run ${run.name} that waits is named by '${selector}'`,
    {
      hint: `\`millrace get ${run.name}\` shows what waits.`,
    },
  );
}

/** Only outputs that the document wants from a person can be set (Argo, `node set`). */
function checkOutputs(run: LiveRun, task: number, names: readonly string[]): void {
  const { index, tasks } = run.state;
  const outputs = index.plan.processes[tasks.process[task] ?? -1]?.outputs ?? [];
  const wanted = outputs.filter(({ from }) => from.kind === "supplied").map(({ name }) => name);
  const strange = names.filter((name) => !wanted.includes(name));
  if (strange.length === 0) return;
  const { full } = run.language.view.taskName(run.state, task);
  throw new MillraceError(
    "run/no-such-output",
    "not-found",
    `${full} does not expect a value for ${strange.join(", ")}`,
    { hint: wanted.length === 0 ? "It takes no values." : `It takes ${wanted.join(", ")}.` },
  );
}

function retryInput(
  run: LiveRun,
  command: Extract<RunCommand, { kind: "retry" }>,
  at: number,
  select: (selector: string) => readonly number[],
): RunInput {
  if (run.state.ended === undefined) {
    throw new MillraceError("run/not-ended", "conflict", `run ${run.name} has not ended`, {
      hint: "`millrace stop` ends it.",
    });
  }
  const also = command.restartSuccessful && command.select !== undefined ? select(command.select) : [];
  if (run.state.ended === 3 && also.length === 0) {
    throw new MillraceError("run/succeeded", "conflict", `run ${run.name} has succeeded`, {
      hint: "`--restart-successful --node-field-selector …` runs some of it again; `millrace resubmit` all of it.",
    });
  }
  return { kind: "run.retry", at, also, values: command.parameters };
}
