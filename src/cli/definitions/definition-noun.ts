/** The words of the command line for kinds of stored definitions, as `argo` has them. */
import type { DefinitionKey, DefinitionKind } from "../../model/run/definition.ts";
import { MillraceError } from "../../base/errors.ts";

export interface DefinitionNoun {
  /** First word of its commands. */
  readonly word: "template" | "cluster-template" | "cron" | "event-binding" | "configmap" | "secret";
  readonly kind: DefinitionKind;
  /** In sentences. */
  readonly one: string;
  readonly many: string;
}

export const nouns = {
  template: {
    word: "template",
    kind: "WorkflowTemplate",
    one: "a stored workflow template",
    many: "stored workflow templates",
  },
  "cluster-template": {
    word: "cluster-template",
    kind: "ClusterWorkflowTemplate",
    one: "a stored cluster workflow template",
    many: "stored cluster workflow templates",
  },
  cron: {
    word: "cron",
    kind: "CronWorkflow",
    one: "a stored cron workflow",
    many: "stored cron workflows",
  },
  // Argo leaves these to kubectl.
  "event-binding": {
    word: "event-binding",
    kind: "WorkflowEventBinding",
    one: "a stored event binding",
    many: "stored event bindings",
  },
} as const satisfies Readonly<Record<string, DefinitionNoun>>;

/** Settings are made from the command line as well, and have no language that could be checked. */
export const settingNouns = {
  configmap: { word: "configmap", kind: "ConfigMap", one: "a ConfigMap", many: "stored ConfigMaps" },
  secret: { word: "secret", kind: "Secret", one: "a Secret", many: "Secrets" },
} as const satisfies Readonly<Record<string, DefinitionNoun>>;

/** Kinds in words of people, with commas between (argo lint --kinds); undefined for all. */
export function parseKinds(text: string): readonly (DefinitionKind | "Workflow")[] | undefined {
  const kinds = text
    .split(",")
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== "");
  if (kinds.includes("all")) return undefined;
  return kinds.map((word) => {
    if (["workflow", "workflows", "wf"].includes(word)) return "Workflow";
    if (["workfloweventbinding", "workfloweventbindings", "wfeb"].includes(word))
      return "WorkflowEventBinding";
    const kind = Object.hasOwn(kindWords, word) ? kindWords[word] : undefined;
    if (kind !== undefined) return kind;
    throw new MillraceError("cli/bad-arguments", "invalid", `--kinds '${text}' names no kind of document`, {
      hint: "Write all, or some of workflows, workflowtemplates, clusterworkflowtemplates, cronworkflows, workfloweventbindings.",
    });
  });
}

/** What may stand before the slash of `--from`, in lower case: kinds, their plurals and kubectl's short names. */
const kindWords: Readonly<Record<string, DefinitionKind>> = {
  workflowtemplate: "WorkflowTemplate",
  workflowtemplates: "WorkflowTemplate",
  wftmpl: "WorkflowTemplate",
  template: "WorkflowTemplate",
  clusterworkflowtemplate: "ClusterWorkflowTemplate",
  clusterworkflowtemplates: "ClusterWorkflowTemplate",
  cwft: "ClusterWorkflowTemplate",
  clusterwftmpl: "ClusterWorkflowTemplate",
  "cluster-template": "ClusterWorkflowTemplate",
  cronworkflow: "CronWorkflow",
  cronworkflows: "CronWorkflow",
  cronwf: "CronWorkflow",
  cwf: "CronWorkflow",
  cron: "CronWorkflow",
};

/** `workflowtemplate/NAME`, as `argo submit --from` takes it. */
export function parseFrom(text: string): DefinitionKey {
  const [word = "", name = "", ...more] = text.split("/");
  const known = word.toLowerCase();
  const kind = Object.hasOwn(kindWords, known) ? kindWords[known] : undefined;
  if (kind !== undefined && name !== "" && more.length === 0) return { kind, name };
  throw new MillraceError("cli/bad-arguments", "invalid", `--from '${text}' names no stored definition`, {
    hint: "Write workflowtemplate/NAME, clusterworkflowtemplate/NAME or cronwf/NAME.",
  });
}
