/**
 * Where an artifact comes from: literal text, another artifact of the run, or a key of the default repository.
 * Other drivers need a service, and say so.
 */
import type { Expression } from "../../../model/plan/expression.ts";
import type { FileValue } from "../../../model/plan/plan.ts";
import type { Artifact, ArtifactLocation } from "../read/types.ts";
import { dialects, intern, report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

/** Source of an artifact; undefined when the document gives none. */
export function lowerArtifactSource(
  desk: Lowering,
  artifact: Artifact,
  place: Place,
): FileValue | Expression | undefined {
  const { from, fromExpression, subPath, raw } = artifact;
  const optional = artifact.optional ?? false;
  if (raw !== undefined) {
    const text = raw.data ?? "";
    return text.includes("{{") ? intern(desk, dialects.text, text, "file") : { kind: "text", text };
  }
  if (from !== undefined && from !== "") return lowerReference(desk, from, subPath);
  if (fromExpression !== undefined && fromExpression !== "") {
    return intern(desk, optional ? dialects.optionalExpr : dialects.expr, fromExpression, "file");
  }
  const key = findRepositoryKey(artifact);
  if (key !== undefined)
    return lowerKey(desk, subPath === undefined || subPath === "" ? key : `${key}/${subPath}`, optional);
  const driver = findServiceDriver(artifact);
  if (driver !== undefined) reportDriver(desk, artifact.name ?? "", driver, place);
  return undefined;
}

function lowerReference(desk: Lowering, reference: string, subPath: string | undefined): Expression {
  const source = subPath === undefined || subPath === "" ? reference : `${reference}\n${subPath}`;
  return intern(desk, dialects.ref, source, "file");
}

function lowerKey(desk: Lowering, key: string, optional: boolean): FileValue | Expression {
  if (!key.includes("{{")) return { kind: "key", key, optional };
  return intern(desk, optional ? dialects.optionalKey : dialects.key, key, "file");
}

/** The key of an artifact that names only a key, so that it lies in the default repository. */
export function findRepositoryKey(location: ArtifactLocation): string | undefined {
  const { s3, gcs, oss, azure } = location;
  if (s3?.key !== undefined && s3.bucket === undefined && s3.endpoint === undefined) return s3.key;
  if (gcs?.key !== undefined && gcs.bucket === undefined) return gcs.key;
  if (oss?.key !== undefined && oss.bucket === undefined) return oss.key;
  if (azure?.blob !== undefined && azure.container === undefined) return azure.blob;
  return undefined;
}

const drivers = ["s3", "git", "http", "gcs", "azure", "oss", "hdfs", "artifactory", "plugin"] as const;

/** The driver of an artifact that needs a service; undefined for text and for keys of the default repository. */
export function findServiceDriver(location: ArtifactLocation): string | undefined {
  if (findRepositoryKey(location) !== undefined) return undefined;
  return drivers.find((driver) => location[driver] !== undefined);
}

/** Says that an artifact lies in a place that cannot be reached from here. */
export function reportDriver(desk: Lowering, name: string, driver: string, place: Place): void {
  report(
    desk,
    "error",
    "argo/unsupported-artifact-location",
    `artifact ${JSON.stringify(name)} is kept by ${driver}, which is not supported yet`,
    place,
    "leave out the location, or name only an s3 key: it is then kept in the local artifact store",
  );
}
