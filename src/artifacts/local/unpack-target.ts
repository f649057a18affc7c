/**
 * Where the entries of an archive are laid: the only code that turns a foreign name into a path (A4).
 *
 * Rules: names are relative and have no `..`; nothing is laid below anything but a directory that this archive made;
 * symbolic links are made last, after all of them were followed on paper and found to stay inside; hard links lead to
 * files that this archive brought. So at no moment can a write follow a link. Whoever breaks a rule is named in an
 * `artifact/unsafe-archive`, and the caller throws the whole staging folder away.
 */
import { closeSync, linkSync, mkdirSync, openSync, rmSync, symlinkSync, writeSync } from "node:fs";
import { join, posix } from "node:path";
import { MillraceError } from "../../base/errors.ts";
import { unsafeArchive } from "./translate-error.ts";
import { findEscapingLink } from "./tree-manifest.ts";

/** What an archive may at most become; a bomb is refused before it fills the disk. */
export interface UnpackLimits {
  readonly maxEntries: number;
  readonly maxTotalBytes: number;
}

export const defaultUnpackLimits: UnpackLimits = { maxEntries: 1_000_000, maxTotalBytes: 256 * 1024 ** 3 };

export interface UnpackFile {
  write(bytes: Uint8Array): void;
  close(): void;
}

export interface UnpackTarget {
  addDirectory(name: string): void;
  /** A later entry of the same name replaces an earlier file, as in an archive that was appended to. */
  addFile(name: string, mode: number): UnpackFile;
  addLink(name: string, linkTarget: string): void;
  addHardLink(name: string, existing: string): void;
  /**
   * Makes the links and returns the path of what was unpacked: the single top-level entry when there is exactly one,
   * else the folder of all of them (Argo's executor renames in the same way).
   */
  finish(): string;
}

/** What the functions below share. */
interface Unpacking {
  readonly folder: string;
  readonly limits: UnpackLimits;
  /** By plain path, also folders that no entry names. */
  readonly kinds: Map<string, "file" | "directory" | "link">;
  /** The texts of symbolic links by plain path. */
  readonly links: Map<string, string>;
  totalBytes: number;
}

/** `folder` must be new and empty. */
export function createUnpackTarget(folder: string, limits: UnpackLimits): UnpackTarget {
  const unpacking: Unpacking = { folder, limits, kinds: new Map(), links: new Map(), totalBytes: 0 };
  return {
    addDirectory: (name) => {
      const path = admit(unpacking, name);
      if (path !== undefined) makeDirectory(unpacking, path, name);
    },
    addFile: (name, mode) => addFile(unpacking, name, mode),
    addLink: (name, linkTarget) => {
      const path = admitLeaf(unpacking, name);
      if (linkTarget === "" || linkTarget.includes("\0")) throw unsafeArchive(name, "it links to nothing");
      unpacking.kinds.set(path, "link");
      unpacking.links.set(path, linkTarget);
    },
    addHardLink: (name, existing) => addHardLink(unpacking, name, existing),
    finish: () => finish(unpacking),
  };
}

/** Checks the name and makes the folders above it. Undefined for the top itself (`./`). */
function admit(unpacking: Unpacking, name: string): string | undefined {
  const path = plainName(name);
  if (path === "") return undefined;
  const { maxEntries } = unpacking.limits;
  if (unpacking.kinds.size >= maxEntries) throw tooLarge(`more than ${maxEntries} entries`);
  const parts = path.split("/");
  for (let depth = 1; depth < parts.length; depth += 1) {
    makeDirectory(unpacking, parts.slice(0, depth).join("/"), name);
  }
  return path;
}

function makeDirectory({ folder, kinds }: Unpacking, path: string, name: string): void {
  const kind = kinds.get(path);
  if (kind === "directory") return;
  if (kind !== undefined) throw unsafeArchive(name, `${path} is a ${kind} in the same archive`);
  mkdirSync(join(folder, path), { mode: 0o755 });
  kinds.set(path, "directory");
}

/** A place for something that is no directory. */
function admitLeaf(unpacking: Unpacking, name: string): string {
  const path = admit(unpacking, name);
  if (path === undefined) throw unsafeArchive(name, "it has no name");
  const kind = unpacking.kinds.get(path);
  if (kind === "directory") throw unsafeArchive(name, "it is a directory in the same archive");
  if (kind === "file") rmSync(join(unpacking.folder, path));
  unpacking.links.delete(path);
  return path;
}

function addFile(unpacking: Unpacking, name: string, mode: number): UnpackFile {
  const path = admitLeaf(unpacking, name);
  const descriptor = openSync(join(unpacking.folder, path), "wx", mode & 0o777);
  unpacking.kinds.set(path, "file");
  const { maxTotalBytes } = unpacking.limits;
  const write = (bytes: Uint8Array): void => {
    unpacking.totalBytes += bytes.length;
    if (unpacking.totalBytes > maxTotalBytes) throw tooLarge(`more than ${maxTotalBytes} bytes`);
    for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
  };
  return { write, close: () => closeSync(descriptor) };
}

function addHardLink(unpacking: Unpacking, name: string, existing: string): void {
  const { folder, kinds } = unpacking;
  const source = plainName(existing, name);
  if (kinds.get(source) !== "file")
    throw unsafeArchive(name, `it is a hard link to ${existing}, no file before it`);
  if (plainName(name) === source) throw unsafeArchive(name, "it is a hard link to itself");
  const path = admitLeaf(unpacking, name);
  linkSync(join(folder, source), join(folder, path));
  kinds.set(path, "file");
}

function finish({ folder, kinds, links }: Unpacking): string {
  const tops = [...kinds.keys()].filter((path) => !path.includes("/"));
  const [only] = tops;
  const top = tops.length === 1 && only !== undefined ? only : undefined;
  assertLinksStay(links, top);
  for (const [path, target] of links) symlinkSync(target, join(folder, path));
  return top === undefined ? folder : join(folder, top);
}

/** Seen from what the archive becomes: with a single top-level directory, links may not leave that directory. */
function assertLinksStay(links: ReadonlyMap<string, string>, top: string | undefined): void {
  if (top !== undefined && links.has(top)) throw unsafeArchive(top, "the whole archive is a link");
  const prefix = top === undefined ? "" : `${top}/`;
  const seen = new Map([...links].map(([path, target]) => [path.slice(prefix.length), target]));
  const escaping = findEscapingLink(seen);
  if (escaping === undefined) return;
  throw unsafeArchive(prefix + escaping, `it links to ${seen.get(escaping)}, outside of the archive`);
}

/** The name without `.` parts and extra slashes; refuses what could reach outside. `owner` is the entry to blame. */
function plainName(name: string, owner = name): string {
  if (name.includes("\0")) throw unsafeArchive(owner, "its name holds a NUL byte");
  if (posix.isAbsolute(name)) throw unsafeArchive(owner, "its path is absolute");
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw unsafeArchive(owner, "its path leads upwards");
  return parts.join("/");
}

function tooLarge(what: string): MillraceError {
  return new MillraceError(
    "artifact/unsafe-archive",
    "invalid",
    `the archive is refused: it unpacks to ${what}`,
    {
      hint: "Raise the unpacking limits if the archive is meant to be that large.",
    },
  );
}
