/** Foreign storage with the secrets of a home. */
import { setTimeout } from "node:timers/promises";
import { createForeignStorage } from "../runtime/attempts/foreign-storage.ts";
import type { ForeignStorage } from "../runtime/attempts/foreign-storage.ts";
import { openFolderSecrets } from "../stores/folder/folder-secrets.ts";
import { findArtifactDriver } from "./artifact-drivers.ts";
import type { Home } from "./home.ts";

export function openHomeStorage(home: Home): ForeignStorage {
  const secrets = openFolderSecrets(home.secrets);
  return createForeignStorage({ findDriver: findArtifactDriver, secrets, wait: setTimeout });
}
