/**
 * Volumes that lie outside of the attempt's directory: those of a run, those that outlive runs, and what of the machine may be
 * mounted. Each is a directory that a link in the attempt's root leads to.
 */
import { existsSync, lstatSync, mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Result } from "../../base/result.ts";
import { err, ok } from "../../base/result.ts";
import type { AttemptOrder, AttemptProblem, AttemptVolume } from "../../model/run/attempt.ts";
import type { HostPathRule } from "../../model/run/host-paths.ts";
import { attemptFiles } from "../../ports/attempt-directory.ts";
import { findHostPlace } from "./host-volumes.ts";

export interface VolumePlaces {
  readonly runsFolder: string;
  /** Directories that outlive the runs which mount them. */
  readonly claimsFolder: string;
  /** What of the machine may be mounted; absent: nothing. */
  readonly hostPaths?: readonly HostPathRule[];
  /** Folder name of a run; its id when the run is not known by a name. */
  readonly nameOf: (runId: string) => string;
}

/** What lies outside of the attempt's directory is one directory that every attempt links to. */
export function layVolume(
  options: VolumePlaces,
  order: AttemptOrder,
  directory: string,
  volume: AttemptVolume,
  index: number,
): AttemptProblem | undefined {
  const { source, mountPath } = volume;
  if (source.kind !== "run" && source.kind !== "host") return undefined;
  if (source.kind === "run" && source.lasts === true && !isClaimName(source.key))
    return refuseClaim(volume.name, source.key);
  const found =
    source.kind === "run"
      ? makeShared(findSharedFolder(options, order, source), volume)
      : findHostPlace({ ...volume, ...source }, options.hostPaths ?? []);
  if (!found.ok) return found.error;
  const link = join(directory, attemptFiles.root, join("/", mountPath));
  mkdirSync(dirname(link), { recursive: true });
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) return undefined;
  // Relative, because a sandbox shows such volumes beside the root of the attempt, and not at their place on the machine.
  const place = source.kind === "run" ? found.value : nameHostPlace(directory, index, found.value);
  symlinkSync(relative(realpathSync(dirname(link)), place), link);
  return undefined;
}

/** Kubernetes: a DNS subdomain name. Anything else would be another claim than is meant, or all of them. */
function isClaimName(text: string): boolean {
  return /^[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/u.test(text);
}

function refuseClaim(name: string, claim: string): AttemptProblem {
  const message = `the volume ${name} cannot be mounted: ${JSON.stringify(claim)} is no name of a claim (lower case letters, digits, - and .)`;
  return { kind: "start-refused", code: "volume/bad-claim", message };
}

/** Each mount has a name of its own beside the root, because one place may be mounted to be written and to be read only. */
function nameHostPlace(directory: string, index: number, place: string): string {
  const name = join(directory, ".host", String(index));
  mkdirSync(dirname(name), { recursive: true });
  if (lstatSync(name, { throwIfNoEntry: false }) === undefined) symlinkSync(place, name);
  return join(realpathSync(dirname(name)), String(index));
}

/** No name leads out of the folder of its kind. */
function findSharedFolder(
  { runsFolder, claimsFolder, nameOf }: VolumePlaces,
  { runId }: AttemptOrder,
  { key, lasts }: Extract<AttemptVolume["source"], { kind: "run" }>,
): string {
  const folder = lasts === true ? claimsFolder : join(runsFolder, nameOf(runId), "volumes");
  return join(folder, join("/", key));
}

/** A task may have left links in a volume; the next one that mounts a part of it must not follow them out of it. */
function makeShared(folder: string, { name, subPath }: AttemptVolume): Result<string, AttemptProblem> {
  mkdirSync(folder, { recursive: true });
  const whole = realpathSync(folder);
  const part = join(whole, join("/", subPath ?? "/"));
  const first = findNearest(part);
  const isInside = (path: string): boolean => path === whole || path.startsWith(`${whole}/`);
  if (isInside(first)) {
    // It may name a file that an earlier attempt has left in the volume.
    if (!existsSync(part)) mkdirSync(part, { recursive: true });
    if (isInside(realpathSync(part))) return ok(part);
  }
  const message = `the volume ${name} cannot be mounted: its subPath '${subPath}' leads out of it by a link`;
  return err({ kind: "start-refused", code: "volume/leads-out", message });
}

/** Where the nearest part of a path that is there really lies. */
function findNearest(path: string): string {
  for (let at = path; ; at = dirname(at))
    if (lstatSync(at, { throwIfNoEntry: false }) !== undefined) return realOrPath(at);
}

function realOrPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // A link that leads nowhere would make something elsewhere.
    return "/";
  }
}

/** Folders outside of the attempt's directory that its commands were given, but for those of the machine. */
export function listVolumeFolders(options: VolumePlaces, order: AttemptOrder): readonly string[] {
  return order.commands
    .flatMap(({ volumes }) => volumes)
    .flatMap(({ source }) => (source.kind === "run" ? [findSharedFolder(options, order, source)] : []));
}
