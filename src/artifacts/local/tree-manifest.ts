/**
 * The manifest of a tree: what a directory contains, as canonical JSON, so that equal directories have equal digests.
 *
 * ```
 * {"entries":[{"digest":"sha256:..","kind":"file","path":"a/b","sizeBytes":3}, ..],"format":"millrace.tree/1"}
 * ```
 * Entries are sorted by path (by code unit). A directory has an entry only when it is empty; others follow from the
 * paths. Of a file's mode only the owner's execute bit is kept (`executable`), and no times, owners or attributes,
 * because they differ between machines and runs that do the same.
 */
import { posix } from "node:path";
import { type Json, canonicalJson, isJsonObject } from "../../base/json.ts";
import { type Digest, isDigest } from "../../model/data/digest.ts";

const format = "millrace.tree/1";

/** `path` is relative to the tree's top, with `/` between its parts. */
export type TreeEntry =
  | {
      readonly kind: "file";
      readonly path: string;
      readonly digest: Digest;
      readonly sizeBytes: number;
      readonly executable?: true;
    }
  | { readonly kind: "directory"; readonly path: string }
  /** A symbolic link with its text as it was; it may lead nowhere. */
  | { readonly kind: "link"; readonly path: string; readonly target: string };

export interface Tree {
  readonly entries: readonly TreeEntry[];
}

/** The manifest's text; sorts the entries. */
export function encodeManifest(entries: readonly TreeEntry[]): string {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  return canonicalJson({ format, entries: sorted.map((entry): Json => ({ ...entry })) });
}

/** Undefined when the text is no manifest, or names paths that a tree cannot have. */
export function findManifest(text: string): Tree | undefined {
  const value = findJson(text);
  if (!isJsonObject(value) || value["format"] !== format || !Array.isArray(value["entries"]))
    return undefined;
  const entries: TreeEntry[] = [];
  for (const item of value["entries"]) {
    const entry = findEntry(item);
    const previous = entries.at(-1);
    if (entry === undefined || (previous !== undefined && previous.path >= entry.path)) return undefined;
    entries.push(entry);
  }
  return { entries };
}

function findJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller says what is wrong with the file that this came from.
    return undefined;
  }
}

function findEntry(item: unknown): TreeEntry | undefined {
  if (!isJsonObject(item)) return undefined;
  const { kind, path, digest, sizeBytes, target, executable } = item;
  if (typeof path !== "string" || !isPlainPath(path)) return undefined;
  if (kind === "directory") return { kind, path };
  if (kind === "link") return typeof target === "string" ? { kind, path, target } : undefined;
  if (kind !== "file" || typeof digest !== "string" || !isDigest(digest)) return undefined;
  if (typeof sizeBytes !== "number") return undefined;
  return { kind, path, digest, sizeBytes, ...(executable === true ? { executable } : {}) };
}

/** A relative path without empty, `.` and `..` parts and without NUL: it stays below wherever it is joined to. */
function isPlainPath(path: string): boolean {
  if (path.includes("\0")) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** Links in a path are followed at most this often, as Linux does. */
const maxHops = 40;

/**
 * Follows `path` inside the tree, links included, like the kernel would.
 * Returns the plain path that it leads to (which need not exist), or undefined when it leaves the tree or loops.
 * The empty string is the tree's top.
 */
export function resolveInTree(links: ReadonlyMap<string, string>, path: string): string | undefined {
  let hops = 0;
  let resolved: string[] = [];
  const todo = path.split("/").reverse();
  for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (resolved.pop() === undefined) return undefined;
      continue;
    }
    resolved = [...resolved, part];
    const target = links.get(resolved.join("/"));
    if (target === undefined) continue;
    hops += 1;
    if (hops > maxHops || posix.isAbsolute(target)) return undefined;
    resolved.pop();
    todo.push(...target.split("/").reverse());
  }
  return resolved.join("/");
}

/** The first link that leads out of the tree, or undefined when all stay inside. */
export function findEscapingLink(links: ReadonlyMap<string, string>): string | undefined {
  for (const path of links.keys()) if (resolveInTree(links, path) === undefined) return path;
  return undefined;
}

/** The links of a tree by path, for `resolveInTree`. */
export function collectLinks(entries: readonly TreeEntry[]): Map<string, string> {
  const links = new Map<string, string>();
  for (const entry of entries) if (entry.kind === "link") links.set(entry.path, entry.target);
  return links;
}
