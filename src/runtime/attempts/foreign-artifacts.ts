/** Artifacts between the store of this machine and foreign storage. Everything goes through the store, and has a digest. */
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { MillraceError } from "../../base/errors.ts";
import type { Artifact } from "../../model/data/artifact.ts";
import type { StoragePlace } from "../../model/data/storage-place.ts";
import type { ArtifactStore } from "../../ports/artifact-store.ts";
import type { ForeignStorage } from "./foreign-storage.ts";

/** Where things lie on their way, below an attempt's directory. */
const transferFolder = "transfer";

/** Brings what lies at a place. `missing` when nothing does. */
export async function bringArtifact(
  storage: ForeignStorage,
  artifacts: ArtifactStore,
  place: StoragePlace,
  directory: string,
): Promise<Artifact | "missing"> {
  const folder = join(directory, transferFolder);
  const path = join(folder, nameOf(place));
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await storage.load(place, path);
    return await artifacts.keep(path, { kind: "none" });
  } catch (error) {
    if (error instanceof MillraceError && error.code === "artifact/missing") return "missing";
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Stores an artifact in its wrapped form. */
export async function storeArtifact(
  storage: ForeignStorage,
  artifacts: ArtifactStore,
  artifact: Artifact,
  place: StoragePlace,
  directory: string,
): Promise<void> {
  const folder = join(directory, transferFolder);
  const path = join(folder, "artifact");
  try {
    await mkdir(folder, { recursive: true });
    await artifacts.exportTo(artifact, path);
    await storage.save(path, place);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The last part of a key, as a file may be called. */
function nameOf({ key }: StoragePlace): string {
  const [path = ""] = key.split(/[?#]/u);
  const name = basename(path).replaceAll("\0", "");
  return name === "" || name === "." || name === ".." || Buffer.byteLength(name) > 200 ? "artifact" : name;
}
