/** Why a task ended as it did, in Argo's words. */
import { signalExitCode } from "../../../base/signals.ts";
import type { Reason } from "../../../model/run/values.ts";

/** What a reason may refer to by number. */
export interface ReasonNames {
  /** Id of a task in Argo's form. */
  readonly id: (task: number) => string;
}

/** Message of a reason; empty when Argo has none. Texts are those of v4.1. */
export function describeReason(reason: Reason, names?: ReasonNames): string {
  const { code, message } = reason;
  switch (code) {
    case "condition-false":
      return `when '${reason.source ?? ""}' evaluated false`;
    case "list-empty":
      return "Skipped, empty params";
    case "guard-false":
      return "omitted: depends condition not met";
    case "exit-nonzero":
    case "signaled":
      return describeExit(reason);
    case "timed-out":
      return "Pod was active on the node longer than the specified deadline";
    case "queue-timed-out":
      return message ?? "Pod was pending longer than the specified pendingTimeout";
    case "deadline":
      return "Step exceeded its deadline";
    case "child-failed":
      return describeChild(reason, names);
    case "end-on-failure":
      return "template has failed or errored children and failFast enabled";
    case "retries-exhausted":
      return "No more retries left";
    case "retry-not-allowed":
      return message ?? "retryStrategy.expression evaluated to false";
    case "retry-too-late":
      return describeLateness(message);
    case "stopped":
      return message ?? "Stopped with strategy 'Stop'";
    case "terminated":
      return message ?? "Stopped with strategy 'Terminate'";
    case "cancelled":
      return message ?? "workflow shutdown";
    case "region-halted":
      return "";
    case "unknown-process":
      return `template name '${message ?? ""}' undefined`;
    case "recursion-too-deep":
      return `Maximum recursion depth exceeded. See https://argo-workflows.readthedocs.io/en/latest/scaling/#maximum-recursion-depth`;
    case "output-not-supplied":
      return `raw output parameter '${message ?? ""}' has not been set and does not have a default value`;
    case "object-refused":
      return `failure condition '${message ?? ""}' evaluated true`;
    case "response-refused":
      return describeResponse(message, reason.source);
    case "lock-wait":
      return message === undefined ? "Waiting for a lock" : `Waiting for ${message} lock`;
    case "run-limit":
      return (
        message ?? "Workflow processing has been postponed because too many workflows are already running"
      );
    case "lost":
      return message ?? "pod deleted";
    case "start-refused":
    case "input-missing":
    case "output-missing":
    case "expression-failed":
    case "argument-missing":
    case "value-not-allowed":
    case "request-failed":
    case "request-refused":
    case "set-by-user":
    case "service-ended":
    case "dismissed":
    case "reused":
      return message ?? "";
  }
}

function describeChild({ task, message }: Reason, names: ReasonNames | undefined): string {
  return task === undefined || names === undefined
    ? (message ?? "child failed")
    : `child '${names.id(task)}' failed`;
}

function describeLateness(message: string | undefined): string {
  return message === "elapsed" ? "Max duration limit exceeded" : "Backoff would exceed max duration limit";
}

/** `main: Error (exit code N)`; a signal shows as 128 and its number, as a shell and Kubernetes have it. */
function describeExit(reason: Reason): string {
  const bad = Object.entries(reason.commands ?? {}).flatMap(([name, ending]) => {
    if (ending.kind === "signaled") return [{ name, code: signalExitCode(ending.signal) }];
    return ending.kind === "exited" && ending.code !== 0 ? [{ name, code: ending.code }] : [];
  });
  // A sidecar that was killed is not to blame for what another one did.
  const blamed = bad.find(({ code }) => code === reason.exitCode) ?? bad[0];
  if (blamed !== undefined) return describeCode(blamed.name, blamed.code);
  if (reason.exitCode !== undefined) return describeCode("main", reason.exitCode);
  return reason.signal === undefined
    ? (reason.message ?? "")
    : describeCode("main", signalExitCode(reason.signal));
}

function describeCode(name: string, code: number): string {
  return `${name}: Error (exit code ${code})`;
}

/** The template's own condition, or else a status that is not 2xx (Argo, executeHTTPTemplate). */
function describeResponse(status: string | undefined, condition: string | undefined): string {
  if (condition !== undefined) return `successCondition '${condition}' evaluated false`;
  return status === undefined || !/^\d+$/u.test(status)
    ? (status ?? "the response was refused")
    : `received non-2xx response code: ${status}`;
}
