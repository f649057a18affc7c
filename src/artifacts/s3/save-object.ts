/**
 * One file to one object. Large files go in parts. The object's own SHA-256 goes with it, so that whoever loads it
 * again knows that it is whole; and its size is asked for afterwards, because not every server checks what it was sent.
 */
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import type { CompletedPart, PutObjectCommandInput } from "@aws-sdk/client-s3";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import { hashFile } from "../transfer/lay-whole.ts";
import { damagedThere } from "../transfer/refusals.ts";
import { findText, isSet } from "../transfer/settings.ts";
import type { S3Session } from "./s3-client.ts";

/** The name under which an object's SHA-256 stands in its metadata. */
export const digestName = "millrace-sha256";

/** Files above this size go in parts of at least this size. S3 takes parts of 5 MiB to 5 GiB, and 10,000 of them. */
export const partBytes = 16 * 1024 * 1024;
const partsAtMost = 10_000;

export async function saveObject(
  session: S3Session,
  place: StoragePlace,
  key: string,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const { library, client, bucket, customerKey } = session;
  const { size } = await stat(path);
  const target = {
    Bucket: bucket,
    Key: key,
    Metadata: { [digestName]: await hashFile(path, signal) },
    ...describeEncryption(place),
    ...customerKey,
  };
  if (size <= partBytes) {
    const command = new library.PutObjectCommand({
      ...target,
      Body: await readWhole(path, size),
      ContentLength: size,
    });
    await client.send(command, { abortSignal: signal });
  } else await saveParts(session, target, path, size, signal);
  const head = new library.HeadObjectCommand({ Bucket: bucket, Key: key, ...customerKey });
  const { ContentLength } = await client.send(head, { abortSignal: signal });
  if (ContentLength !== undefined && ContentLength !== size)
    throw damagedThere(place, `${size} bytes were sent and ${ContentLength} arrived at '${key}'`);
}

function describeEncryption(place: StoragePlace): Partial<PutObjectCommandInput> {
  const keyId = findText(place, "kmsKeyId");
  const context = findText(place, "kmsContext");
  if (findText(place, "customerKey") !== undefined) return {};
  if (keyId !== undefined) {
    return {
      ServerSideEncryption: "aws:kms",
      SSEKMSKeyId: keyId,
      ...(context === undefined ? {} : { SSEKMSEncryptionContext: Buffer.from(context).toString("base64") }),
    };
  }
  return isSet(place, "encrypted") ? { ServerSideEncryption: "AES256" } : {};
}

async function readWhole(path: string, size: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks, size);
}

/** Parts that were sent for nothing cost money, so an upload that fails is taken back. */
async function saveParts(
  session: S3Session,
  target: PutObjectCommandInput,
  path: string,
  size: number,
  signal: AbortSignal,
): Promise<void> {
  const { library, client, customerKey } = session;
  const { Bucket, Key } = target;
  const created = await client.send(new library.CreateMultipartUploadCommand(target), {
    abortSignal: signal,
  });
  const upload = { Bucket, Key, UploadId: created.UploadId };
  try {
    const Parts = await sendParts(session, upload, path, size, signal);
    const complete = { ...upload, ...customerKey, MultipartUpload: { Parts } };
    await client.send(new library.CompleteMultipartUploadCommand(complete), { abortSignal: signal });
  } catch (error) {
    await client
      .send(new library.AbortMultipartUploadCommand(upload))
      // What matters is why the upload failed; a server that cannot be reached cannot take it back either.
      .catch(() => undefined);
    throw error;
  }
}

async function sendParts(
  { library, client, customerKey }: S3Session,
  upload: {
    readonly Bucket: string | undefined;
    readonly Key: string | undefined;
    readonly UploadId: string | undefined;
  },
  path: string,
  size: number,
  signal: AbortSignal,
): Promise<CompletedPart[]> {
  const eachBytes = Math.max(partBytes, Math.ceil(size / partsAtMost));
  const parts: CompletedPart[] = [];
  const file = await open(path);
  try {
    for (let at = 0; at < size; at += eachBytes) {
      const Body = Buffer.alloc(Math.min(eachBytes, size - at));
      await file.read(Body, 0, Body.length, at);
      const PartNumber = parts.length + 1;
      const command = new library.UploadPartCommand({ ...upload, ...customerKey, PartNumber, Body });
      const { ETag } = await client.send(command, { abortSignal: signal });
      parts.push({ PartNumber, ...(ETag === undefined ? {} : { ETag }) });
    }
    return parts;
  } finally {
    await file.close();
  }
}
