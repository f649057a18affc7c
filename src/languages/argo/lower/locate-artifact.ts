/**
 * Where an artifact is kept: at a place of its own, below the repository that is configured, or, when none is, under a key
 * of the local one (Argo docs: key-only artifacts, configure-artifact-repository).
 */
import type { JsonObject } from "../../../base/json.ts";
import { isJsonObject } from "../../../base/json.ts";
import type { ArtifactLocation } from "../read/types.ts";
import { keyFields } from "./driver-location.ts";
import type { DriverLocation, DriverName } from "./driver-location.ts";
import type { Lowering } from "./lowering.ts";

/** The driver that a location names; undefined for none, and for literal text. */
export function findDriver(location: ArtifactLocation | undefined): DriverLocation | undefined {
  if (location === undefined) return undefined;
  for (const driver of Object.keys(keyFields) as DriverName[]) {
    // What the decoder leaves of a document is plain JSON.
    const fields: unknown = location[driver];
    if (isJsonObject(fields)) return { driver, fields: fields as JsonObject };
  }
  return undefined;
}

/** What names the storage, by driver: with one of them, a location stands for itself. */
const storageFields: Readonly<Record<DriverName, readonly string[]>> = {
  s3: ["bucket", "endpoint"],
  gcs: ["bucket"],
  oss: ["bucket"],
  azure: ["container"],
  hdfs: ["addresses"],
  git: ["repo"],
  http: ["url"],
  artifactory: ["url"],
  plugin: ["name"],
};

function namesStorage({ driver, fields }: DriverLocation): boolean {
  return storageFields[driver].some((field) => fields[field] !== undefined && fields[field] !== "");
}

/** The key of a location; undefined when it has none. */
export function findKeyOf({ driver, fields }: DriverLocation): string | undefined {
  const key = fields[keyFields[driver]];
  return typeof key === "string" && key !== "" ? key : undefined;
}

/** The same location with another key. */
export function withKey(location: DriverLocation, key: string): DriverLocation {
  const { driver, fields } = location;
  return { driver, fields: { ...fields, [keyFields[driver]]: key } };
}

export type Located =
  /** In the local repository. */
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "place"; readonly location: DriverLocation };

/** Where an artifact lies that names a driver; undefined when it names none. */
export function locateArtifact(
  desk: Lowering,
  artifact: ArtifactLocation,
  archiveLocation: ArtifactLocation | undefined,
): Located | undefined {
  const own = findDriver(artifact);
  if (own === undefined) return undefined;
  const key = findKeyOf(own);
  const base = findBase(desk, archiveLocation);
  if (namesStorage(own)) return { kind: "place", location: completeFrom(own, base) };
  if (key === undefined) return undefined;
  return base === undefined ? { kind: "key", key } : { kind: "place", location: moveBelow(base, key) };
}

/** Where an output lies that names no driver: below the pattern of the repository, under its own name. */
export function locateOutput(
  desk: Lowering,
  fileName: string,
  archiveLocation: ArtifactLocation | undefined,
): DriverLocation | undefined {
  const base = findBase(desk, archiveLocation);
  if (base === undefined) return undefined;
  const key = findKeyOf(base);
  return withKey(base, key === undefined ? fileName : `${key.replace(/\/$/u, "")}/${fileName}`);
}

/** What stands where a location says only a part: the template's own, or the repository of the run. */
export function findBase(
  desk: Lowering,
  archiveLocation: ArtifactLocation | undefined,
): DriverLocation | undefined {
  const own = findDriver(archiveLocation);
  return own !== undefined && namesStorage(own) && findKeyOf(own) !== undefined
    ? own
    : desk.repository?.location;
}

/** A bucket of its own in the storage that is configured: only the address and who asks are missing. */
function completeFrom(own: DriverLocation, base: DriverLocation | undefined): DriverLocation {
  if (own.driver !== "s3" || base?.driver !== "s3" || own.fields["endpoint"] !== undefined) return own;
  return { driver: "s3", fields: { ...base.fields, ...own.fields } };
}

/** A key is below the address of a repository that has one, and stands for itself in all others. */
function moveBelow(base: DriverLocation, key: string): DriverLocation {
  const { root } = base.fields;
  return withKey(base, typeof root === "string" ? `${root.replace(/\/$/u, "")}/${key}` : key);
}
