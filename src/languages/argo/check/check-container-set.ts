/** Container sets, and names that Argo keeps for its own containers (Argo ContainerSetTemplate.Validate). */
import type { ContainerNode, ContainerSetTemplate, Template } from "../read/types.ts";
import { reportError } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import { createDagGraph } from "./dag-graph.ts";
import { checkNames, findFieldNameFault } from "./name-rules.ts";

/** Containers that Argo adds to a pod. */
const reservedNames: ReadonlySet<string> = new Set(["init", "wait", "supervisor"]);

export function checkContainerSet(
  checker: Checker,
  site: Site,
  template: Template,
  set: ContainerSetTemplate,
  place: string,
): void {
  const containers = set.containers ?? [];
  const prefix = `${place}.containerSet`;
  const report = (text: string, ...below: (string | number)[]): void =>
    reportError(checker, "argo/container-set", site, `${prefix}.${text}`, below);
  if (containers.length === 0) report("containers must have at least one container");
  checkNames(checker, site, ["containers"], containers, `${prefix}.containers`, findFieldNameFault);
  checkSharedMounts(set, report);
  checkContainerOrder(checker, site, containers, prefix, report);
  const { inputs, outputs } = template;
  const lists = [inputs?.artifacts, outputs?.parameters, outputs?.artifacts];
  const hasFiles = lists.some((list) => (list?.length ?? 0) > 0);
  if (hasFiles && containers.length > 0 && !containers.some((container) => container.name === "main")) {
    report('containers must have a container named "main" for input or output', "containers");
  }
}

function checkSharedMounts(
  set: ContainerSetTemplate,
  report: (text: string, ...below: (string | number)[]) => void,
): void {
  const taken = new Map<string, string>();
  for (const [index, mount] of (set.volumeMounts ?? []).entries()) {
    const path = mount.mountPath ?? "";
    const earlier = taken.get(path);
    if (earlier !== undefined) {
      report(
        `volumeMounts[${index}].mountPath '${path}' already mounted in ${earlier}`,
        "volumeMounts",
        index,
      );
    }
    taken.set(path, `volumeMounts.${mount.name ?? ""}`);
  }
}

function checkContainerOrder(
  checker: Checker,
  site: Site,
  containers: readonly ContainerNode[],
  prefix: string,
  report: (text: string, ...below: (string | number)[]) => void,
): void {
  const names = new Set(containers.map((container) => container.name));
  for (const [index, { name = "", dependencies = [] }] of containers.entries()) {
    for (const dependency of dependencies) {
      if (names.has(dependency)) continue;
      report(
        `containers.${name} dependency '${dependency}' not defined`,
        "containers",
        index,
        "dependencies",
      );
    }
  }
  const graph = createDagGraph(
    containers.map(({ name = "", dependencies = [] }) => ({ name, dependencies })),
  );
  if (graph.cycle === undefined) return;
  const text = `${prefix}.containers dependency cycle detected: ${graph.cycle.join("->")}`;
  reportError(checker, "argo/cycle", site, text, ["containers"]);
}

/** Containers of a user must not be called like those that Argo adds. */
export function checkReservedNames(checker: Checker, site: Site, template: Template, place: string): void {
  const { containerSet, sidecars, initContainers } = template;
  const lists = [
    { list: containerSet?.containers, path: ["containerSet", "containers"] },
    { list: sidecars, path: ["sidecars"] },
    { list: initContainers, path: ["initContainers"] },
  ];
  for (const { list, path } of lists) {
    for (const [index, { name = "" }] of (list ?? []).entries()) {
      const isMain = name === "main" && list !== containerSet?.containers;
      if (!reservedNames.has(name) && !isMain) continue;
      const text = `${place}.${path.join(".")}[${index}].name '${name}' is a reserved Argo container name`;
      reportError(checker, "argo/reserved-name", site, text, [...path, index, "name"]);
    }
  }
}
