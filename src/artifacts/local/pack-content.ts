/**
 * The wrapped forms of an artifact: a gzipped tar, a zip. What a user downloads, and what a task gets that asked for
 * the archive itself.
 *
 * Equal content gives equal bytes: entries are sorted, times, owners and all mode bits but execute are left out.
 * In the archive everything lies below one top-level entry with the artifact's file name, as Argo's executor does.
 */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { MillraceError } from "../../base/errors.ts";
import type { Artifact, ArtifactContent } from "../../model/data/artifact.ts";
import { isExecutableContent } from "./kept-file.ts";
import type { ObjectFolder, StoredObject } from "./object-folder.ts";
import { readTree } from "./read-tree.ts";

/** One entry of an archive to be written; `path` begins with the artifact's file name. */
type PackEntry =
  | { readonly kind: "file"; readonly path: string; readonly object: StoredObject; readonly mode: number }
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "link"; readonly path: string; readonly target: string };

const blockBytes = 512;

/** Writes a gzipped tar to a new file. */
export async function packTar(
  objects: ObjectFolder,
  artifact: Artifact,
  file: string,
  level: number,
): Promise<void> {
  const entries = listEntries(objects, artifact.content, artifact.fileName);
  const gzip = createGzip({ level });
  await pipeline(Readable.from(writeTar(objects, entries)), gzip, createWriteStream(file, { flags: "wx" }));
}

async function* writeTar(objects: ObjectFolder, entries: readonly PackEntry[]): AsyncGenerator<Buffer> {
  const { Header, Pax } = await import("tar");
  for (const entry of entries) {
    const size = entry.kind === "file" ? entry.object.sizeBytes : 0;
    const fields = { ...tarFields(entry), size, uid: 0, gid: 0, mtime: new Date(0) };
    const header = new Header(fields);
    const block = Buffer.alloc(blockBytes);
    const needsMore = header.encode(block, 0);
    if (needsMore) yield new Pax(longFields(fields), false).encode();
    yield block;
    if (entry.kind !== "file") continue;
    yield* objects.readChunks(entry.object);
    yield Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);
  }
  yield Buffer.alloc(2 * blockBytes);
}

function tarFields(entry: PackEntry): {
  path: string;
  mode: number;
  type: "File" | "Directory" | "SymbolicLink";
  linkpath?: string;
} {
  switch (entry.kind) {
    case "file":
      return { path: entry.path, mode: entry.mode, type: "File" };
    case "directory":
      return { path: `${entry.path}/`, mode: 0o755, type: "Directory" };
    case "link":
      return { path: entry.path, mode: 0o777, type: "SymbolicLink", linkpath: entry.target };
  }
}

/** What did not fit into the old header: a long name or link, a size above 8 GiB. */
function longFields(fields: { path: string; size: number; linkpath?: string }): {
  path: string;
  size: number;
  linkpath?: string;
} {
  const { path, size, linkpath } = fields;
  return { path, size, ...(linkpath === undefined ? {} : { linkpath }) };
}

/** Writes a zip to a new file. */
export async function packZip(objects: ObjectFolder, artifact: Artifact, file: string): Promise<void> {
  // The bundle knows the names of such a package (CommonJS) only as members of its default.
  const { default: yazl } = await import("yazl");
  const zip = new yazl.ZipFile();
  const output = zip.outputStream;
  const fail = (error: Error): void => {
    if (output instanceof Readable) output.destroy(error);
  };
  zip.on("error", fail);
  // Times in a zip are local, so this is the same bytes in every time zone: the first day that a zip can say.
  const common = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true };
  for (const entry of listEntries(objects, artifact.content, artifact.fileName)) {
    assertNoBackslash(entry.path);
    if (entry.kind === "directory") zip.addEmptyDirectory(entry.path, { ...common, mode: 0o40755 });
    else if (entry.kind === "link")
      zip.addBuffer(Buffer.from(entry.target), entry.path, { ...common, mode: 0o120777 });
    else {
      zip.addReadStreamLazy(entry.path, { ...common, mode: 0o100000 | entry.mode }, (hand) => {
        hand(null, Readable.from(objects.readChunks(entry.object)).on("error", fail));
      });
    }
  }
  zip.end();
  await pipeline(output, createWriteStream(file, { flags: "wx" }));
}

/** Zip readers take a backslash for a slash, so such a name would change its meaning. */
function assertNoBackslash(path: string): void {
  if (!path.includes("\\")) return;
  const message = `${JSON.stringify(path)} cannot be written to a zip, because its name holds a backslash`;
  throw new MillraceError("artifact/unsupported-file", "invalid", message, {
    hint: "Use `archive: tar` instead.",
  });
}

function listEntries(objects: ObjectFolder, content: ArtifactContent, fileName: string): PackEntry[] {
  const top = fileName === "" ? "artifact" : fileName;
  const modeOf = (isExecutable: boolean): number => (isExecutable ? 0o755 : 0o644);
  if (content.kind === "file") {
    return [{ kind: "file", path: top, object: content, mode: modeOf(isExecutableContent(content)) }];
  }
  const entries: PackEntry[] = [{ kind: "directory", path: top }];
  const seen = new Set<string>();
  for (const entry of readTree(objects, content.digest).entries) {
    for (const parent of parentsOf(entry.path)) {
      if (!seen.has(parent)) entries.push({ kind: "directory", path: `${top}/${parent}` });
      seen.add(parent);
    }
    const path = `${top}/${entry.path}`;
    if (entry.kind === "file")
      entries.push({ kind: "file", path, object: entry, mode: modeOf(entry.executable === true) });
    else entries.push({ ...entry, path });
  }
  return entries;
}

/** The folders above a path, outermost first. */
function parentsOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
