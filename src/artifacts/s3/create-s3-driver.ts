/**
 * Artifacts in S3 and in what speaks its language (Argo fields.md, S3Artifact). The place's key is the object's.
 *
 * Settings: `bucket`, `endpoint` (absent: Amazon), `region`, `insecure`, `accessKey`, `secretKey`, `sessionToken`,
 * `ambientCredentials`, `makesBucket` with `objectLocking`, `encrypted`, `kmsKeyId`, `kmsContext`, `customerKey`, `ca` (PEM),
 * `addressingStyle` (`path` or `virtual-hosted`), `roleArn` (assume-role.ts).
 */
import { stat } from "node:fs/promises";
import type { BucketLocationConstraint } from "@aws-sdk/client-s3";
import { MillraceError } from "../../base/errors.ts";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import type { ArtifactDriver, TransferLimits } from "../../ports/artifact-driver.ts";
import type { NetworkGate } from "../../ports/network-gate.ts";
import { layWhole } from "../transfer/lay-whole.ts";
import { toPrefix } from "../transfer/object-keys.ts";
import { runInTurns } from "../transfer/run-in-turns.ts";
import { badPlace, findText, isSet } from "../transfer/settings.ts";
import { walkFiles } from "../transfer/walk-files.ts";
import { createRoleSource } from "./assume-role.ts";
import { listKeys, loadObjects, transfersAtOnce } from "./load-objects.ts";
import { isNoObject, openS3, translateS3Error } from "./s3-client.ts";
import type { S3Means, S3Session } from "./s3-client.ts";
import { saveObject } from "./save-object.ts";

/** Most keys that one request deletes. */
const deletionsAtOnce = 1_000;

export function createS3Driver(gate?: NetworkGate): ArtifactDriver {
  const roles = createRoleSource();
  const withSession = <T>(place: StoragePlace, limits: TransferLimits, work: Work<T>): Promise<T> =>
    withS3(place, { gate, roles, signal: limits.signal }, work);
  return {
    name: "s3",
    load: (place, target, limits) =>
      withSession(place, limits, (session) =>
        layWhole(target, (staging) => loadObjects(session, place, staging, limits)),
      ),
    save: (source, place, limits) =>
      withSession(place, limits, (session) => save(session, source, place, limits)),
    remove: (place, limits) =>
      withSession(place, limits, async (session) => {
        await removeKeys(session, await listAt(session, place, limits.signal), limits.signal);
      }),
    list: (place, limits) =>
      withSession(place, limits, async (session) =>
        (await listAt(session, place, limits.signal)).filter((key) => !key.endsWith("/")),
      ),
    exists: (place, limits) =>
      withSession(place, limits, async (session) => (await listAt(session, place, limits.signal)).length > 0),
  };
}

type Work<T> = (session: S3Session) => Promise<T>;

/**
 * A client lives as long as one call: places differ in their credentials, and connections are cheap beside artifacts.
 * Roles are kept longer (assume-role.ts).
 */
async function withS3<T>(
  place: StoragePlace,
  means: S3Means & { readonly signal: AbortSignal },
  work: Work<T>,
): Promise<T> {
  let session: S3Session | undefined;
  try {
    session = await openS3(place, means);
    return await work(session);
  } catch (error) {
    const told = translateS3Error(error, place, means.signal);
    // A role may have been taken back or changed since; who tries again asks for it anew.
    if (told instanceof MillraceError && told.code === "artifact/denied")
      means.roles?.forget(findText(place, "roleArn") ?? "");
    throw told;
  } finally {
    session?.client.destroy();
  }
}

/** What was below the key before and is not of the new artifact is removed last: a reader never misses what stays. */
async function save(
  session: S3Session,
  source: string,
  place: StoragePlace,
  { signal }: TransferLimits,
): Promise<void> {
  if (place.key === "" || place.key.endsWith("/"))
    throw badPlace(place, "a key to store at must name an object");
  if (isSet(place, "makesBucket")) await makeBucket(session, place, signal);
  const isFile = (await stat(source)).isFile();
  const files = isFile
    ? [{ name: "", path: source }]
    : (await walkFiles(source)).map((file) => ({ name: `/${file.name}`, path: file.path }));
  const kept = new Set(files.map(({ name }) => `${place.key}${name}`));
  await runInTurns(files, transfersAtOnce, ({ name, path }) =>
    saveObject(session, place, `${place.key}${name}`, path, signal),
  );
  const stale = (await listAt(session, place, signal)).filter((key) => !kept.has(key));
  await removeKeys(session, stale, signal);
}

async function makeBucket(session: S3Session, place: StoragePlace, signal: AbortSignal): Promise<void> {
  const { library, client, bucket } = session;
  try {
    await client.send(new library.HeadBucketCommand({ Bucket: bucket }), { abortSignal: signal });
    return;
  } catch (error) {
    if (!(error instanceof Error) || (error.name !== "NotFound" && error.name !== "NoSuchBucket"))
      throw error;
  }
  const region = findText(place, "region");
  const isElsewhere = region !== undefined && region !== "us-east-1";
  const command = new library.CreateBucketCommand({
    Bucket: bucket,
    ...(isSet(place, "objectLocking") ? { ObjectLockEnabledForBucket: true } : {}),
    ...(isElsewhere
      ? { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } }
      : {}),
  });
  try {
    await client.send(command, { abortSignal: signal });
  } catch (error) {
    // Another task may have made it in the meantime.
    if (!(error instanceof Error) || error.name !== "BucketAlreadyOwnedByYou") throw error;
  }
}

/** The keys at and below a key. */
async function listAt(
  session: S3Session,
  place: StoragePlace,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { library, client, bucket, customerKey } = session;
  const below = await listKeys(session, toPrefix(place.key), signal);
  if (place.key === "" || place.key.endsWith("/")) return below;
  try {
    const head = new library.HeadObjectCommand({ Bucket: bucket, Key: place.key, ...customerKey });
    await client.send(head, { abortSignal: signal });
    return [place.key, ...below];
  } catch (error) {
    if (isNoObject(error)) return below;
    throw error;
  }
}

async function removeKeys(
  { library, client, bucket }: S3Session,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (let at = 0; at < keys.length; at += deletionsAtOnce) {
    const Objects = keys.slice(at, at + deletionsAtOnce).map((Key) => ({ Key }));
    const command = new library.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } });
    const { Errors = [] } = await client.send(command, { abortSignal: signal });
    const [first] = Errors;
    if (first !== undefined)
      throw Object.assign(new Error(first.Message), { name: first.Code ?? "AccessDenied" });
  }
}
