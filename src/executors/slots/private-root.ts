/**
 * An attempt's private copy of the absolute paths it uses: `/tmp/x` lies at `<attempt directory>/root/tmp/x`.
 *
 * The runtime lays input files there before the start and reads outputs from there after the end. This file prepares
 * what both executors need around that: volumes, parents of outputs, and copies of host files that are declared as
 * outputs (a document may well keep `/etc/hosts` as an artifact).
 */
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { Dirent } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";
import { findByteText } from "../../base/byte-text.ts";
import type { AttemptOrder, AttemptProblem, AttemptVolume } from "../../model/run/attempt.ts";
import { attemptFiles } from "../../ports/attempt-directory.ts";

/** Directories that are always private: nothing of the host shows there. */
export const alwaysPrivate: readonly string[] = ["/tmp", "/var/tmp"];

/** Where an absolute path of the command lies on the host. */
export function privatePath(directory: string, path: string): string {
  return join(directory, attemptFiles.root, path);
}

/** Whether `path` is `parent` or lies below it. */
export function isAtOrBelow(path: string, parent: string): boolean {
  return path === parent || path.startsWith(parent === "/" ? "/" : `${parent}/`);
}

/** An absolute path without `.`, `..`, doubled and trailing slashes. */
export function tidyPath(path: string): string {
  return join("/", path).replace(/(?<=.)\/+$/, "");
}

/** All absolute paths that the order names: inputs, outputs and mounts, without `/` itself; each once. */
export function listDeclaredPaths(order: AttemptOrder): readonly string[] {
  const paths = new Set<string>();
  const add = (path: string): void => void paths.add(path === "" ? "/" : tidyPath(path));
  for (const { path } of order.inputs) add(path);
  for (const { path } of order.outputParameters) add(path);
  for (const { path } of order.outputArtifacts) add(path);
  for (const { volumes } of order.commands) for (const { mountPath } of volumes) add(mountPath);
  paths.delete("/");
  return [...paths];
}

/**
 * Lays volumes, makes the parents of declared outputs that every container has, and copies host files that are declared as outputs.
 * Everything that is there already (because the runtime laid it) stays as it is.
 */
export function prepareRoot(order: AttemptOrder, directory: string): AttemptProblem | undefined {
  for (const command of order.commands) {
    for (const volume of command.volumes) {
      const problem = layVolume(volume, order, directory);
      if (problem !== undefined) return problem;
    }
  }
  for (const output of [...order.outputParameters, ...order.outputArtifacts]) {
    const path = tidyPath(output.path);
    if (path === "/") continue;
    const target = privatePath(directory, path);
    if (isUsualDirectory(dirname(path))) makeDirectory(dirname(target));
    copyHostFile(path, target);
  }
  return undefined;
}

/**
 * A directory that a container has as well. All others the command makes itself, and it may well fail when they are
 * there already (`os.mkdir("/mnt/out")`).
 */
function isUsualDirectory(path: string): boolean {
  if (alwaysPrivate.some((each) => isAtOrBelow(path, each))) return alwaysPrivate.includes(path);
  return existsSync(path);
}

/** Output artifacts above this are not copied from the host: nobody keeps a whole `/usr` by declaring it. */
const mostCopiedEntries = 10_000;
const mostCopiedBytes = 64 * 1024 * 1024;

function copyHostFile(path: string, target: string): void {
  if (alwaysPrivate.some((each) => isAtOrBelow(path, each))) return;
  const host = statSync(path, { throwIfNoEntry: false });
  if (host === undefined || existsSync(target)) return;
  if (host.isFile() && host.size <= mostCopiedBytes) cpSync(path, target, { dereference: true });
  if (host.isDirectory() && isSmallDirectory(path)) copyHostDirectory(path, target);
}

/** Whether a directory can be copied in passing. What cannot be read is not counted. */
function isSmallDirectory(path: string): boolean {
  let entries = 0;
  let bytes = 0;
  const folders = [path];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readFolder(folder)) {
      entries += 1;
      const at = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(at);
      else if (entry.isFile()) bytes += statSync(at, { throwIfNoEntry: false })?.size ?? 0;
      if (entries > mostCopiedEntries || bytes > mostCopiedBytes) return false;
    }
  }
  return true;
}

function readFolder(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EACCES" || code === "EPERM" || code === "ENOENT") return [];
    throw error;
  }
}

/** A link that leads out of its directory is replaced by the file behind it up to this size. */
const mostLinkedBytes = 1024 * 1024;

/**
 * Copies what this user may read; the rest of a machine's directory is not the attempt's to have. An artifact cannot
 * have links that lead out of it, so small files behind them are copied instead (programs below `/etc/alternatives`,
 * certificates), and other such links are left out.
 */
export function copyHostDirectory(path: string, target: string): void {
  const behindLinks: string[] = [];
  const filter = (source: string): boolean => {
    const stat = lstatSync(source, { throwIfNoEntry: false });
    if (stat === undefined) return false;
    if (stat.isSymbolicLink() && !staysInside(source, path)) {
      const file = statSync(source, { throwIfNoEntry: false });
      if (file?.isFile() === true && file.size <= mostLinkedBytes && isReadable(source, false))
        behindLinks.push(source);
      return false;
    }
    if (stat.isSymbolicLink()) return true;
    return (stat.isFile() || stat.isDirectory()) && isReadable(source, stat.isDirectory());
  };
  cpSync(path, target, { recursive: true, dereference: false, verbatimSymlinks: true, filter });
  for (const source of behindLinks) copyFileSync(source, join(target, relative(path, source)));
}

function staysInside(link: string, directory: string): boolean {
  const text = readlinkSync(link);
  return !isAbsolute(text) && isAtOrBelow(join(dirname(link), text), directory);
}

function isReadable(path: string, isDirectory: boolean): boolean {
  try {
    accessSync(path, isDirectory ? constants.R_OK | constants.X_OK : constants.R_OK);
    return true;
  } catch {
    // This is how the system says no; why does not matter for a copy.
    return false;
  }
}

function layVolume(
  volume: AttemptVolume,
  order: AttemptOrder,
  directory: string,
): AttemptProblem | undefined {
  const mountPath = tidyPath(volume.mountPath);
  const target = privatePath(directory, mountPath);
  if (mountPath === "/" || lstatSync(target, { throwIfNoEntry: false }) !== undefined) return undefined;
  switch (volume.source.kind) {
    case "attempt": {
      const store = findVolumeStore(volume, order, directory);
      makeDirectory(store);
      if (store === target) return undefined;
      makeDirectory(dirname(target));
      symlinkSync(relative(dirname(target), store), target);
      return undefined;
    }
    case "text":
      layTexts(volume.source, tidyPath(volume.subPath ?? "/"), target);
      return undefined;
    case "run":
    case "host":
      return {
        kind: "start-refused",
        code: "executor/volume-missing",
        message: `volume "${volume.name}" was not laid at ${mountPath} before the attempt started`,
      };
  }
}

/**
 * Files with given texts: all of them as a directory, or with a sub-path only that file or what lies below it. Secret ones
 * are for this user alone, because others may look into the home.
 */
function layTexts(
  { files, modes, secret }: Extract<AttemptVolume["source"], { kind: "text" }>,
  subPath: string,
  target: string,
): void {
  makeDirectory(dirname(target));
  for (const [name, text] of Object.entries(files)) {
    const path = tidyPath(name);
    if (!isAtOrBelow(path, subPath)) continue;
    const at = join(target, relative(subPath, path));
    makeDirectory(dirname(at));
    const usual = secret === true ? 0o600 : 0o644;
    const base64 = findByteText(text);
    writeFileSync(at, base64 === undefined ? text : Buffer.from(base64, "base64"), { mode: usual });
    const mode = modes !== undefined && Object.hasOwn(modes, name) ? modes[name] : undefined;
    if (mode !== undefined) chmodSync(at, secret === true ? mode & 0o700 : mode);
  }
  if (!existsSync(target)) makeDirectory(target);
}

/**
 * Where a volume of the attempt keeps its files. Usually that is where it is mounted; when several commands mount it,
 * the first place, and links lead there from the others; with sub-paths it needs a directory beside the root.
 */
function findVolumeStore(volume: AttemptVolume, order: AttemptOrder, directory: string): string {
  const mounts = order.commands.flatMap((command) =>
    command.volumes.filter((each) => each.name === volume.name),
  );
  const first = mounts[0] ?? volume;
  if (mounts.every((each) => (each.subPath ?? "") === "") && tidyPath(first.mountPath) !== "/")
    return privatePath(directory, tidyPath(first.mountPath));
  return join(directory, volumesDirectory, volume.name, tidyPath(volume.subPath ?? "/"));
}

/** Volumes that cannot lie where they are mounted; links from the root lead to it by `../volumes`. */
export const volumesDirectory = "volumes";

/** Makes a directory with its parents; one that exists is fine. */
export function makeDirectory(path: string): void {
  mkdirSync(path, { recursive: true });
}
