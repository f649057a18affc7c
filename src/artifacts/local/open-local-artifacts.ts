/**
 * The local artifact store: content in plain files below one folder, addressed by digest.
 *
 * ```
 * objects/sha256/ab/cdef…   contents and tree manifests, never changed (object-folder.ts, tree-manifest.ts)
 * tmp/<host>.<pid>.<n>/     what one open store is writing; left-overs of dead processes are removed when opening
 * ```
 *
 * An artifact stands for its wrapped form, which is made only when somebody asks for it. What a task receives is what
 * it would receive if the wrapped form had been stored and fetched (Argo's executor, loading and saving of artifacts):
 *
 * | kept as        | `keep`        | `tar-by-content`                  | `zip`              |
 * | -------------- | ------------- | --------------------------------- | ------------------ |
 * | tar (default)  | the .tgz file | the content                       | bad archive        |
 * | none, a file   | the content   | unpacked when it is a gzipped tar | unpacked           |
 * | none, a tree   | the content   | the content                       | bad archive        |
 * | zip            | the .zip file | the .zip file                     | the content        |
 */
import {
  type Stats,
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { randomUUID } from "node:crypto";
import type { Archive, Artifact, ArtifactContent } from "../../model/data/artifact.ts";
import type { ArtifactStore, MaterializeOptions } from "../../ports/artifact-store.ts";
import { isExecutable, keepTree, unsupportedFile } from "./keep-tree.ts";
import type { KeptContent } from "./kept-file.ts";
import { layContent, layTree, setModes } from "./lay-content.ts";
import { type ObjectFolder, createObjectFolder } from "./object-folder.ts";
import { packTar, packZip } from "./pack-content.ts";
import { type Part, readPart, readTree } from "./read-tree.ts";
import { isGzippedTar, recognisableBytes } from "./recognise-tar.ts";
import { isNotThere, missingArtifact, translateArtifactError } from "./translate-error.ts";
import { badArchive, unpackTar } from "./unpack-tar.ts";
import { type UnpackLimits, createUnpackTarget, defaultUnpackLimits } from "./unpack-target.ts";
import { unpackZip } from "./unpack-zip.ts";

export interface LocalArtifactOptions {
  readonly unpackLimits?: Partial<UnpackLimits>;
}

/** Stores that this process has opened so far: with the time, what makes the name of its folder its own. */
let openedHere = 0;

/** Opens the store in `folder` and makes it when it is missing. Throws the errors of A6. */
export function openLocalArtifacts(folder: string, options: LocalArtifactOptions = {}): ArtifactStore {
  const limits = { ...defaultUnpackLimits, ...options.unpackLimits };
  const root = resolve(folder);
  const what = `open the artifacts in ${root}`;
  translateSync(what, () => openFolder(root));
  const temporary = createTemporaryFolder(join(root, "tmp"));
  const objects = createObjectFolder(join(root, "objects"), temporary.path);
  return {
    keep: (path, archive) => translate(`keep ${path}`, () => keep(objects, path, archive)),
    keepText: (text, fileName) =>
      translate(`keep ${fileName}`, async () => {
        const content = { kind: "file", ...objects.putBytes(Buffer.from(text)) } as const;
        return { content, archive: { kind: "none" }, fileName };
      }),
    materialize: (artifact, target, how) =>
      translate(`lay an artifact at ${target}`, () => materialize(objects, limits, artifact, target, how)),
    exportTo: (artifact, targetFile) =>
      translate(`write an artifact to ${targetFile}`, () =>
        replace(targetFile, (staging) => layWrapped(objects, artifact, staging)),
      ),
    has: (content) => translate(`look for ${content.digest}`, async () => has(objects, content)),
    findFilePath: (content) => (content.kind === "file" ? objects.pathOf(content.digest) : undefined),
    syncPending: () => translate(`sync the artifacts in ${root}`, () => objects.syncPending()),
    close: () =>
      translate(`close the artifacts in ${root}`, async () => {
        await objects.close();
        temporary.remove();
      }),
  };
}

async function keep(objects: ObjectFolder, path: string, archive: Archive): Promise<Artifact> {
  return { content: await keepContent(objects, path), archive, fileName: basename(resolve(path)) };
}

async function keepContent(objects: ObjectFolder, path: string): Promise<KeptContent> {
  const found = statOf(path);
  if (found.isDirectory()) return keepTree(objects, path);
  if (!found.isFile()) throw unsupportedFile(path);
  const stored = await objects.putFile(path);
  return { kind: "file", ...stored, ...(isExecutable(found.mode) ? { executable: true } : {}) };
}

/** Links at the path itself are followed: what they lead to is the artifact. */
function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw isNotThere(error) ? missingArtifact(path) : error;
  }
}

async function materialize(
  objects: ObjectFolder,
  limits: UnpackLimits,
  artifact: Artifact,
  target: string,
  options: MaterializeOptions,
): Promise<void> {
  await replace(target, async (staging) => {
    await laySource(objects, limits, artifact, staging, options);
    if (options.mode !== undefined) setModes(staging, options.mode, options.recurseMode);
  });
}

async function laySource(
  objects: ObjectFolder,
  limits: UnpackLimits,
  artifact: Artifact,
  staging: string,
  { unpack, subPath }: MaterializeOptions,
): Promise<void> {
  const { archive } = artifact;
  const isUnwrapped =
    archive.kind === "none" || (archive.kind === "tar" ? unpack === "tar-by-content" : unpack === "zip");
  if (!isUnwrapped && archive.kind === "tar" && unpack === "zip")
    throw badArchive("zip", new Error("it is a gzipped tar"));
  if (!isUnwrapped) return layWrapped(objects, artifact, staging);
  const part = findPart(objects, artifact.content, subPath);
  const isRaw = archive.kind === "none";
  if (part.kind === "tree") {
    if (isRaw && unpack === "zip") throw badArchive("zip", new Error("it is a directory"));
    return layTree(objects, part.tree, staging);
  }
  if (!isRaw || unpack === "keep") return layContent(objects, part.content, staging);
  return unpackFile(objects, limits, part.content, staging, unpack);
}

function findPart(objects: ObjectFolder, content: ArtifactContent, subPath: string | undefined): Part {
  if (subPath !== undefined) return readPart(objects, content, subPath);
  if (content.kind === "file") return { kind: "file", content };
  return { kind: "tree", tree: readTree(objects, content.digest) };
}

/** Unpacks a file beside `staging` and moves the result there. */
async function unpackFile(
  objects: ObjectFolder,
  limits: UnpackLimits,
  content: ArtifactContent,
  staging: string,
  unpack: "tar-by-content" | "zip",
): Promise<void> {
  if (unpack === "tar-by-content" && !(await isTar(objects, content)))
    return layContent(objects, content, staging);
  const folder = `${staging}.unpack`;
  mkdirSync(folder, { mode: 0o755 });
  try {
    const target = createUnpackTarget(folder, limits);
    if (unpack === "zip") {
      await objects.verify(content);
      await unpackZip(objects.pathOf(content.digest), target);
    } else await unpackTar(objects.readChunks(content), target);
    renameSync(target.finish(), staging);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function isTar(objects: ObjectFolder, content: ArtifactContent): Promise<boolean> {
  for await (const chunk of objects.readChunks(content))
    return isGzippedTar(chunk.subarray(0, recognisableBytes));
  return false;
}

/** The wrapped form of an artifact, at a path that does not exist. */
async function layWrapped(objects: ObjectFolder, artifact: Artifact, target: string): Promise<void> {
  switch (artifact.archive.kind) {
    case "none":
      return layContent(objects, artifact.content, target);
    case "tar":
      return packTar(objects, artifact, target, artifact.archive.compressionLevel);
    case "zip":
      return packZip(objects, artifact, target);
  }
}

function has(objects: ObjectFolder, content: ArtifactContent): boolean {
  if (content.kind === "file") return objects.isPresent(content);
  if (!existsSync(objects.pathOf(content.digest))) return false;
  return readTree(objects, content.digest).entries.every(
    (entry) => entry.kind !== "file" || objects.isPresent(entry),
  );
}

/** Lets `lay` make something beside `target` and puts it in place when it is whole. */
async function replace(target: string, lay: (staging: string) => Promise<void>): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const staging = join(dirname(target), `.millrace-${randomUUID()}`);
  try {
    await lay(staging);
    rmSync(target, { recursive: true, force: true });
    renameSync(staging, target);
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Makes sure that the store's folder is there and can be written, and removes what dead processes have left. What lies
 * in it is made with the first artifact; most runs have none.
 */
function openFolder(root: string): void {
  mkdirSync(root, { recursive: true });
  const all = join(root, "tmp");
  const isUsed = existsSync(all);
  accessSync(isUsed ? all : root, constants.W_OK | constants.X_OK);
  if (!isUsed) return;
  for (const name of readdirSync(all))
    if (isLeftOver(name)) rmSync(join(all, name), { recursive: true, force: true });
}

/** A folder for this store's own temporary files, made when the first one is to be written. */
function createTemporaryFolder(all: string): { readonly path: () => string; readonly remove: () => void } {
  let own: string | undefined;
  return {
    path: () => {
      if (own !== undefined) return own;
      const name = `${hostname()}.${process.pid}.${Date.now().toString(36)}-${(openedHere += 1)}`;
      mkdirSync(join(all, name), { recursive: true });
      openFolders.add(name);
      return (own = join(all, name));
    },
    remove: () => {
      if (own === undefined) return;
      rmSync(own, { recursive: true, force: true });
      openFolders.delete(basename(own));
    },
  };
}

/** Folders of stores that are open in this process. */
const openFolders = new Set<string>();

/** A folder of a process of this machine that is gone. Other machines' folders are theirs to remove. */
function isLeftOver(name: string): boolean {
  const [, host, pid] = /^(.*)\.(\d+)\.[^.]+$/.exec(name) ?? [];
  if (host !== hostname() || pid === undefined || openFolders.has(name)) return false;
  return Number(pid) === process.pid || !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not permitted means that it lives and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function translate<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateArtifactError(error, what);
  }
}

function translateSync<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translateArtifactError(error, what);
  }
}
