/**
 * Hashing and copying files: small ones with synchronous calls, large ones in pieces of 1 MiB through the pool, with
 * the hash made in the same pass.
 */
import { createHash, hash } from "node:crypto";
import { closeSync, constants, createReadStream, openSync, readSync, rmSync, writeSync } from "node:fs";
import { type FileHandle, copyFile, open } from "node:fs/promises";
import { MillraceError } from "../../base/errors.ts";
import { type Digest, isDigest } from "../../model/data/digest.ts";
import { findErrorCode } from "./translate-error.ts";

const chunkBytes = 1024 * 1024;

/** What a file turned out to be. */
export interface HashedFile {
  readonly digest: Digest;
  readonly sizeBytes: number;
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

/** Fills the buffer as far as the file goes; returns how far. */
export function readFully(descriptor: number, buffer: Buffer): number {
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

/** Reads a file to its end. */
export async function hashFile(file: string): Promise<HashedFile> {
  const source = await open(file, "r");
  try {
    return await readThrough(source, undefined);
  } finally {
    await source.close();
  }
}

/** Copies a file to one that must not exist, in one pass. */
export async function copyAndHash(from: string, to: string, mode: number): Promise<HashedFile> {
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
async function readThrough(source: FileHandle, target: FileHandle | undefined): Promise<HashedFile> {
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

/** The content in pieces; returns its digest after the last one. */
export async function* readPieces(file: string): AsyncGenerator<Buffer, Digest> {
  const hasher = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes })) {
    const bytes: Buffer = chunk;
    hasher.update(bytes);
    yield bytes;
  }
  return asDigest(hasher.digest("hex"));
}

/**
 * A function that makes a file share its blocks with a new one, and says whether it could. It stops trying on a
 * file system that never can.
 */
export function createCloner(): (from: string, to: string) => Promise<boolean> {
  let canClone = true;
  return async (from, to) => {
    if (!canClone) return false;
    try {
      await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
      return true;
    } catch (error) {
      rmSync(to, { force: true });
      const code = findErrorCode(error);
      if (code === "ENOTSUP" || code === "ENOSYS" || code === "EOPNOTSUPP") canClone = false;
      // These are about this pair of files only.
      else if (code !== "EXDEV" && code !== "EINVAL" && code !== "ENOTTY") throw error;
      return false;
    }
  };
}
