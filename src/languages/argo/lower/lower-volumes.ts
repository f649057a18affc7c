/**
 * Volumes and their mounts. A volume of an attempt is new and empty, a claim that a run makes is one directory for the
 * whole run, any other claim is one for all runs, and ConfigMaps, Secrets and the downward API are files with texts
 * (lower-text-volume.ts).
 */
import type { Templated } from "../../../model/plan/expression.ts";
import type { AttemptVolume } from "../../../model/run/attempt.ts";
import { hostPathTypes } from "../../../model/run/host-paths.ts";
import type { Template, Volume, VolumeMount } from "../read/types.ts";
import { lowerTextVolume } from "./lower-text-volume.ts";
import { lowerWord } from "./lower-words.ts";
import type { EnvText } from "./lower-words.ts";
import { lowerText, report } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

type LoweredVolume = Templated<AttemptVolume>;
type VolumeSource = LoweredVolume["source"];

/** Mounts of one container, each with where its content comes from. */
export function lowerMounts(
  desk: Lowering,
  mounts: readonly VolumeMount[],
  template: Template,
  variables: readonly EnvText[],
  place: Place,
): readonly LoweredVolume[] {
  return mounts.flatMap((mount) => {
    const { name = "", mountPath = "" } = mount;
    const volume = findVolume(desk, name, template);
    const source = findVolumeSource(desk, mount, volume, template, place);
    if (source === undefined) return [];
    const subPath = lowerSubPath(desk, mount, variables);
    return [
      {
        name,
        mountPath: lowerText(desk, mountPath),
        ...(subPath === "" ? {} : { subPath }),
        readOnly: mount.readOnly === true || volume?.persistentVolumeClaim?.readOnly === true,
        source,
      },
    ];
  });
}

/** `subPathExpr` may name variables of the container, as its command line may (Kubernetes core/v1, VolumeMount). */
function lowerSubPath(
  desk: Lowering,
  { subPath = "", subPathExpr = "" }: VolumeMount,
  variables: readonly EnvText[],
): LoweredVolume["subPath"] & {} {
  return subPathExpr === "" ? lowerText(desk, subPath) : lowerWord(desk, subPathExpr, variables);
}

/** A template's own volume hides the workflow's volume of the same name. */
function findVolume(desk: Lowering, name: string, { volumes = [] }: Template): Volume | undefined {
  return volumes.find((one) => one.name === name) ?? desk.runVolumes.find((one) => one.name === name);
}

function findVolumeSource(
  desk: Lowering,
  mount: VolumeMount,
  volume: Volume | undefined,
  template: Template,
  place: Place,
): VolumeSource | undefined {
  const { name = "" } = mount;
  if (volume === undefined) {
    if (desk.claimNames.has(name)) return { kind: "run", key: name };
    report(
      desk,
      "error",
      "argo/unknown-volume",
      `volume ${JSON.stringify(name)} is mounted but not declared`,
      place,
      "declare it in spec.volumes, spec.volumeClaimTemplates or the template's volumes",
    );
    return undefined;
  }
  if (volume.emptyDir !== undefined || volume.ephemeral !== undefined) return { kind: "attempt" };
  if (volume.persistentVolumeClaim !== undefined) {
    return { kind: "run", key: lowerText(desk, volume.persistentVolumeClaim.claimName ?? ""), lasts: true };
  }
  const texts = lowerTextVolume(desk, volume, template, place);
  if (texts !== undefined) return texts;
  if (volume.hostPath !== undefined) return lowerHostPath(desk, volume, mount, place);
  const kind = Object.keys(volume).find((field) => field !== "name") ?? "nothing";
  report(
    desk,
    "error",
    "argo/unsupported-volume",
    `volume ${JSON.stringify(name)} is of kind ${kind}, which needs a cluster`,
    place,
    "use emptyDir, a claim, a configMap, a secret, a projected volume, downwardAPI or a hostPath",
  );
  return undefined;
}

/** Whether it may be mounted is known where it runs; what is plain to see is told before that. */
function lowerHostPath(
  desk: Lowering,
  volume: Volume,
  mount: VolumeMount,
  place: Place,
): VolumeSource | undefined {
  const { path = "", type = "" } = volume.hostPath ?? {};
  const isPlain = !path.includes("{{");
  const problem =
    isPlain && (!path.startsWith("/") || path.split("/").includes(".."))
      ? `the path ${JSON.stringify(path)} must be absolute and without '..'`
      : !hostPathTypes.some((known) => known === type) && !type.includes("{{")
        ? `${JSON.stringify(type)} is no type of a path`
        : undefined;
  if (problem !== undefined) {
    report(
      desk,
      "error",
      "argo/unsupported-volume",
      `volume ${JSON.stringify(volume.name)}: ${problem}`,
      place,
    );
    return undefined;
  }
  const wanted = mount.readOnly === true ? `${path}:ro` : path;
  if (isPlain && !desk.hostPaths.has(wanted)) desk.hostPaths.set(wanted, place);
  return { kind: "host", path: lowerText(desk, path), type: lowerText(desk, type) };
}
