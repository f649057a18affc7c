/** Foreign storage with the secrets of a home. */
import { setTimeout } from "node:timers/promises";
import { createForeignStorage } from "../runtime/attempts/foreign-storage.ts";
import type { ForeignStorage } from "../runtime/attempts/foreign-storage.ts";
import type { SecretStore } from "../ports/secret-store.ts";
import { findArtifactDriver } from "./artifact-drivers.ts";

export function openHomeStorage(secrets: SecretStore): ForeignStorage {
  return createForeignStorage({ findDriver: findArtifactDriver, secrets, wait: setTimeout });
}
