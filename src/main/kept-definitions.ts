/** Stored definitions of one kind as objects, for tasks that make, change and delete them. */
import type { StoreAnswer, StoreRequest } from "../api/definitions.ts";
import { MillraceError } from "../base/errors.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import { readMetadata } from "../executors/objects/name-objects.ts";
import type { ObjectCollection } from "../executors/objects/object-collection.ts";
import type { DefinitionKind } from "../model/run/definition.ts";
import type { Definition, DefinitionStore } from "../ports/definition-store.ts";

export interface DefinitionHands {
  readonly store: DefinitionStore;
  /** Checks a text and puts what it holds into the store. */
  put(request: StoreRequest): Promise<StoreAnswer>;
  readonly readText: (text: string) => readonly Json[];
}

const words: Readonly<Record<DefinitionKind, readonly [resource: string, ...words: string[]]>> = {
  WorkflowTemplate: ["workflowtemplates.argoproj.io", "workflowtemplate", "workflowtemplates", "wftmpl"],
  ClusterWorkflowTemplate: [
    "clusterworkflowtemplates.argoproj.io",
    "clusterworkflowtemplate",
    "clusterworkflowtemplates",
    "cwft",
  ],
  CronWorkflow: ["cronworkflows.argoproj.io", "cronworkflow", "cronworkflows", "cwf"],
  WorkflowEventBinding: [
    "workfloweventbindings.argoproj.io",
    "workfloweventbinding",
    "workfloweventbindings",
    "wfeb",
  ],
  ConfigMap: ["configmaps", "configmap", "cm"],
  Secret: ["secrets", "secret"],
};

/** Other processes may change a definition too: how often one that somebody waits for is looked at. */
const lookEveryMs = 1_000;

export function createKeptDefinitions(kind: DefinitionKind, hands: DefinitionHands): ObjectCollection {
  const { store } = hands;
  const [resource, ...short] = words[kind];
  const put = async (object: JsonObject, mode: StoreRequest["mode"]): Promise<void> => {
    const answer = await hands.put({
      source: JSON.stringify(object),
      file: "manifest",
      kinds: [kind],
      mode,
      strict: false,
    });
    if (!answer.ok) throw refuseDocument(kind, answer);
  };
  return {
    kind,
    words: short,
    resource,
    get: async (name) => {
      const found = await store.get({ kind, name });
      return found === undefined ? undefined : toObject(found, hands.readText);
    },
    list: async () => (await store.list({ kind })).map((one) => toObject(one, hands.readText)),
    create: (object) => put(object, "create"),
    replace: (_name, object) => put(dropStatus(object), "apply"),
    remove: (name) => store.remove({ kind, name }),
    watch: (_name, changed) => {
      const timer = setInterval(changed, lookEveryMs);
      return () => clearInterval(timer);
    },
  };
}

function refuseDocument(kind: string, { diagnostics }: Extract<StoreAnswer, { ok: false }>): MillraceError {
  const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
  return new MillraceError("object/invalid", "invalid", `the ${kind} is refused: ${errors.join("; ")}`);
}

function toObject(definition: Definition, readText: DefinitionHands["readText"]): JsonObject {
  const [object] = readText(definition.source);
  const document = isJsonObject(object) ? object : {};
  const created = new Date(definition.createdAt).toISOString().replace(/\.\d+Z$/, "Z");
  const facts = {
    uid: definition.uid,
    creationTimestamp: created,
    resourceVersion: String(definition.version),
  };
  const { suspend: _, schedule: __, ...status } = definition.status;
  const hasStatus = Object.keys(status).length > 0;
  return {
    ...document,
    metadata: { ...readMetadata(document), ...facts },
    ...(hasStatus ? { status } : {}),
  };
}

/** What the store knows by itself is no part of a definition. */
function dropStatus(object: JsonObject): JsonObject {
  const { status: _, ...rest } = object;
  const { uid: __, creationTimestamp: ___, resourceVersion: ____, ...metadata } = readMetadata(rest);
  return { ...rest, metadata };
}
