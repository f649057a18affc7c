/** Pod-level resources (Argo 4.1, Kubernetes PodSpec.resources): only some kinds can be given to a whole pod. */
import type { ResourceRequirements } from "../read/types.ts";
import { reportError } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";

/** Checks names of pod-level resources. `place` is `spec` or `templates.NAME`. */
export function checkPodResources(
  checker: Checker,
  site: Site,
  resources: ResourceRequirements | undefined,
  place: string,
): void {
  if (resources === undefined) return;
  for (const field of ["limits", "requests"] as const) {
    for (const name of Object.keys(resources[field] ?? {})) {
      if (name === "cpu" || name === "memory" || name.startsWith("hugepages-")) continue;
      const text = `${place}.podResources: "${name}" is not a valid pod-level resource`;
      const hint = "pods as a whole have cpu, memory and hugepages; give other resources to a container";
      reportError(checker, "argo/bad-pod-resources", site, text, [field, name], hint);
    }
  }
  if ((resources.claims?.length ?? 0) > 0) {
    const text = `${place}.podResources: claims are not valid at pod level`;
    reportError(checker, "argo/bad-pod-resources", site, text, ["claims"]);
  }
}
