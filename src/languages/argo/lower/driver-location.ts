/** Locations of artifacts by their drivers, apart from what becomes of them. */
import type { JsonObject } from "../../../base/json.ts";

/** Drivers and the field that says where in their storage something lies. */
export const keyFields = {
  s3: "key",
  git: "repo",
  http: "url",
  gcs: "key",
  azure: "blob",
  oss: "key",
  hdfs: "path",
  artifactory: "url",
  plugin: "key",
} as const;

export type DriverName = keyof typeof keyFields;

/** A location with one driver, and its fields as the document has them. */
export interface DriverLocation {
  readonly driver: DriverName;
  readonly fields: JsonObject;
}

/** A repository as documents use it. */
export interface Repository {
  /** Its key is the pattern below which outputs lie that have no key of their own. */
  readonly location: DriverLocation;
  readonly archiveLogs: boolean;
}
