/** Foreign storage with the secrets of a home. */
import { createForeignStorage } from "../runtime/attempts/foreign-storage.ts";
import type { ForeignStorage } from "../runtime/attempts/foreign-storage.ts";
import type { NetworkGate } from "../ports/network-gate.ts";
import type { SecretStore } from "../ports/secret-store.ts";
import { findArtifactDriver } from "./artifact-drivers.ts";

/** Where there is no gate, drivers may connect to everything. */
export function openHomeStorage(secrets: SecretStore, gate: NetworkGate | undefined): ForeignStorage {
  return createForeignStorage({
    findDriver: (name) => findArtifactDriver(name, gate),
    secrets,
    wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
  });
}
