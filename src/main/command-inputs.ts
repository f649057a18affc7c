/** What a person's command means for the engine of a run: selections become tasks, and what cannot be is refused. */
import { MillraceError, unreachable } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import { findUnsetOutput } from "../engine/decide/finish-wait.ts";
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
    case "resume": {
      const chosen = selectTasks(command.select);
      checkSupplied(run, chosen.tasks);
      return [{ kind: "run.resume", at, ...chosen, ...message }];
    }
    case "stop":
      return [{ kind: "run.stop", at, ...selectTasks(command.select), ...message }];
    case "terminate":
      return [{ kind: "run.terminate", at }];
    case "set":
      return selectWaits(run, command.select, select).map((task) => {
        checkOutputs(run, task, command.values);
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

/**
 * A wait cannot end while a value is missing that it must give back (Argo, util.ResumeWorkflow). A run that is suspended
 * as a whole goes on all the same: only its waits do not.
 */
function checkSupplied({ state, name, language }: LiveRun, tasks: readonly number[] | undefined): void {
  if (tasks === undefined && state.suspended) return;
  for (const task of tasks ?? state.waits.keys()) {
    const unset = findUnsetOutput(state, task);
    if (unset === undefined) continue;
    const { full } = language.view.taskName(state, task);
    throw new MillraceError(
      "run/output-not-set",
      "conflict",
      `${full}: raw output parameter '${unset}' has not been set and does not have a default value`,
      { hint: `Give it: millrace resume ${name} --node '${full}' --output-parameter ${unset}=VALUE` },
    );
  }
}

/** Only outputs that the document wants from a person can be set, and each once (Argo, `node set`). */
function checkOutputs(run: LiveRun, task: number, values: Readonly<Record<string, Json>>): void {
  const names = Object.keys(values);
  const { index, tasks } = run.state;
  const outputs = index.plan.processes[tasks.process[task] ?? -1]?.outputs ?? [];
  const wanted = outputs.filter(({ from }) => from.kind === "supplied").map(({ name }) => name);
  const strange = names.filter((name) => !wanted.includes(name));
  const { full } = run.language.view.taskName(run.state, task);
  const known = run.state.outputs.get(task)?.values ?? {};
  const again = names.find((name) => Object.hasOwn(known, name));
  if (strange.length === 0 && again !== undefined)
    throw new MillraceError(
      "run/output-already-set",
      "conflict",
      `cannot set output parameter '${again}' of ${full}: it was already set`,
      { hint: `\`millrace resume ${run.name}\` ends the wait with the value that it has.` },
    );
  if (strange.length === 0) return;
  throw new MillraceError(
    "run/no-such-output",
    "not-found",
    wanted.length === 0
      ? `cannot set output parameters of ${full} because it is not expecting any`
      : `${full} does not expect a value for ${strange.join(", ")}`,
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
