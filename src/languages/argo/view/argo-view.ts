/** Argo's view of a run: its status form, its words, its names. */
import type { Json } from "../../../base/json.ts";
import type { LanguageView } from "../../../model/run/language.ts";
import type { RunState } from "../../../model/run/run-state.ts";
import { findSelected } from "./find-tasks.ts";
import { displayName, nodeId, nodeName } from "./node-names.ts";
import { describeOutcome, nodeMessage } from "./node-message.ts";
import { collectReusable } from "./reuse.ts";
import { listRows } from "./rows.ts";
import { listPodLabels } from "./pod-labels.ts";
import { listUnreached } from "./unreached.ts";
import { sumWhole } from "./node-values.ts";
import { showDocument } from "./show-document.ts";
import { showStored } from "./show-stored.ts";
import { describeStatus } from "./workflow-status.ts";

export const argoView: LanguageView = {
  status: describeStatus,
  document: showDocument,
  stored: showStored,
  progress: (state, outlook) => sumWhole(state, outlook?.reported),
  place: describePlace,
  outcome: describeOutcome,
  rows: listRows,
  taskName: (state, task) => ({ full: nodeName(state, task), short: displayName(state, task) }),
  taskId: nodeId,
  message: nodeMessage,
  findTasks: findSelected,
  labels: listPodLabels,
  unreached: listUnreached,
  reusable: collectReusable,
  finalOutputs: collectFinalOutputs,
};

/** The head of `argo get`: a person of Argo looks for both, and tags give them to tasks. */
function describePlace({ facts, index }: RunState): readonly (readonly [string, string])[] {
  const read = (name: string): string => {
    const text = facts[name] ?? index.plan.notes[name];
    return typeof text === "string" ? text : "default";
  };
  return [
    ["Namespace", read("namespace")],
    ["ServiceAccount", read("serviceAccountName")],
  ];
}

/** What was published for the run, and the outputs of the entry task, which win. */
function collectFinalOutputs(state: RunState): {
  readonly parameters: Readonly<Record<string, Json>>;
  readonly files: Readonly<Record<string, Json>>;
} {
  const entry = state.outputs.get(0);
  // A FileValue is plain JSON.
  const files = { ...state.publishedFiles, ...entry?.files } as unknown as Readonly<Record<string, Json>>;
  return { parameters: { ...state.publishedValues, ...entry?.values }, files };
}
