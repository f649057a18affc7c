/** Where an artifact comes from: literal text, another artifact of the run, a key of the local repository, or a place elsewhere. */
import type { Json } from "../../../base/json.ts";
import type { CopyRemoval } from "../../../model/data/artifact.ts";
import type { Expression } from "../../../model/plan/expression.ts";
import type { FileValue, TaskTemplate } from "../../../model/plan/plan.ts";
import type { Artifact, ArtifactLocation } from "../read/types.ts";
import { locateArtifact, locateOutput } from "./locate-artifact.ts";
import type { DriverLocation } from "./driver-location.ts";
import { describePlace, lowerPlace } from "./lower-place.ts";
import { dialects, intern, lowerText, report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

/** Source of an artifact; undefined when the document gives none. `archiveLocation` is that of its template. */
export function lowerArtifactSource(
  desk: Lowering,
  artifact: Artifact,
  place: Place,
  archiveLocation?: ArtifactLocation,
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
  const located = locateArtifact(desk, artifact, archiveLocation);
  if (located === undefined) return undefined;
  const below = subPath === undefined || subPath === "" ? undefined : subPath;
  if (located.kind === "place") return lowerForeign(desk, located.location, below, optional, place);
  return lowerKey(desk, below === undefined ? located.key : `${located.key}/${below}`, optional);
}

function lowerReference(desk: Lowering, reference: string, subPath: string | undefined): Expression {
  const source = subPath === undefined || subPath === "" ? reference : `${reference}\n${subPath}`;
  return intern(desk, dialects.ref, source, "file");
}

function lowerKey(desk: Lowering, key: string, optional: boolean): FileValue | Expression {
  if (!key.includes("{{")) return { kind: "key", key, optional };
  return intern(desk, optional ? dialects.optionalKey : dialects.key, key, "file");
}

function lowerForeign(
  desk: Lowering,
  location: DriverLocation,
  subPath: string | undefined,
  optional: boolean,
  place: Place,
): FileValue | Expression {
  const described = describePlace(desk, location, place);
  const whole: FileValue = { kind: "place", place: described, optional };
  const file = subPath === undefined ? whole : takePartOfPlace(whole, subPath);
  // A file value is plain JSON.
  const source = JSON.stringify(file as unknown as Json);
  return source.includes("{{") ? intern(desk, dialects.items, source, "file") : file;
}

/** A part of what lies at a place: a key below its key, or, where keys are whole repositories, a path inside. */
export function takePartOfPlace(file: Extract<FileValue, { kind: "place" }>, below: string): FileValue {
  const { place, subPath } = file;
  if (place.driver !== "git")
    return { ...file, place: { ...place, key: `${place.key.replace(/\/$/u, "")}/${below}` } };
  return { ...file, subPath: subPath === undefined ? below : `${subPath}/${below}` };
}

type OutputPlace = Pick<TaskTemplate["outputArtifacts"][number], "key" | "place" | "removal">;

/** Argo fields.md, ArtifactGC: strategies by name; `Never` and none leave what was stored. */
const removals: Readonly<Record<string, CopyRemoval>> = {
  OnWorkflowCompletion: "run-ended",
  OnWorkflowDeletion: "run-deleted",
};

function findRemoval(desk: Lowering, artifact: Artifact, place: Place): { readonly removal?: CopyRemoval } {
  const strategy = artifact.artifactGC?.strategy ?? desk.outputRemoval;
  if (strategy === undefined || strategy === "" || strategy === "Never") return {};
  const removal = Object.hasOwn(removals, strategy) ? removals[strategy] : undefined;
  if (removal !== undefined) return { removal };
  const message = `artifactGC strategy ${JSON.stringify(strategy)} is unknown; nothing is removed`;
  const hint = `use one of ${[...Object.keys(removals), "Never"].join(", ")}`;
  report(desk, "warning", "argo/unknown-removal", message, place, hint);
  return {};
}

/** Where an output of a task is stored besides being kept; neither when only the run needs it. */
export function lowerOutputPlace(
  desk: Lowering,
  artifact: Artifact,
  place: Place,
  archiveLocation: ArtifactLocation | undefined,
): OutputPlace {
  const located = locateArtifact(desk, artifact, archiveLocation);
  const removal = findRemoval(desk, artifact, place);
  if (located?.kind === "key") return { key: lowerText(desk, located.key), ...removal };
  const location = located?.location ?? locateOutput(desk, outputFileName(artifact), archiveLocation);
  if (location === undefined) return {};
  if (location.driver === "git") {
    const name = JSON.stringify(artifact.name ?? "");
    const message = `output artifact ${name} cannot be kept by git, which is only read from`;
    report(
      desk,
      "error",
      "argo/unsupported-artifact-location",
      message,
      place,
      "push it in a task, or name an s3 key",
    );
    return {};
  }
  return { place: lowerPlace(desk, describePlace(desk, location, place)), ...removal };
}

/** The name that Argo's executor gives to what it stores: by the archive, or the file's own. */
function outputFileName({ name = "", path = "", archive }: Artifact): string {
  if (archive?.none !== undefined) return path.split("/").findLast((part) => part !== "") ?? name;
  return `${name}${archive?.zip === undefined ? ".tgz" : ".zip"}`;
}
