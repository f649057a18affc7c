/** Things appear whole or not at all (ports/artifact-driver.ts, D1). */
import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import type { Readable } from "node:stream";
import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import type { TransferLimits } from "../../ports/artifact-driver.ts";
import { tooLarge } from "./refusals.ts";

/** Lets `make` write beside `target`, and moves the result there when it is done. */
export async function layWhole(target: string, make: (staging: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const staging = join(dirname(target), `.millrace-${randomUUID()}`);
  try {
    await make(staging);
    await rename(staging, target);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
}

/** Counts what one call brings. */
export interface ByteBudget {
  take(sizeBytes: number): void;
}

export function createByteBudget(place: StoragePlace, { sizeBytesAtMost }: TransferLimits): ByteBudget {
  let left = sizeBytesAtMost;
  return {
    take: (sizeBytes) => {
      left -= sizeBytes;
      if (left < 0) throw tooLarge(place, sizeBytesAtMost);
    },
  };
}

/** What a stream brought. */
export interface Received {
  readonly sizeBytes: number;
  /** SHA-256, as hexadecimal digits. */
  readonly sha256: string;
}

/** Writes a stream to a new file. */
export async function receiveFile(
  source: Readable,
  path: string,
  budget: ByteBudget,
  signal: AbortSignal,
): Promise<Received> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const count = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      try {
        budget.take(chunk.length);
      } catch (error) {
        done(error as Error);
        return;
      }
      sizeBytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(source, count, createWriteStream(path, { flags: "wx", mode: 0o644 }), { signal });
  return { sizeBytes, sha256: hash.digest("hex") };
}

/** SHA-256 of a file, as hexadecimal digits. */
export async function hashFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash, { signal });
  return hash.digest("hex");
}
