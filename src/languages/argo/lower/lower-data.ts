/** Data templates: the keys at a place, and what expressions make of them (Argo fields.md, Data). */
import { localDriver } from "../../../model/data/storage-place.ts";
import type { StoragePlace } from "../../../model/data/storage-place.ts";
import type { Templated } from "../../../model/plan/expression.ts";
import type { Body } from "../../../model/plan/plan.ts";
import type { Artifact, DataTemplate, Template } from "../read/types.ts";
import { findBase, locateArtifact, withKey } from "./locate-artifact.ts";
import { describePlace, lowerPlace } from "./lower-place.ts";
import { dialects, intern, lowerText, report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

export function lowerData(desk: Lowering, template: Template, data: DataTemplate, place: Place): Body {
  const at: Place = { document: place.document, path: [...place.path, "data", "source", "artifactPaths"] };
  const artifact = data.source?.artifactPaths;
  if (artifact === undefined) {
    const message = `template ${JSON.stringify(template.name ?? "")} has no source of data`;
    report(desk, "error", "argo/unsupported-data", message, place, "give it a source with artifactPaths");
    return { kind: "eval" };
  }
  const expressions = (data.transformation ?? []).flatMap(({ expression }) =>
    expression === undefined || expression === "" ? [] : [expression],
  );
  return {
    kind: "listing",
    place: locateList(desk, artifact, template, at),
    result: intern(desk, dialects.data, JSON.stringify(expressions), "text"),
  };
}

/** Without a key, everything that the repository holds is listed; without a repository, what lies on this machine. */
function locateList(
  desk: Lowering,
  artifact: Artifact,
  template: Template,
  place: Place,
): Templated<StoragePlace> {
  const located = locateArtifact(desk, artifact, template.archiveLocation);
  const base = findBase(desk, template.archiveLocation);
  if (located?.kind === "key")
    return { driver: localDriver, key: lowerText(desk, located.key), settings: {} };
  const location = located?.location ?? (base === undefined ? undefined : withKey(base, ""));
  if (location === undefined) return { driver: localDriver, key: "", settings: {} };
  return lowerPlace(desk, describePlace(desk, location, place));
}
