/** Artifacts: named files and directories that tasks hand to each other, addressed by content. */
import type { Digest } from "./digest.ts";
import type { StoragePlace } from "./storage-place.ts";

/**
 * How an artifact is wrapped when it is kept.
 * `tar` is a gzipped tar (Argo fields.md, TarStrategy; the default), `zip` a zip file, `none` the file or tree as it is.
 * The store keeps plain content in every case; the wrapping is applied when the artifact leaves the engine.
 */
export type Archive =
  | { readonly kind: "none" }
  | { readonly kind: "tar"; readonly compressionLevel: number }
  | { readonly kind: "zip" };

/** What a kept artifact is: one file, or a tree whose digest names its manifest. */
export interface ArtifactContent {
  readonly kind: "file" | "tree";
  readonly digest: Digest;
  /** Sum of all file sizes. */
  readonly sizeBytes: number;
  /** Set when a single file may be executed; trees keep this in their manifest. */
  readonly executable?: true;
}

/** Where an artifact was stored besides being kept. */
export interface StoredCopy {
  readonly place?: StoragePlace;
  /** In the repository of named artifacts of this machine. */
  readonly key?: string;
  /** When it goes from there: once the run has ended, or with the run. Absent: never by itself. */
  readonly removal?: CopyRemoval;
}

export type CopyRemoval = "run-ended" | "run-deleted";

/** A kept artifact, as outputs and arguments carry it. It can be written as JSON. */
export interface Artifact {
  readonly content: ArtifactContent;
  readonly archive: Archive;
  /** The last path segment it had when it was kept, for people who fetch it. */
  readonly fileName: string;
  readonly copy?: StoredCopy;
}
