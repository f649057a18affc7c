/**
 * The artifact driver port: files and directories in storage that belongs to somebody else.
 *
 * D1. `load` lays what is at the place at `target`, which does not exist yet: a file, or a directory for all that lies
 *     below it. It appears whole or not at all; bytes on their way have another name.
 * D2. `save` makes the place hold the file or directory at `source`, and nothing else: what `load` brings afterwards is the
 *     same names and bytes. Execute bits, empty directories and links need not survive.
 * D3. `remove` of what is not there is no error. After it, `exists` is false and `list` is empty.
 * D4. `list` gives the keys of all files at or below a place, sorted, each as it would be given as a place's key.
 * D5. What the storage has no operation for is refused with `artifact/unsupported-operation` (invalid).
 * D6. Refusals are MillraceErrors that name the driver and the key: `artifact/missing` (not-found), `artifact/denied`,
 *     `artifact/unavailable` (may be tried again), `artifact/bad-place` (settings that make no sense; invalid),
 *     `artifact/damaged`, `artifact/too-large`, `artifact/unsupported-file`, `artifact/unsafe-key` (a listed key that would
 *     leave the target; invalid), `artifact/driver-missing` (the driver cannot work here; invalid).
 * D7. Values of secrets appear in no error, no log, no command line and no file that outlives the call.
 * D8. An aborted signal ends the call soon with `artifact/unavailable`, and nothing of it goes on.
 *
 * The conformance suite is ports/conformance/artifact-driver.ts.
 */
import type { StoragePlace } from "../model/data/storage-place.ts";

/** Bounds of one call. */
export interface TransferLimits {
  readonly signal: AbortSignal;
  /** Most bytes that a call may bring. */
  readonly sizeBytesAtMost: number;
}

/** Places come with their secrets in the clear. */
export interface ArtifactDriver {
  readonly name: string;
  load(place: StoragePlace, target: string, limits: TransferLimits): Promise<void>;
  save(source: string, place: StoragePlace, limits: TransferLimits): Promise<void>;
  remove(place: StoragePlace, limits: TransferLimits): Promise<void>;
  list(place: StoragePlace, limits: TransferLimits): Promise<readonly string[]>;
  exists(place: StoragePlace, limits: TransferLimits): Promise<boolean>;
}
