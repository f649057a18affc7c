/**
 * What a sandboxed attempt sees, as a list of mounts that bubblewrap and the `unshare` fallback both can make.
 *
 * The root is the attempt's own `root` directory, so whatever is written at an absolute path lies at the same place
 * below it, where the runtime collects outputs. The machine's top-level directories are mounted over it, read-only,
 * except the ones that are private by nature: temporary files, /dev/shm, /run, /mnt, /media and home directories.
 * Where an order declares a path inside a machine's directory (`/usr/local/bin/tool`, `/etc/app/out.json`), that path is
 * mounted writable; when the machine does not have it, its nearest existing parent is rebuilt entry by entry.
 */
import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync, symlinkSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { AttemptOrder, AttemptVolume } from "../../model/run/attempt.ts";
import {
  alwaysPrivate,
  isAtOrBelow,
  listDeclaredPaths,
  makeDirectory,
  privatePath,
  tidyPath,
  volumesDirectory,
} from "../slots/private-root.ts";

export type MountStep =
  | { readonly kind: "bind" | "ro-bind"; readonly from: string; readonly to: string }
  | { readonly kind: "symlink"; readonly target: string; readonly to: string }
  | { readonly kind: "proc" | "dev"; readonly to: string };

/** What does not change from attempt to attempt. */
export interface HostView {
  /** Top-level directories that are shown read-only, and top-level links. */
  readonly shown: readonly MountStep[];
  /** Directories whose content on the machine is hidden. */
  readonly private: readonly string[];
  /** What is shown read-only inside private directories: programs in home directories, the resolver's file. */
  readonly extra: readonly MountStep[];
}

/** Files in memory, which lie among the devices. */
const sharedMemory = "/dev/shm";

/** A machine directory with more entries than this is not rebuilt; declaring a new path in it fails to be written. */
const mostMirroredEntries = 2000;

/** Looks at the machine once. `home` is the home directory of the user, `path` the PATH that attempts get. */
export function readHostView(home: string | undefined, path: string, shown: readonly string[]): HostView {
  const hidden = new Set([
    ...alwaysPrivate,
    "/run",
    "/mnt",
    "/media",
    "/root",
    sharedMemory,
    ...(home === undefined ? [] : [home]),
  ]);
  const steps: MountStep[] = [];
  for (const entry of readdirSync("/", { withFileTypes: true })) {
    const top = `/${entry.name}`;
    if (["/proc", "/dev", "/lost+found"].includes(top) || hidden.has(top)) continue;
    if (entry.isSymbolicLink()) steps.push({ kind: "symlink", target: readlinkSync(top), to: top });
    else if (entry.isDirectory()) steps.push({ kind: "ro-bind", from: top, to: top });
  }
  const inside = [...shown, ...listPrivatePrograms(hidden, path), ...findResolverFile()];
  const extra = [...new Set(inside)]
    .filter((each) => existsSync(each) && [...hidden].some((area) => isAtOrBelow(each, area)))
    .map((each): MountStep => ({ kind: "ro-bind", from: each, to: each }));
  return { shown: steps, private: [...hidden].filter((each) => each !== "/"), extra };
}

/** `~/.pyenv/shims` on PATH needs all of `~/.pyenv`: the first part below the private directory is shown. */
function listPrivatePrograms(hidden: ReadonlySet<string>, path: string): readonly string[] {
  return path.split(":").flatMap((directory) => {
    const owner = [...hidden].find((each) => directory.startsWith(`${each}/`));
    return owner === undefined ? [] : [join(owner, directory.slice(owner.length + 1).split("/")[0] ?? "")];
  });
}

/** /etc/resolv.conf is often a link into /run, which is private. */
function findResolverFile(): readonly string[] {
  try {
    return [realpathSync("/etc/resolv.conf")];
  } catch {
    // A machine without name resolution.
    return [];
  }
}

/**
 * The mounts for one attempt, in order. Makes the directories in the private root that are mounted or written to.
 * `files` are programs of images (`/argosay`) that the machine has elsewhere: path -> where.
 */
export function planMounts(
  order: AttemptOrder,
  directory: string,
  machine: HostView,
  files: ReadonlyMap<string, string>,
  shown: readonly string[],
): readonly MountStep[] {
  const root = privatePath(directory, "/");
  const links = findVolumeLinks(order, directory);
  const host = withoutCovered(openLinks(machine, root), links);
  const steps: MountStep[] = [{ kind: "bind", from: root, to: "/" }, ...host.shown];
  steps.push({ kind: "proc", to: "/proc" }, { kind: "dev", to: "/dev" });
  for (const area of host.private) {
    makeDirectory(join(root, area));
    // Below a directory that is shown, and below the devices, the private one must be mounted; elsewhere it lies in the
    // root already.
    if (isShown(area, host) || area === sharedMemory)
      steps.push({ kind: "bind", from: join(root, area), to: area });
  }
  const volumes = join(directory, volumesDirectory);
  if (existsSync(volumes)) steps.push({ kind: "bind", from: volumes, to: `/${volumesDirectory}` });
  steps.push(...listSharedVolumes(order, directory, links));
  steps.push(...[...host.extra, ...listShown(shown, order, host)].map((step) => passLinks(step, links)));
  const mirrored = new Set<string>();
  for (const path of [...listDeclaredPaths(order), ...listNewDirectories(order)].sort(
    (a, b) => a.length - b.length,
  ))
    steps.push(...openPath(path, root, host, mirrored));
  for (const [path, from] of files) {
    // A name in a directory of the machine (`/bin/ash`) cannot be added to it; programs are found there by PATH.
    const folder = dirname(path);
    if (isShown(existsSync(folder) ? realpathSync(folder) : folder, host)) continue;
    steps.push(...openPath(path, root, host, mirrored), { kind: "ro-bind", from, to: path });
  }
  return [...steps, ...listVolumeMounts(order, root)];
}

/**
 * A top-level link of the machine, such as `/bin`, is a directory where a declared path lies below it: the attempt's
 * own, with a link to each entry that the machine has there.
 */
function openLinks(host: HostView, root: string): HostView {
  const isOpened = ({ kind, to }: MountStep): boolean =>
    kind === "symlink" && lstatSync(join(root, to), { throwIfNoEntry: false })?.isDirectory() === true;
  const opened = host.shown.filter(isOpened);
  for (const { to } of opened) {
    const machine = realpathSync(to);
    for (const name of readdirSync(machine)) {
      const own = join(root, to, name);
      if (lstatSync(own, { throwIfNoEntry: false }) === undefined) symlinkSync(join(machine, name), own);
    }
  }
  return opened.length === 0 ? host : { ...host, shown: host.shown.filter((step) => !isOpened(step)) };
}

/** Where a volume lies at a top-level directory of the machine, that directory is not shown: nothing mounts over a link. */
function withoutCovered(host: HostView, links: ReadonlyMap<string, string>): HostView {
  if (!host.shown.some(({ to }) => links.has(to))) return host;
  return { ...host, shown: host.shown.filter(({ to }) => !links.has(to)) };
}

/**
 * Paths of the machine that lie in a private directory and shall be readable all the same. What lies below another one is
 * there already, or is reached by a link there, over which nothing can be mounted: then the link's end is shown.
 */
function listShown(shown: readonly string[], order: AttemptOrder, host: HostView): readonly MountStep[] {
  const declared = listDeclaredPaths(order);
  const there = host.extra.map(({ to }) => to);
  const added: string[] = [];
  const show = (path: string): void => {
    if (!host.private.some((area) => path !== area && isAtOrBelow(path, area))) return;
    if (declared.some((each) => isAtOrBelow(each, path))) return;
    const isCovered = [...there, ...added].some((each) => isAtOrBelow(path, each));
    if (!isCovered) added.push(path);
    else if (realpathSync(path) !== path) show(realpathSync(path));
  };
  for (const path of shown.map(tidyPath).sort((a, b) => a.length - b.length))
    if (existsSync(path)) show(path);
  return added.map((path) => ({ kind: "ro-bind", from: path, to: path }));
}

/** Working directories that the machine does not have: they are made, as a container runtime would. */
function listNewDirectories(order: AttemptOrder): readonly string[] {
  return order.commands
    .map(({ workingDir }) => tidyPath(workingDir ?? "/"))
    .filter((path) => path !== "/" && !existsSync(path));
}

function isShown(path: string, host: HostView): boolean {
  return host.shown.some((step) => step.kind !== "symlink" && isAtOrBelow(path, step.to));
}

/** Makes one declared path writable where the machine's own directory would be in the way. */
function openPath(path: string, root: string, host: HostView, mirrored: Set<string>): readonly MountStep[] {
  if (!isShown(path, host) || host.private.some((area) => isAtOrBelow(path, area))) return [];
  const own = join(root, path);
  if (existsSync(path) && existsSync(own)) return [{ kind: "bind", from: realpathSync(own), to: path }];
  let parent = dirname(path);
  while (!existsSync(parent)) parent = dirname(parent);
  // The root itself is the attempt's own anyway.
  if (parent === "/" || mirrored.has(parent)) return [];
  mirrored.add(parent);
  return mirrorDirectory(parent, root);
}

function mirrorDirectory(parent: string, root: string): readonly MountStep[] {
  const own = join(root, parent);
  makeDirectory(own);
  const entries = readdirSync(parent, { withFileTypes: true });
  if (entries.length > mostMirroredEntries) return [];
  const steps: MountStep[] = [{ kind: "bind", from: own, to: parent }];
  for (const entry of entries) {
    const path = join(parent, entry.name);
    if (lstatSync(join(own, entry.name), { throwIfNoEntry: false }) !== undefined) continue;
    if (entry.isSymbolicLink()) steps.push({ kind: "symlink", target: readlinkSync(path), to: path });
    else steps.push({ kind: "ro-bind", from: path, to: path });
  }
  return steps;
}

/**
 * Where links to volumes lead inside: mount path -> path. Volumes lie beside the root of an attempt, or beside the
 * attempts, and relative links lead there (`../../volumes/data`). Inside, where nothing is above the root, such a link
 * leads to `/volumes/data`, so that is where the volume is shown. An absolute link leads to the same place everywhere.
 */
function findVolumeLinks(order: AttemptOrder, directory: string): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  for (const volume of listVolumes(order)) {
    const path = tidyPath(volume.mountPath);
    const own = privatePath(directory, path);
    if (lstatSync(own, { throwIfNoEntry: false })?.isSymbolicLink() !== true) continue;
    const target = readlinkSync(own);
    const named = resolve(realpathSync(dirname(own)), target);
    links.set(
      path,
      target.startsWith("/") ? realpathSync(own) : join("/", relative(realpathSync(directory), named)),
    );
  }
  return links;
}

/** Volumes outside of the attempt's directory, where their links lead; before all else that may lie below them. */
function listSharedVolumes(
  order: AttemptOrder,
  directory: string,
  links: ReadonlyMap<string, string>,
): readonly MountStep[] {
  const steps = new Map<string, MountStep>();
  for (const volume of listVolumes(order)) {
    const to = links.get(tidyPath(volume.mountPath));
    if (to === undefined) continue;
    const from = realpathSync(privatePath(directory, tidyPath(volume.mountPath)));
    if (isAtOrBelow(from, realpathSync(directory))) continue;
    // One place is mounted once, so that who may write to it can, whoever else may not.
    const isReadOnly = volume.readOnly && steps.get(to)?.kind !== "bind";
    steps.set(to, { kind: isReadOnly ? "ro-bind" : "bind", from, to });
  }
  return [...steps.values()].sort((a, b) => a.to.length - b.to.length);
}

/** While the view is built a link leads out of it, so what lies below one is mounted at the link's end. */
function passLinks(step: MountStep, links: ReadonlyMap<string, string>): MountStep {
  const link = [...links].find(([path]) => isAtOrBelow(step.to, path));
  return link === undefined ? step : { ...step, to: join(link[1], step.to.slice(link[0].length)) };
}

/** Volumes are mounts, so that programs that look for a mount find one, and read-only ones are read-only. */
function listVolumeMounts(order: AttemptOrder, root: string): readonly MountStep[] {
  const steps = new Map<string, MountStep>();
  for (const volume of listVolumes(order)) {
    const to = tidyPath(volume.mountPath);
    const own = join(root, to);
    if (to === "/" || lstatSync(own, { throwIfNoEntry: false })?.isSymbolicLink() !== false) continue;
    steps.set(to, { kind: volume.readOnly ? "ro-bind" : "bind", from: realpathSync(own), to });
  }
  return [...steps.values()].sort((a, b) => a.to.length - b.to.length);
}

function listVolumes(order: AttemptOrder): readonly AttemptVolume[] {
  return order.commands.flatMap((command) => command.volumes);
}
