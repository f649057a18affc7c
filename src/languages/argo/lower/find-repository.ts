/**
 * The artifact repository of a run (Argo docs: artifact-repository-ref): the one that the document refers to, else the
 * default of the ConfigMap `artifact-repositories`, else none, and then artifacts stay on this machine.
 */
import { isJsonObject } from "../../../base/json.ts";
import type { Json, JsonObject } from "../../../base/json.ts";
import { decodeObject } from "../read/decode.ts";
import { getObjectType } from "../read/fields/field-types.ts";
import { findYamlValue } from "../read/load-any-yaml.ts";
import { createReadProblems } from "../read/read-problems.ts";
import type { WorkflowSpec } from "../read/types.ts";
import { keyFields } from "./driver-location.ts";
import type { DriverLocation, DriverName, Repository } from "./driver-location.ts";
import { report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

const usualConfigMap = "artifact-repositories";

/** Argo's DefaultArchivePattern. */
const usualPattern = "{{workflow.name}}/{{pod.name}}";

/** Undefined keeps artifacts on this machine. */
export function findRepository(desk: Lowering, spec: WorkflowSpec, place: Place): Repository | undefined {
  const { configMap = usualConfigMap, key } = spec.artifactRepositoryRef ?? {};
  const texts = desk.around.configMaps.get(configMap);
  const isNamed = spec.artifactRepositoryRef !== undefined;
  if (texts === undefined) {
    if (isNamed) warnAboutMissing(desk, configMap, place);
    return undefined;
  }
  const wanted = key ?? desk.around.usualRepositories.get(configMap);
  // A ConfigMap without a default is there for those who ask for a key.
  if (wanted === undefined && !isNamed) return undefined;
  const text = texts.get(wanted ?? "");
  if (text === undefined) {
    const which =
      wanted === undefined ? "names no default repository" : `has no key ${JSON.stringify(wanted)}`;
    refuse(desk, `ConfigMap ${configMap} ${which}`, place, `it has: ${[...texts.keys()].join(", ")}`);
    return undefined;
  }
  return readRepository(desk, text, `key ${wanted ?? ""} of ConfigMap ${configMap}`, place);
}

/** Documents are run unchanged where their repository is not configured. */
function warnAboutMissing(desk: Lowering, configMap: string, place: Place): void {
  report(
    desk,
    "warning",
    "argo/unknown-artifact-repository",
    `ConfigMap ${configMap} of the artifact repository is not stored; artifacts stay on this machine`,
    place,
    `bring a ConfigMap named ${JSON.stringify(configMap)} with --with FILE`,
  );
}

function refuse(desk: Lowering, message: string, place: Place, hint?: string): void {
  report(desk, "error", "argo/unknown-artifact-repository", message, place, hint);
}

function readRepository(desk: Lowering, text: string, what: string, place: Place): Repository | undefined {
  const value = findYamlValue(text);
  const problems = createReadProblems(true, 10_000);
  const decoded = isJsonObject(value)
    ? decodeObject(getObjectType("ArtifactRepository"), value, problems)
    : undefined;
  const [problem] = problems.list;
  if (decoded === undefined || problem !== undefined) {
    refuse(desk, `${what} is no artifact repository: ${problem?.message ?? "it is no map"}`, place);
    return undefined;
  }
  // What the decoder leaves is plain JSON.
  const repository = decoded as JsonObject;
  for (const driver of Object.keys(keyFields) as DriverName[]) {
    const fields = repository[driver];
    if (isJsonObject(fields))
      return {
        location: toLocation(driver, fields as JsonObject),
        archiveLogs: repository["archiveLogs"] === true,
      };
  }
  refuse(desk, `${what} names no storage`, place, `name one of ${Object.keys(keyFields).join(", ")}`);
  return undefined;
}

/** The pattern becomes the key of the location (Argo, IntoArtifactLocation). */
function toLocation(driver: DriverName, fields: JsonObject): DriverLocation {
  const { keyFormat, keyPrefix, blobNameFormat, pathFormat, repoURL, ...rest } = fields;
  const given = [keyFormat, blobNameFormat, pathFormat].find((format) => isText(format));
  const pattern = isText(given) ? given : isText(keyPrefix) ? `${keyPrefix}/${usualPattern}` : usualPattern;
  const key = isText(repoURL) ? `${repoURL.replace(/\/$/u, "")}/${pattern}` : pattern;
  return {
    driver,
    fields: { ...rest, [keyFields[driver]]: key, ...(isText(repoURL) ? { root: repoURL } : {}) },
  };
}

function isText(value: Json | undefined): value is string {
  return typeof value === "string" && value !== "";
}
