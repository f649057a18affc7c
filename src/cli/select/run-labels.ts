/** Labels by which runs are chosen and shown to programs. */
import type { RunRow } from "../../api/house.ts";

/** The run's own, and those that Argo's controller keeps at every workflow for its state (workflow/common, LabelKeyPhase). */
export function labelsOf({ labels, shownPhase, endedAt }: RunRow): Readonly<Record<string, string>> {
  return {
    ...labels,
    "workflows.argoproj.io/completed": String(endedAt !== undefined),
    "workflows.argoproj.io/phase": shownPhase,
  };
}
