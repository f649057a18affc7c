/**
 * Content by digest: `objects/sha256/ab/cdef…`, whole plain files with mode 0444 that people may read.
 *
 * A file is hashed in the same pass that copies it into `tmp/`, and appears under its digest by a rename, so it is
 * there whole or not at all (A3). Small files take one read and one hash on the event loop (several times faster
 * than the thread pool); large ones go through the pool in pieces of 1 MiB. Where the file system can share blocks
 * between files, large files are cloned instead of copied.
 *
 * The rename is not synced: `syncPending` syncs what was written since, before an event that names it is made
 * durable. After power loss an object that was not synced may be too short; sizes are compared before content is
 * taken as present, and digests when it is read for the first time (A5).
 */
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { chmod, copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { MillraceError } from "../../base/errors.ts";
import { lazily } from "../../base/lazily.ts";
import { type Digest, digestPath } from "../../model/data/digest.ts";
import {
  type HashedFile,
  copyAndHash,
  createCloner,
  digestOf,
  hashFile,
  readFully,
  readPieces,
  writeNew,
} from "./file-copy.ts";
import { type SyncQueue, createSyncQueue } from "./sync-queue.ts";
import { damagedArtifact, findErrorCode, isNotThere, missingArtifact } from "./translate-error.ts";
import { createSlots } from "./turns.ts";

/** Up to this size a file is handled with synchronous calls. */
const smallFileBytes = 256 * 1024;

/** Objects younger than this may have been written by a process that died before it synced them. */
const unsureAgeMs = 120_000;

/** A content that is, or should be, in the folder. */
export type StoredObject = HashedFile;

export interface ObjectFolder {
  /** Where the object's bytes lie, whether they are there or not. */
  pathOf(digest: Digest): string;
  /** True when the object is there with that size. */
  isPresent(object: StoredObject): boolean;
  putBytes(bytes: Uint8Array): StoredObject;
  /** Reads `file` once. A promise only for large files, so that many small ones cost no event loop turns. */
  putFile(file: string): StoredObject | Promise<StoredObject>;
  /** The whole content, checked against the digest. For manifests and small files. */
  readBytes(digest: Digest): Buffer;
  /** Reads through the object once per process unless it was read before; throws `artifact/damaged`. */
  verify(object: StoredObject): Promise<void>;
  /** The content in pieces, checked against the digest: a wrong one ends with `artifact/damaged`. */
  readChunks(object: StoredObject): AsyncIterable<Buffer>;
  /** Writes the content to `target`, which must not exist, checked against the digest. */
  copyOut(object: StoredObject, target: string, mode: number): Promise<void> | undefined;
  syncPending(): Promise<void>;
  close(): Promise<void>;
}

/** What the functions below share. */
interface Folder {
  readonly root: string;
  readonly temporary: () => string;
  temporaryCount: number;
  readonly syncQueue: SyncQueue;
  /** Objects that were read through since this store was opened. */
  readonly verified: Set<Digest>;
  readonly getSmallBuffer: () => Buffer;
  readonly runInPool: <T>(work: () => Promise<T>) => Promise<T>;
  readonly tryClone: (from: string, to: string) => Promise<boolean>;
}

/** `temporary` gives a folder of its own on the same file system as `root`; it is asked for before each use. */
export function createObjectFolder(root: string, temporary: () => string): ObjectFolder {
  const folder: Folder = {
    root,
    temporary,
    temporaryCount: 0,
    syncQueue: createSyncQueue(),
    verified: new Set(),
    getSmallBuffer: lazily(() => Buffer.allocUnsafeSlow(smallFileBytes + 1)),
    runInPool: createSlots(2),
    tryClone: createCloner(),
  };
  return {
    pathOf: (digest) => pathOf(folder, digest),
    isPresent: (object) => isPresent(folder, object),
    putBytes: (bytes) => putBytes(folder, bytes),
    putFile: (file) => putFile(folder, file),
    readBytes: (digest) => readBytes(folder, digest),
    readChunks: (object) => readChunks(folder, object),
    verify: (object) => verify(folder, object),
    copyOut: (object, target, mode) => copyOut(folder, object, target, mode),
    syncPending: () => folder.syncQueue.sync(),
    close: () => folder.syncQueue.close(),
  };
}

function pathOf({ root }: Folder, digest: Digest): string {
  return join(root, digestPath(digest));
}

function nextTemporary(folder: Folder): string {
  folder.temporaryCount += 1;
  return join(folder.temporary(), String(folder.temporaryCount));
}

function isPresent(folder: Folder, { digest, sizeBytes }: StoredObject): boolean {
  const path = pathOf(folder, digest);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.size !== sizeBytes) return false;
  if (Date.now() - found.ctimeMs < unsureAgeMs) folder.syncQueue.add(path);
  return true;
}

function assertPresent(folder: Folder, object: StoredObject): void {
  if (isPresent(folder, object)) return;
  const path = pathOf(folder, object.digest);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) throw missingContent(object.digest);
  throw damagedArtifact(object.digest, path);
}

function missingContent(digest: Digest): MillraceError {
  return missingArtifact(`the content ${digest}`);
}

/** Gives a finished temporary file its name. */
function publish(folder: Folder, file: string, digest: Digest): void {
  const path = pathOf(folder, digest);
  try {
    renameSync(file, path);
  } catch (error) {
    if (findErrorCode(error) !== "ENOENT") throw error;
    const first = mkdirSync(dirname(path), { recursive: true }) ?? dirname(path);
    for (let made = dirname(path); made.length >= first.length; made = dirname(made))
      folder.syncQueue.add(dirname(made));
    renameSync(file, path);
  }
  folder.verified.delete(digest);
  folder.syncQueue.add(path);
  folder.syncQueue.add(dirname(path));
}

function putBytes(folder: Folder, bytes: Uint8Array): StoredObject {
  const object = { digest: digestOf(bytes), sizeBytes: bytes.length };
  if (isPresent(folder, object)) return object;
  const file = nextTemporary(folder);
  try {
    writeNew(file, bytes, 0o444);
    publish(folder, file, object.digest);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
  return object;
}

function putFile(folder: Folder, file: string): StoredObject | Promise<StoredObject> {
  const descriptor = openSync(file, "r");
  try {
    const size = fstatSync(descriptor).size;
    if (size > smallFileBytes) return folder.runInPool(() => putLarge(folder, file));
    const buffer = folder.getSmallBuffer();
    const length = readFully(descriptor, buffer);
    // It grew since it was looked at.
    if (length > smallFileBytes) return folder.runInPool(() => putLarge(folder, file));
    return putBytes(folder, buffer.subarray(0, length));
  } finally {
    closeSync(descriptor);
  }
}

async function putLarge(folder: Folder, file: string): Promise<StoredObject> {
  const copy = nextTemporary(folder);
  try {
    const isCloned = await folder.tryClone(file, copy);
    const object = isCloned ? await hashFile(copy) : await copyAndHash(file, copy, 0o444);
    if (isPresent(folder, object)) {
      rmSync(copy);
      return object;
    }
    if (isCloned) await chmod(copy, 0o444);
    publish(folder, copy, object.digest);
    return object;
  } catch (error) {
    rmSync(copy, { force: true });
    throw error;
  }
}

function readBytes(folder: Folder, digest: Digest): Buffer {
  const path = pathOf(folder, digest);
  try {
    const bytes = readFileSync(path);
    if (digestOf(bytes) !== digest) throw damagedArtifact(digest, path);
    return bytes;
  } catch (error) {
    throw isNotThere(error) ? missingContent(digest) : error;
  }
}

async function* readChunks(folder: Folder, object: StoredObject): AsyncGenerator<Buffer> {
  if (object.sizeBytes <= smallFileBytes) {
    yield readBytes(folder, object.digest);
    return;
  }
  assertPresent(folder, object);
  const path = pathOf(folder, object.digest);
  const digest = yield* readPieces(path);
  if (digest !== object.digest) throw damagedArtifact(object.digest, path);
}

async function verify(folder: Folder, object: StoredObject): Promise<void> {
  if (folder.verified.has(object.digest)) return;
  assertPresent(folder, object);
  const path = pathOf(folder, object.digest);
  const found = await folder.runInPool(() => hashFile(path));
  if (found.digest !== object.digest) throw damagedArtifact(object.digest, path);
  folder.verified.add(object.digest);
}

function copyOut(
  folder: Folder,
  object: StoredObject,
  target: string,
  mode: number,
): Promise<void> | undefined {
  if (object.sizeBytes > smallFileBytes) return copyLarge(folder, object, target, mode);
  writeNew(target, readBytes(folder, object.digest), mode);
  return undefined;
}

/** A clone costs nothing, so it is worth one reading before; a copy reads anyway and is checked as it goes. */
async function copyLarge(folder: Folder, object: StoredObject, target: string, mode: number): Promise<void> {
  const path = pathOf(folder, object.digest);
  assertPresent(folder, object);
  const isKnown = folder.verified.has(object.digest);
  if (await folder.runInPool(() => folder.tryClone(path, target))) {
    await verify(folder, object);
    await chmod(target, mode);
    return;
  }
  if (isKnown) {
    await folder.runInPool(() => copyFile(path, target, constants.COPYFILE_EXCL));
    await chmod(target, mode);
    return;
  }
  const copied = await folder.runInPool(() => copyAndHash(path, target, mode));
  if (copied.digest !== object.digest) throw damagedArtifact(object.digest, path);
  folder.verified.add(object.digest);
}
