/**
 * What the downward API says to a container of its pod (Kubernetes core/v1, ObjectFieldSelector and ResourceFieldSelector),
 * as texts with tags that the evaluator knows. There is no pod, so the task stands for it, and this machine for its node.
 */
import type { Container, ResourceFieldRef, Template } from "../read/types.ts";
import { listContainers } from "./lower-hints.ts";
import { report, settleText } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";
import { readQuantity } from "./quantity.ts";

/** Labels and annotations that Argo gives to a pod by itself. */
const ownTexts = {
  labels: {
    "workflows.argoproj.io/completed": "false",
    "workflows.argoproj.io/workflow": "{{workflow.name}}",
  },
  annotations: {
    "workflows.argoproj.io/node-id": "{{pod.name}}",
    "workflows.argoproj.io/node-name": "{{node.name}}",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a field path gives; nothing for a path that there is not. */
export function readPodField(desk: Lowering, template: Template, path: string): string {
  if (path === "metadata.labels") return formatTexts(listTexts(desk, template, "labels"));
  if (path === "metadata.annotations") return formatTexts(listTexts(desk, template, "annotations"));
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/u.exec(path);
  if (keyed !== null) {
    const [, kind, key = ""] = keyed;
    const texts = listTexts(desk, template, kind === "labels" ? "labels" : "annotations");
    return texts.get(key) ?? `{{=get(workflow.${kind}, ${JSON.stringify(key)}) ?? ""}}`;
  }
  const known: Readonly<Record<string, string>> = {
    "metadata.name": "{{pod.name}}",
    "metadata.namespace": desk.around.namespace,
    "metadata.uid": "{{workflow.uid}}",
    "spec.serviceAccountName": "{{workflow.serviceAccountName}}",
    "spec.nodeName": "localhost",
    "status.podIP": "127.0.0.1",
    "status.hostIP": "127.0.0.1",
    "status.podIPs": "127.0.0.1",
    "status.hostIPs": "127.0.0.1",
  };
  return known[path] ?? "";
}

/** Those of the template go over those that the workflow has for all its pods (Argo, addMetadata). */
function listTexts(
  desk: Lowering,
  template: Template,
  kind: "labels" | "annotations",
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries({
      ...ownTexts[kind],
      ...desk.runPodMetadata?.[kind],
      ...template.metadata?.[kind],
    }),
  );
}

/** A line for each, sorted by key (Kubernetes, fieldpath.FormatMap). A text with tags is quoted as it is. */
function formatTexts(texts: ReadonlyMap<string, string>): string {
  return [...texts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, text]) => `${key}=${text.includes("{{") ? `"${text}"` : JSON.stringify(text)}`)
    .join("\n");
}

/**
 * A limit or a request of a container in units of the divisor, rounded up. What a container does not say is 0: the machine
 * is not shared out.
 */
export function readResourceField(
  desk: Lowering,
  template: Template,
  own: Container | undefined,
  field: ResourceFieldRef,
  place: Place,
): string {
  const { containerName = "", resource = "", divisor = "" } = field;
  const named = listContainers(template).find(([name]) => name === containerName)?.[1];
  const { limits = {}, requests = {} } = (containerName === "" ? own : named)?.resources ?? {};
  const [kind = "", name = ""] = resource.split(/\.(.*)/su);
  // A request that is not given is the limit (Kubernetes).
  const quantity = kind === "requests" ? (requests[name] ?? limits[name]) : limits[name];
  const value = readAmount(desk, quantity ?? "0", resource, place);
  const unit = divisor === "" ? 1 : readAmount(desk, divisor, `the divisor of ${resource}`, place);
  return String(Math.ceil(Number((value / (unit === 0 ? 1 : unit)).toFixed(9))));
}

/** Reports what is no amount, or none that is known before the run; it counts as 0 then. */
function readAmount(desk: Lowering, text: string, what: string, place: Place): number {
  const settled = settleText(desk, text);
  const amount = readQuantity(settled);
  if (amount !== undefined) return amount;
  const isOpen = settled.includes("{{");
  const problem = isOpen ? "must be known before the run" : "is no amount";
  const hint = isOpen
    ? "write an amount such as `500m` or `64Mi`; of tags only workflow parameters with a plain value can be used here"
    : "write a number with a suffix, such as `500m` or `64Mi`";
  const message = `${what}, which a resourceFieldRef asks for, ${problem}: ${settled}`;
  report(desk, "error", "argo/bad-number", message, place, hint);
  return 0;
}
