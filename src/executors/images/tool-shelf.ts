/**
 * Programs by the names that images give them.
 *
 * For each line of the image table that needs it there is a directory with its aliases (`python` for `python3`) and
 * stand-ins, made once, that goes in front of PATH. A program that was found is remembered: were it taken away, starting
 * it would fail with a clear word. What was missing is looked for again, because the user may install it meanwhile.
 */
import {
  accessSync,
  constants,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { computeCrc32 } from "../../base/crc32.ts";
import type { ImageEntry } from "./image-table.ts";
import { standIns } from "./stand-ins.ts";

export interface ToolShelf {
  /** The directory in which all shelves lie. */
  readonly directory: string;
  /** The program's absolute path, looked for along a PATH text. */
  findProgram(name: string, path: string): string | undefined;
  /** Whether an absolute path is a program. */
  hasProgram(path: string): boolean;
  /** The directory with the entry's aliases and stand-ins; undefined when everything has its own name on the host. */
  layEntry(entry: ImageEntry, path: string): string | undefined;
}

export function createToolShelf(directory: string): ToolShelf {
  const found = new Map<string, string>();
  const laid = new Map<ImageEntry, Map<string, string | undefined>>();
  const findProgram = (name: string, path: string): string | undefined => {
    const key = `${name}\0${path}`;
    const known = found.get(key);
    if (known !== undefined) return known;
    const program = findOnPath(name, path);
    if (program !== undefined) found.set(key, program);
    return program;
  };
  const programs = new Set<string>();
  const hasProgram = (path: string): boolean => {
    if (programs.has(path)) return true;
    if (!isProgram(path)) return false;
    programs.add(path);
    return true;
  };
  return {
    directory,
    findProgram,
    hasProgram,
    layEntry: (entry, path) => {
      const byPath = laid.get(entry) ?? new Map<string, string | undefined>();
      laid.set(entry, byPath);
      if (!byPath.has(path)) byPath.set(path, layShelf(directory, listShelf(entry, path, findProgram)));
      return byPath.get(path);
    },
  };
}

/** Whether a path is a program that may be executed. */
export function isProgram(path: string): boolean {
  try {
    // Most places on a PATH do not have it, and an error for each of them would cost more than the look.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not executable, or nothing that we may look at: both mean that it cannot be run.
    return false;
  }
}

function findOnPath(name: string, path: string): string | undefined {
  // Most names are looked for in vain, in each directory: only what is found is worth a tidy path.
  const found = path
    .split(":")
    .find((directory) => directory.startsWith("/") && isProgram(`${directory}/${name}`));
  return found === undefined ? undefined : join(found, name);
}

type ShelfItem =
  { readonly kind: "alias"; readonly target: string } | { readonly kind: "script"; readonly text: string };

/** What the entry needs that the host does not have under that very name. */
function listShelf(
  entry: ImageEntry,
  path: string,
  findProgram: ToolShelf["findProgram"],
): ReadonlyMap<string, ShelfItem> {
  const items = new Map<string, ShelfItem>();
  // Aliases share what they are looked for by (`sh` and `ash` busybox): what is missing is looked for once.
  const missing = new Set<string>();
  for (const [name, hosts] of Object.entries(entry.aliases)) {
    const host = findFirst(hosts, path, findProgram, missing);
    if (host !== undefined && basename(host) !== name) items.set(name, { kind: "alias", target: host });
  }
  for (const name of new Set([...entry.tools, ...Object.values(entry.files)])) {
    const text = Object.hasOwn(standIns, name) ? standIns[name] : undefined;
    if (text !== undefined && !items.has(name) && findProgram(name, path) === undefined)
      items.set(name, { kind: "script", text });
  }
  return items;
}

/** The first of the names that is a program; those before it are noted as missing. */
function findFirst(
  names: readonly string[],
  path: string,
  findProgram: ToolShelf["findProgram"],
  missing: Set<string>,
): string | undefined {
  for (const name of names) {
    const program = missing.has(name) ? undefined : findProgram(name, path);
    if (program !== undefined) return program;
    missing.add(name);
  }
  return undefined;
}

function layShelf(directory: string, items: ReadonlyMap<string, ShelfItem>): string | undefined {
  if (items.size === 0) return undefined;
  const content = JSON.stringify([...items].sort(([a], [b]) => (a < b ? -1 : 1)));
  // Few shelves lie there, and none is made to deceive: a checksum and the length tell them apart. Loading
  // `node:crypto` for a digest would take a tenth of a cold start.
  const shelf = join(directory, `${computeCrc32(Buffer.from(content)).toString(16)}-${content.length}`);
  if (statSync(shelf, { throwIfNoEntry: false }) !== undefined) return shelf;
  const making = `${shelf}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  for (const [name, item] of items) layItem(join(making, name), name, item);
  try {
    renameSync(making, shelf);
  } catch (error) {
    // Another engine on this machine was faster; its shelf has the same content.
    if (statSync(shelf, { throwIfNoEntry: false }) === undefined) throw error;
    rmSync(making, { recursive: true });
  }
  return shelf;
}

/** Shells are linked, because bash and busybox behave by the name they are called with; others get a wrapper script. */
function layItem(path: string, name: string, item: ShelfItem): void {
  if (item.kind === "alias" && (name === "sh" || name === "ash")) {
    symlinkSync(item.target, path);
    return;
  }
  const text =
    item.kind === "script" ? item.text : `#!/bin/sh\nexec '${item.target.replaceAll("'", `'\\''`)}' "$@"\n`;
  writeFileSync(path, text, { mode: 0o755 });
}
