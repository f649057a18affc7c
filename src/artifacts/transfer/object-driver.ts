/**
 * A driver for storage of objects under keys, of which only four things differ: how one is read, written and removed, and
 * how keys are listed. One object is a file, all objects below a key are a directory.
 */
import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { MillraceError } from "../../base/errors.ts";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import type { ArtifactDriver, TransferLimits } from "../../ports/artifact-driver.ts";
import { createByteBudget, layWhole, receiveFile } from "./lay-whole.ts";
import { findInside, toPrefix } from "./object-keys.ts";
import { deniedThere, missingThere, translateTransferError, unavailableThere } from "./refusals.ts";
import { runInTurns } from "./run-in-turns.ts";
import { badPlace } from "./settings.ts";
import { walkFiles } from "./walk-files.ts";

/** The objects of one bucket or container. Whatever a client throws is translated by its HTTP status. */
export interface ObjectStorage {
  /** Undefined when there is no such object. */
  read(key: string): Promise<Readable | undefined>;
  write(key: string, path: string): Promise<void>;
  /** An object that is not there is no error. */
  remove(key: string): Promise<void>;
  /** All keys that begin with the text. */
  list(prefix: string): Promise<readonly string[]>;
  /** What the network policy refused, for clients that do not pass such an error on. */
  findRefusal?(): MillraceError | undefined;
  /** After the last operation. */
  close?(): Promise<void>;
}

const transfersAtOnce = 8;

export function createObjectDriver(
  name: string,
  open: (place: StoragePlace, signal: AbortSignal) => ObjectStorage | Promise<ObjectStorage>,
): ArtifactDriver {
  const using = async <T>(
    place: StoragePlace,
    { signal }: TransferLimits,
    work: (storage: ObjectStorage) => Promise<T>,
  ): Promise<T> => {
    let storage: ObjectStorage | undefined;
    try {
      signal.throwIfAborted();
      storage = await open(place, signal);
      return await work(storage);
    } catch (error) {
      throw storage?.findRefusal?.() ?? findRefusalIn(error) ?? translate(error, place, signal);
    } finally {
      await storage?.close?.();
    }
  };
  return {
    name,
    load: (place, target, limits) =>
      using(place, limits, (storage) => layWhole(target, (staging) => load(storage, place, staging, limits))),
    save: (source, place, limits) =>
      using(place, limits, (storage) => save(storage, source, place, limits.signal)),
    remove: (place, limits) =>
      using(place, limits, async (storage) =>
        runInTurns(await listAt(storage, place), transfersAtOnce, (key) => storage.remove(key)),
      ),
    list: (place, limits) =>
      using(place, limits, async (storage) =>
        (await listAt(storage, place)).filter((key) => !key.endsWith("/")),
      ),
    exists: (place, limits) =>
      using(place, limits, async (storage) => (await listAt(storage, place)).length > 0),
  };
}

async function load(
  storage: ObjectStorage,
  place: StoragePlace,
  staging: string,
  limits: TransferLimits,
): Promise<void> {
  const budget = createByteBudget(place, limits);
  const bring = async (key: string, path: string): Promise<boolean> => {
    limits.signal.throwIfAborted();
    const body = await storage.read(key);
    if (body !== undefined) await receiveFile(body, path, budget, limits.signal);
    return body !== undefined;
  };
  if (place.key !== "" && !place.key.endsWith("/") && (await bring(place.key, staging))) return;
  const prefix = toPrefix(place.key);
  const keys = await storage.list(prefix);
  if (keys.length === 0) throw missingThere(place, "there is no such object");
  await mkdir(staging);
  await runInTurns(keys, transfersAtOnce, async (key) => {
    const path = join(staging, findInside(place, key, prefix));
    if (key.endsWith("/")) return void (await mkdir(path, { recursive: true }));
    await mkdir(dirname(path), { recursive: true });
    if (!(await bring(key, path))) throw missingThere(place, `'${key}' went away in the meantime`);
  });
}

/** What was below the key before and is not of the new artifact is removed last: a reader never misses what stays. */
async function save(
  storage: ObjectStorage,
  source: string,
  place: StoragePlace,
  signal: AbortSignal,
): Promise<void> {
  if (place.key === "" || place.key.endsWith("/"))
    throw badPlace(place, "a key to store at must name an object");
  const files = (await stat(source)).isFile()
    ? [{ name: "", path: source }]
    : (await walkFiles(source)).map(({ name, path }) => ({ name: `/${name}`, path }));
  const kept = new Set(files.map(({ name }) => `${place.key}${name}`));
  await runInTurns(files, transfersAtOnce, ({ name, path }) => {
    signal.throwIfAborted();
    return storage.write(`${place.key}${name}`, path);
  });
  const stale = (await listAt(storage, place)).filter((key) => !kept.has(key));
  await runInTurns(stale, transfersAtOnce, (key) => storage.remove(key));
}

/** The keys at and below a key. */
async function listAt(storage: ObjectStorage, { key }: StoragePlace): Promise<readonly string[]> {
  const prefix = toPrefix(key);
  const keys = await storage.list(key);
  return keys.filter((each) => each === key || each.startsWith(prefix)).sort();
}

/** Clients wrap what a connection says. */
function findRefusalIn(error: unknown): MillraceError | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1)
    if (at instanceof MillraceError && at.code === "network/refused") return at;
  return undefined;
}

function translate(error: unknown, place: StoragePlace, signal: AbortSignal): Error {
  const status = signal.aborted ? undefined : findStatus(error);
  if (status === undefined) return translateTransferError(error, place, signal);
  const found = `the storage answered ${status}`;
  if (status === 404) return missingThere(place, found);
  if (status === 408 || status === 429 || status >= 500) return unavailableThere(place, found, error);
  return deniedThere(place, found);
}

/** Clients call it `statusCode` or `code`. */
function findStatus(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { statusCode, code } = error as Error & { readonly statusCode?: unknown; readonly code?: unknown };
  const status = [statusCode, code]
    .map(Number)
    // A client that does not follow a redirect gives it for an answer.
    .find((each) => Number.isInteger(each) && each >= 300 && each < 600);
  return status;
}
