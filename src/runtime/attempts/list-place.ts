/** The keys at a place, wherever it is: in storage of others, or in the repository of this machine. */
import { localDriver } from "../../model/data/storage-place.ts";
import type { RuntimePorts } from "../runtime-ports.ts";
import type { ForeignStorage } from "./foreign-storage.ts";
import { listKeys } from "./keyed-artifacts.ts";

export function createLister(
  repositoryFolder: string,
  storage: ForeignStorage,
): NonNullable<RuntimePorts["list"]> {
  return (place, signal) =>
    place.driver === localDriver ? listKeys(repositoryFolder, place.key) : storage.list(place, signal);
}
