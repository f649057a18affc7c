/** Whether what a run stores elsewhere goes with it or before it: the plan says it, for each output (Argo fields.md, ArtifactGC). */
import type { Plan } from "../../model/plan/plan.ts";

/** Whether any output of the plan is removed at some time. */
export function removesCopies({ processes }: Plan): boolean {
  return processes.some(
    ({ body }) =>
      body.kind === "task" && body.task.outputArtifacts.some(({ removal }) => removal !== undefined),
  );
}
