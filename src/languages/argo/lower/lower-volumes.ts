/**
 * Volumes and their mounts. A volume of an attempt is new and empty, a claim that a run makes is one directory for the
 * whole run, any other claim is one for all runs, and ConfigMaps and Secrets are files with the texts that came with the submission.
 */
import type { Templated } from "../../../model/plan/expression.ts";
import type { AttemptVolume } from "../../../model/run/attempt.ts";
import { hostPathTypes } from "../../../model/run/host-paths.ts";
import type { KeyToPath, Volume, VolumeMount } from "../read/types.ts";
import { describeMissing, hintMissing } from "./lower-environment.ts";
import { lowerText, report, settleText } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

type LoweredVolume = Templated<AttemptVolume>;
type VolumeSource = LoweredVolume["source"];

/** Mounts of one container, each with where its content comes from. */
export function lowerMounts(
  desk: Lowering,
  mounts: readonly VolumeMount[],
  volumes: readonly Volume[],
  place: Place,
): readonly LoweredVolume[] {
  return mounts.flatMap((mount) => {
    const { name = "", mountPath = "", subPath } = mount;
    const source = findVolumeSource(desk, mount, volumes, place);
    if (source === undefined) return [];
    return [
      {
        name,
        mountPath: lowerText(desk, mountPath),
        ...(subPath === undefined || subPath === "" ? {} : { subPath: lowerText(desk, subPath) }),
        readOnly: mount.readOnly ?? false,
        source,
      },
    ];
  });
}

function findVolumeSource(
  desk: Lowering,
  mount: VolumeMount,
  volumes: readonly Volume[],
  place: Place,
): VolumeSource | undefined {
  const { name = "" } = mount;
  // A template's own volume hides the workflow's volume of the same name.
  const volume = volumes.find((one) => one.name === name) ?? desk.runVolumes.find((one) => one.name === name);
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
  if (volume.configMap !== undefined) {
    const { name: from = "", items, optional, defaultMode } = volume.configMap;
    return lowerTexts(desk, "ConfigMap", from, { items, optional, defaultMode }, place);
  }
  if (volume.secret !== undefined) {
    const { secretName: from = "", items, optional, defaultMode } = volume.secret;
    return lowerTexts(desk, "Secret", from, { items, optional, defaultMode }, place);
  }
  if (volume.hostPath !== undefined) return lowerHostPath(desk, volume, mount, place);
  const kind = Object.keys(volume).find((field) => field !== "name") ?? "nothing";
  report(
    desk,
    "error",
    "argo/unsupported-volume",
    `volume ${JSON.stringify(name)} is of kind ${kind}, which needs a cluster`,
    place,
    "use emptyDir, a claim, a configMap, a secret or a hostPath",
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

function lowerTexts(
  desk: Lowering,
  kind: "ConfigMap" | "Secret",
  from: string,
  { items, optional, defaultMode }: TextWishes,
  place: Place,
): VolumeSource {
  const name = settleText(desk, from);
  const values = (kind === "Secret" ? desk.around.secrets : desk.around.configMaps).get(name);
  if (values === undefined) {
    if (optional !== true) {
      report(
        desk,
        "error",
        kind === "Secret" ? "argo/unknown-secret" : "argo/unknown-config-map",
        describeMissing(kind, name),
        place,
        hintMissing(kind, name),
      );
    }
    return makeTexts(kind, []);
  }
  const wanted: readonly KeyToPath[] =
    items === undefined || items.length === 0 ? [...values.keys()].map((key) => ({ key, path: key })) : items;
  const files: [string, string][] = [];
  const modes: [string, number][] = [];
  for (const { key = "", path = "", mode = defaultMode } of wanted) {
    const text = values.get(key);
    if (text === undefined) continue;
    files.push([path, text]);
    if (mode !== undefined) modes.push([path, mode & 0o777]);
  }
  return makeTexts(kind, files, modes);
}

interface TextWishes {
  readonly items: readonly KeyToPath[] | undefined;
  readonly optional: boolean | undefined;
  readonly defaultMode: number | undefined;
}

function makeTexts(
  kind: "ConfigMap" | "Secret",
  files: readonly (readonly [string, string])[],
  modes: readonly (readonly [string, number])[] = [],
): VolumeSource {
  return {
    kind: "text",
    files: Object.fromEntries(files),
    ...(modes.length === 0 ? {} : { modes: Object.fromEntries(modes) }),
    ...(kind === "Secret" ? { secret: true } : {}),
  };
}
