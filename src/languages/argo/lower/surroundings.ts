/** What comes with a submission: the namespace, ConfigMaps and Secrets, and the name of the run. */
import { writeByteText } from "../../../base/byte-text.ts";
import type { Diagnostic } from "../../../base/diagnostic.ts";
import { isJsonObject } from "../../../base/json.ts";
import type { Json, JsonObject } from "../../../base/json.ts";
import { decodeBase64, encodeBase64 } from "../../../expressions/go/base64.ts";
import type { Submission } from "../../../model/run/language.ts";
import type { ArgoDocument, ObjectMeta } from "../read/types.ts";
import { describeProblem } from "./lowering.ts";
import type { Surroundings } from "./lowering.ts";
import { toTextOfBytes } from "./text-of-bytes.ts";

type Texts = Map<string, ReadonlyMap<string, string>>;

/**
 * ConfigMaps and Secrets may stand in the facts (`configMaps`, `secrets`: text by key by name) or among the documents.
 * What is wrong with them is added to `diagnostics`.
 */
export function createSurroundings(
  meta: ObjectMeta,
  others: readonly ArgoDocument[],
  submission: Submission,
  diagnostics: Diagnostic[],
): Surroundings {
  const { facts } = submission;
  const configMaps = readTexts(facts["configMaps"]);
  const binaryData: Texts = new Map();
  const secrets = readTexts(facts["secrets"]);
  const usualRepositories = new Map<string, string>();
  for (const document of others) {
    if (document.kind !== "Other") continue;
    const { value, objectKind } = document;
    const metadata = value["metadata"];
    const name = isJsonObject(metadata) ? metadata["name"] : undefined;
    if (typeof name !== "string") continue;
    const usual = isJsonObject(metadata) ? findUsualRepository(metadata["annotations"]) : undefined;
    if (usual !== undefined) usualRepositories.set(name, usual);
    if (objectKind === "ConfigMap") {
      configMaps.set(
        name,
        readMembers(value["data"], (text) => text),
      );
      binaryData.set(name, readBinaries(document, name, diagnostics));
    }
    if (objectKind === "Secret") {
      // What was taken out of the document before it came here stands in the facts.
      secrets.set(name, new Map([...(secrets.get(name) ?? []), ...readSecretTexts(value)]));
    }
  }
  const namespace = facts["namespace"];
  return {
    namespace: meta.namespace ?? (typeof namespace === "string" && namespace !== "" ? namespace : "default"),
    facts,
    configMaps,
    binaryData,
    secrets,
    usualRepositories,
  };
}

/** Argo docs, artifact-repository-ref. */
function findUsualRepository(annotations: Json | undefined): string | undefined {
  const key = isJsonObject(annotations)
    ? annotations["workflows.argoproj.io/default-artifact-repository"]
    : undefined;
  return typeof key === "string" && key !== "" ? key : undefined;
}

/** A given name, or a prefix with the suffix that the submission brings; names are lower case in Argo. */
export function createName(meta: ObjectMeta, submission: Submission): string {
  if (submission.name !== undefined && submission.name !== "") return submission.name;
  const prefix = submission.namePrefix;
  if (meta.name !== undefined && meta.name !== "" && (prefix === undefined || prefix === ""))
    return meta.name;
  const suffix = submission.facts["suffix"];
  return `${prefix ?? meta.generateName ?? "workflow-"}${typeof suffix === "string" ? suffix : ""}`;
}

function readTexts(value: Json | undefined): Texts {
  const texts: Texts = new Map();
  if (!isJsonObject(value)) return texts;
  for (const [name, members] of Object.entries(value))
    texts.set(
      name,
      readMembers(members, (text) => text),
    );
  return texts;
}

function readMembers(
  value: Json | undefined,
  read: (text: string, key: string) => string | undefined,
): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  if (!isJsonObject(value)) return members;
  for (const [key, text] of Object.entries(value)) {
    const member = typeof text === "string" ? read(text, key) : undefined;
    if (member !== undefined) members.set(key, member);
  }
  return members;
}

/** The texts of a Secret by key: `data` is base64, `stringData` counts over it (Kubernetes core/v1, Secret). */
export function readSecretTexts(secret: JsonObject): ReadonlyMap<string, string> {
  const encoded = readMembers(secret["data"], decodeSecret);
  return new Map([...encoded, ...readMembers(secret["stringData"], (text) => text)]);
}

/** Text that is not base64 is taken as it is. */
function decodeSecret(text: string): string {
  const bytes = decodeBase64(text);
  return typeof bytes === "number" ? text : toTextOfBytes(bytes);
}

/** Kubernetes core/v1, ConfigMap.binaryData: always base64. */
function readBinaries(
  document: Extract<ArgoDocument, { readonly kind: "Other" }>,
  name: string,
  diagnostics: Diagnostic[],
): ReadonlyMap<string, string> {
  return readMembers(document.value["binaryData"], (text, key) => {
    const bytes = decodeBase64(text);
    if (typeof bytes !== "number") return writeByteText(encodeBase64(bytes));
    const message = `binaryData ${JSON.stringify(key)} of ConfigMap ${name} must be base64 text`;
    const hint = "encode it, or keep it as text in data";
    diagnostics.push(
      describeProblem("error", "argo/not-base64", message, { document, path: ["binaryData", key] }, hint),
    );
    return undefined;
  });
}
