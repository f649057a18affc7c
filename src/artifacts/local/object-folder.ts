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
import { createHash, hash } from "node:crypto";
import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { type FileHandle, chmod, copyFile, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MillraceError } from "../../base/errors.ts";
import { type Digest, digestPath, isDigest } from "../../model/data/digest.ts";
import { createSyncQueue } from "./sync-queue.ts";
import { damagedArtifact, findErrorCode, isNotThere, missingArtifact } from "./translate-error.ts";
import { createSlots } from "./turns.ts";

/** Up to this size a file is handled with synchronous calls. */
export const smallFileBytes = 256 * 1024;
const chunkBytes = 1024 * 1024;

/** Objects younger than this may have been written by a process that died before it synced them. */
const unsureAgeMs = 120_000;

export interface StoredObject {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

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

/** `temporary` must be a folder of its own on the same file system as `root`. */
export function createObjectFolder(root: string, temporary: string): ObjectFolder {
  const syncQueue = createSyncQueue();
  const runInPool = createSlots(2);
  const smallBuffer = Buffer.allocUnsafeSlow(smallFileBytes + 1);
  const verified = new Set<Digest>();
  let canClone = true;
  let temporaryCount = 0;

  const pathOf = (digest: Digest): string => join(root, digestPath(digest));
  const nextTemporary = (): string => join(temporary, String((temporaryCount += 1)));

  function isPresent({ digest, sizeBytes }: StoredObject): boolean {
    const path = pathOf(digest);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.size !== sizeBytes) return false;
    if (Date.now() - found.ctimeMs < unsureAgeMs) syncQueue.add(path);
    return true;
  }

  /** Gives a finished temporary file its name. */
  function publish(file: string, digest: Digest): void {
    const path = pathOf(digest);
    try {
      renameSync(file, path);
    } catch (error) {
      if (findErrorCode(error) !== "ENOENT") throw error;
      mkdirSync(dirname(path), { recursive: true });
      syncQueue.add(dirname(dirname(path)));
      renameSync(file, path);
    }
    verified.delete(digest);
    syncQueue.add(path);
    syncQueue.add(dirname(path));
  }

  function putBytes(bytes: Uint8Array): StoredObject {
    const object = { digest: digestOf(bytes), sizeBytes: bytes.length };
    if (isPresent(object)) return object;
    const file = nextTemporary();
    try {
      writeNew(file, bytes, 0o444);
      publish(file, object.digest);
    } catch (error) {
      rmSync(file, { force: true });
      throw error;
    }
    return object;
  }

  function putFile(file: string): StoredObject | Promise<StoredObject> {
    const descriptor = openSync(file, "r");
    try {
      const size = fstatSync(descriptor).size;
      if (size > smallFileBytes) return runInPool(() => putLarge(file));
      const length = readFully(descriptor, smallBuffer);
      // It grew since it was looked at.
      if (length > smallFileBytes) return runInPool(() => putLarge(file));
      return putBytes(smallBuffer.subarray(0, length));
    } finally {
      closeSync(descriptor);
    }
  }

  async function putLarge(file: string): Promise<StoredObject> {
    const copy = nextTemporary();
    try {
      const isCloned = await tryClone(file, copy);
      const object = isCloned ? await hashFile(copy) : await copyAndHash(file, copy, 0o444);
      if (isPresent(object)) {
        rmSync(copy);
        return object;
      }
      if (isCloned) await chmod(copy, 0o444);
      publish(copy, object.digest);
      return object;
    } catch (error) {
      rmSync(copy, { force: true });
      throw error;
    }
  }

  async function tryClone(from: string, to: string): Promise<boolean> {
    if (!canClone) return false;
    try {
      await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
      return true;
    } catch (error) {
      rmSync(to, { force: true });
      const code = findErrorCode(error);
      // The file system cannot share blocks at all; another device can only say so for this pair of files.
      if (code === "ENOTSUP" || code === "ENOSYS" || code === "EOPNOTSUPP") canClone = false;
      else if (code !== "EXDEV" && code !== "EINVAL" && code !== "ENOTTY") throw error;
      return false;
    }
  }

  function readBytes(digest: Digest): Buffer {
    try {
      const bytes = readFileSync(pathOf(digest));
      if (digestOf(bytes) !== digest) throw damagedArtifact(digest, pathOf(digest));
      return bytes;
    } catch (error) {
      throw isNotThere(error) ? missingArtifact(`the content ${digest}`) : error;
    }
  }

  async function verify({ digest, sizeBytes }: StoredObject): Promise<void> {
    if (verified.has(digest)) return;
    const found = await runInPool(() => hashFile(pathOf(digest))).catch((error: unknown) => {
      throw isNotThere(error) ? missingArtifact(`the content ${digest}`) : error;
    });
    if (found.digest !== digest || found.sizeBytes !== sizeBytes)
      throw damagedArtifact(digest, pathOf(digest));
    verified.add(digest);
  }

  async function* readChunks(object: StoredObject): AsyncGenerator<Buffer> {
    if (object.sizeBytes <= smallFileBytes) {
      yield readBytes(object.digest);
      return;
    }
    assertPresent(object);
    const path = pathOf(object.digest);
    const hasher = createHash("sha256");
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
      const bytes: Buffer = chunk;
      hasher.update(bytes);
      yield bytes;
    }
    if (asDigest(hasher.digest("hex")) !== object.digest) throw damagedArtifact(object.digest, path);
  }

  function assertPresent(object: StoredObject): void {
    if (isPresent(object)) return;
    const path = pathOf(object.digest);
    if (statSync(path, { throwIfNoEntry: false }) === undefined)
      throw missingArtifact(`the content ${object.digest}`);
    throw damagedArtifact(object.digest, path);
  }

  function copyOut(object: StoredObject, target: string, mode: number): Promise<void> | undefined {
    if (object.sizeBytes > smallFileBytes) return copyLarge(object, target, mode);
    writeNew(target, readBytes(object.digest), mode);
    return undefined;
  }

  /** A clone costs nothing, so it is worth one reading before; a copy reads anyway and is checked as it goes. */
  async function copyLarge(object: StoredObject, target: string, mode: number): Promise<void> {
    const path = pathOf(object.digest);
    assertPresent(object);
    if (await runInPool(() => tryClone(path, target))) {
      await verify(object);
      await chmod(target, mode);
      return;
    }
    if (verified.has(object.digest)) {
      await runInPool(() => copyFile(path, target, constants.COPYFILE_EXCL));
      await chmod(target, mode);
      return;
    }
    const copied = await runInPool(() => copyAndHash(path, target, mode));
    if (copied.digest !== object.digest) throw damagedArtifact(object.digest, path);
    verified.add(object.digest);
  }

  return {
    pathOf,
    isPresent,
    putBytes,
    putFile,
    readBytes,
    readChunks,
    verify,
    copyOut,
    syncPending: () => syncQueue.sync(),
    close: () => syncQueue.close(),
  };
}

/** The digest of bytes in memory. */
export function digestOf(bytes: Uint8Array): Digest {
  return asDigest(hash("sha256", bytes, "hex"));
}

function asDigest(hex: string): Digest {
  const text = `sha256:${hex}`;
  if (!isDigest(text))
    throw new MillraceError("artifact/unavailable", "unavailable", "sha256 gave no digest");
  return text;
}

function readFully(descriptor: number, buffer: Buffer): number {
  let length = 0;
  while (length < buffer.length) {
    const got = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (got === 0) break;
    length += got;
  }
  return length;
}

/** Writes a file that must not exist. */
export function writeNew(file: string, bytes: Uint8Array, mode: number): void {
  const descriptor = openSync(file, "wx", mode);
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
  } finally {
    closeSync(descriptor);
  }
}

async function hashFile(file: string): Promise<StoredObject> {
  const source = await open(file, "r");
  try {
    return await readThrough(source, undefined);
  } finally {
    await source.close();
  }
}

async function copyAndHash(from: string, to: string, mode: number): Promise<StoredObject> {
  const source = await open(from, "r");
  try {
    const target = await open(to, "wx", mode);
    try {
      return await readThrough(source, target);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Reads to the end with two buffers: one is filled while the other is hashed and written. */
async function readThrough(source: FileHandle, target: FileHandle | undefined): Promise<StoredObject> {
  const hasher = createHash("sha256");
  let current = Buffer.allocUnsafeSlow(chunkBytes);
  let other = Buffer.allocUnsafeSlow(chunkBytes);
  let sizeBytes = 0;
  let { bytesRead } = await source.read(current, 0, chunkBytes, null);
  while (bytesRead > 0) {
    const filled = current.subarray(0, bytesRead);
    const reading = source.read(other, 0, chunkBytes, null);
    hasher.update(filled);
    const [next] = await Promise.all([reading, target === undefined ? undefined : writeAll(target, filled)]);
    sizeBytes += bytesRead;
    bytesRead = next.bytesRead;
    [current, other] = [other, current];
  }
  return { digest: asDigest(hasher.digest("hex")), sizeBytes };
}

async function writeAll(target: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await target.write(bytes, done, bytes.length - done, null);
    done += bytesWritten;
  }
}
