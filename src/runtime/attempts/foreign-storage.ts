/**
 * Foreign storage as the runtime uses it: the driver that a place names, with secrets put in at the last moment and taken
 * out of whatever it says, with a bound on time and size, and with another try where storage could not be reached.
 */
import { findByteText } from "../../base/byte-text.ts";
import { MillraceError } from "../../base/errors.ts";
import type { Json, JsonObject } from "../../base/json.ts";
import { isJsonObject } from "../../base/json.ts";
import { maskSecrets } from "../../base/mask-secrets.ts";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import { openSeals } from "../../model/run/sealed-secret.ts";
import type { ArtifactDriver, TransferLimits } from "../../ports/artifact-driver.ts";
import type { SecretStore } from "../../ports/secret-store.ts";

/** The operations of a driver, for places whose secrets are still sealed. */
export interface ForeignStorage {
  load(place: StoragePlace, target: string): Promise<void>;
  save(source: string, place: StoragePlace): Promise<void>;
  remove(place: StoragePlace): Promise<void>;
  list(place: StoragePlace, signal?: AbortSignal): Promise<readonly string[]>;
}

export interface ForeignStorageOptions {
  /** The driver of a name. MillraceError `artifact/driver-missing` when there is none. */
  readonly findDriver: (name: string) => Promise<ArtifactDriver>;
  readonly secrets: SecretStore;
  /** Resolves after a time; it lies between two tries. */
  readonly wait: (delayMs: number) => Promise<void>;
}

/** Waits between the tries of a call; there is one try more than waits. */
const retryDelaysMs = [1_000, 4_000];

/** A call that takes longer than this is given up. Idle connections are given up by the drivers, much sooner. */
const callMsAtMost = 6 * 3_600_000;

/** Most that one place may bring. */
const sizeBytesAtMost = 1024 ** 4;

export function createForeignStorage(options: ForeignStorageOptions): ForeignStorage {
  const call = <T>(place: StoragePlace, work: Work<T>, signal?: AbortSignal): Promise<T> =>
    callDriver(options, place, work, signal);
  return {
    load: (place, target) => call(place, (driver, open, limits) => driver.load(open, target, limits)),
    save: (source, place) => call(place, (driver, open, limits) => driver.save(source, open, limits)),
    remove: (place) => call(place, (driver, open, limits) => driver.remove(open, limits)),
    list: (place, signal) => call(place, (driver, open, limits) => driver.list(open, limits), signal),
  };
}

type Work<T> = (driver: ArtifactDriver, place: StoragePlace, limits: TransferLimits) => Promise<T>;

async function callDriver<T>(
  { findDriver, secrets, wait }: ForeignStorageOptions,
  place: StoragePlace,
  work: Work<T>,
  asked: AbortSignal | undefined,
): Promise<T> {
  const values = new Set<string>();
  const open = openPlace(place, secrets, values);
  const driver = await findDriver(place.driver);
  const timeout = AbortSignal.timeout(callMsAtMost);
  const signal = asked === undefined ? timeout : AbortSignal.any([timeout, asked]);
  for (let tries = 0; ; tries += 1) {
    try {
      return await work(driver, open, { signal, sizeBytesAtMost });
    } catch (error) {
      const delayMs = retryDelaysMs[tries];
      const isPassing = error instanceof MillraceError && error.category === "unavailable";
      if (!isPassing || delayMs === undefined || signal.aborted) throw hideIn(error, [...values]);
      await wait(delayMs);
    }
  }
}

function openPlace(place: StoragePlace, secrets: SecretStore, values: Set<string>): StoragePlace {
  const open = (text: string): string =>
    openSeals(text, (name, key) => {
      const value = secrets.find(name, key);
      if (value === undefined) throw missingSecret(place, name, key);
      if (findByteText(value) !== undefined) throw secretOfBytes(place, name, key);
      values.add(value);
      return value;
    });
  return {
    driver: place.driver,
    key: open(place.key),
    settings: mapTexts(place.settings, open) as JsonObject,
  };
}

function missingSecret({ driver, key: at }: StoragePlace, name: string, key: string): MillraceError {
  return new MillraceError(
    "secrets/missing",
    "not-found",
    `${driver} '${at}' needs the Secret ${name} with the key ${key}, which is not stored any more`,
    { hint: "Run a document that brings it with it." },
  );
}

function secretOfBytes({ driver, key: at }: StoragePlace, name: string, key: string): MillraceError {
  return new MillraceError(
    "secrets/not-text",
    "invalid",
    `${driver} '${at}' needs a text, and the key ${key} of the Secret ${name} holds bytes that are none`,
  );
}

function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item: Json) => mapTexts(item, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, item]) => [name, mapTexts(item, change)]),
  );
}

/** The error without values of secrets; its cause may say anything, so it goes no further. */
function hideIn(error: unknown, values: readonly string[]): unknown {
  if (!(error instanceof MillraceError) || values.length === 0) return error;
  const hint = error.hint === undefined ? {} : { hint: maskSecrets(error.hint, values) };
  return new MillraceError(error.code, error.category, maskSecrets(error.message, values), hint);
}
