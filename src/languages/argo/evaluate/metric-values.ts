/** What metrics can say of a node besides what all expressions see (Argo docs/variables.md, Metrics). */
import type { Scope } from "../../../model/run/scope.ts";
import type { RunState } from "../../../model/run/run-state.ts";
import { formatFixed } from "../../../expressions/go/format-float.ts";
import { describeResources, sumTree } from "../view/node-values.ts";
import { literal } from "./answers.ts";
import type { Answer } from "./answers.ts";
import { phaseToText } from "./sibling-values.ts";
import { findExitCode } from "./task-outputs.ts";

/** Names of single values, for expressions. */
export const metricNames = ["duration", "status", "exitCode", "retries"] as const;

/** `duration`, `status`, `exitCode`, `retries`, `resourcesDuration.cpu` and `resourcesDuration.memory` of a node. */
export function readMetricValue({ own, run }: Scope, name: string): Answer {
  if (own === undefined) return literal;
  switch (name) {
    case "duration": {
      const endedAt = own.endedAt === 0 ? run.at : own.endedAt;
      return formatFixed(own.startedAt === 0 ? 0 : Math.max(0, endedAt - own.startedAt) / 1000, 6);
    }
    case "status":
      return phaseToText(own.phase);
    case "exitCode": {
      const code = findExitCode(own);
      return code === undefined ? literal : String(code);
    }
    case "retries": {
      const { length } = own.children();
      return length === 0 ? literal : String(length - 1);
    }
    case "resourcesDuration.cpu":
    case "resourcesDuration.memory":
      return readResources(run.state, own.task, name.slice("resourcesDuration.".length));
    default:
      return literal;
  }
}

/** The sums of a whole run are made once for as long as it stays as it is. */
const sums = new WeakMap<RunState, { readonly seq: number; readonly of: ReturnType<typeof sumTree> }>();

function readResources(state: RunState | undefined, task: number, name: string): string {
  if (state === undefined) return "0";
  let known = sums.get(state);
  if (known === undefined || known.seq !== state.seq) {
    known = { seq: state.seq, of: sumTree(state) };
    sums.set(state, known);
  }
  const used = describeResources(known.of.resources[task])?.[name];
  return typeof used === "number" ? String(used) : "0";
}
