/** Objects to files: one object is a file, all objects below a key are a directory. */
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import type { TransferLimits } from "../../ports/artifact-driver.ts";
import { createByteBudget, receiveFile } from "../transfer/lay-whole.ts";
import type { ByteBudget } from "../transfer/lay-whole.ts";
import { findInside, toPrefix } from "../transfer/object-keys.ts";
import { damagedThere, missingThere } from "../transfer/refusals.ts";
import { runInTurns } from "../transfer/run-in-turns.ts";
import { isNoObject } from "./s3-client.ts";
import type { S3Session } from "./s3-client.ts";
import { digestName } from "./save-object.ts";

/** Objects that are on their way at once. */
export const transfersAtOnce = 8;

/** Lays what the key names at `staging`. */
export async function loadObjects(
  session: S3Session,
  place: StoragePlace,
  staging: string,
  limits: TransferLimits,
): Promise<void> {
  const budget = createByteBudget(place, limits);
  if (!place.key.endsWith("/") && place.key !== "") {
    try {
      await loadObject(session, place, place.key, staging, budget, limits.signal);
      return;
    } catch (error) {
      if (!isNoObject(error)) throw error;
    }
  }
  const prefix = toPrefix(place.key);
  const keys = await listKeys(session, prefix, limits.signal);
  if (keys.length === 0) throw missingThere(place, `the bucket '${session.bucket}' has no such object`);
  await mkdir(staging);
  await runInTurns(keys, transfersAtOnce, async (key) => {
    const path = join(staging, findInside(place, key, prefix));
    if (key.endsWith("/")) return void (await mkdir(path, { recursive: true }));
    await mkdir(dirname(path), { recursive: true });
    await loadObject(session, place, key, path, budget, limits.signal);
  });
}

async function loadObject(
  { library, client, bucket, customerKey }: S3Session,
  place: StoragePlace,
  key: string,
  path: string,
  budget: ByteBudget,
  signal: AbortSignal,
): Promise<void> {
  const command = new library.GetObjectCommand({ Bucket: bucket, Key: key, ...customerKey });
  const { Body, ContentLength, Metadata } = await client.send(command, { abortSignal: signal });
  if (!(Body instanceof Readable)) throw damagedThere(place, `the object '${key}' came without a body`);
  const received = await receiveFile(Body, path, budget, signal);
  if (ContentLength !== undefined && ContentLength !== received.sizeBytes)
    throw damagedThere(place, `of ${ContentLength} bytes of '${key}' ${received.sizeBytes} came`);
  const expected = Metadata?.[digestName];
  if (expected !== undefined && expected !== received.sha256)
    throw damagedThere(place, `'${key}' has the SHA-256 ${received.sha256} and should have ${expected}`);
}

/** All keys that begin with a text, sorted. */
export async function listKeys(
  { library, client, bucket }: S3Session,
  prefix: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const command = new library.ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    });
    const page = await client.send(command, { abortSignal: signal });
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
  return keys.sort();
}
