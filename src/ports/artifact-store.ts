/**
 * The artifact store port: content of files and directories, addressed by digest.
 *
 * A1. What `keep*` returned can be read back byte for byte until it is collected.
 * A2. Keeping the same content twice stores it once.
 * A3. A torn write is never visible: content appears under its digest whole or not at all.
 * A4. Nothing is ever written outside the target path: archive members that escape it are refused
 *     (`artifact/unsafe-archive`, invalid, naming the entry), and nothing of such an archive is left behind.
 * A5. After `syncPending` has resolved, everything that was kept before the call survives power loss. The runtime
 *     waits for it before it makes an event durable that names the content.
 * A6. Refusals are MillraceErrors: `artifact/missing` (not-found), `artifact/unsupported-file` (sockets, pipes,
 *     devices; invalid), `artifact/damaged` (content is not what its digest says; invalid), `artifact/bad-archive`
 *     (invalid), `artifact/bad-sub-path` (invalid), `artifact/full` (exhausted), `artifact/denied`,
 *     `artifact/unavailable`.
 *
 * Kept of a directory: files with their owner's execute bit, empty directories, symbolic links as they are. Links
 * that lead outside are refused when the tree is laid somewhere, not when it is kept.
 *
 * The conformance suite is ports/conformance/artifact-store.ts.
 */
import type { Archive, Artifact, ArtifactContent } from "../model/data/artifact.ts";

export interface MaterializeOptions {
  /** Only this part of the content; must stay inside. */
  readonly subPath?: string;
  /**
   * What becomes of the artifact's wrapped form: kept as it is, unpacked when it is a gzipped tar, or unpacked as a
   * zip. The wrapped form of `archive: none` is the content itself.
   */
  readonly unpack: "keep" | "tar-by-content" | "zip";
  /** Permission bits for the target; absent leaves 0644, 0755 for directories and what was executable. */
  readonly mode?: number;
  /** Apply `mode` to everything below the target as well. */
  readonly recurseMode: boolean;
}

export interface ArtifactStore {
  /** Keeps the file or directory at `path` (a link there is followed). A missing path is a MillraceError `artifact/missing` (not-found). */
  keep(path: string, archive: Archive): Promise<Artifact>;
  /** Keeps literal text as a file, with `archive: none`. */
  keepText(text: string, fileName: string): Promise<Artifact>;
  /** Lays the artifact at `target` (made, replaced if it exists), unpacking as asked. */
  materialize(artifact: Artifact, target: string, options: MaterializeOptions): Promise<void>;
  /** Writes the artifact in its wrapped form (tar.gz, zip, or as it is; then a tree becomes a directory): what a user downloads. */
  exportTo(artifact: Artifact, targetFile: string): Promise<void>;
  /** Whether all content of it is present. */
  has(content: ArtifactContent): Promise<boolean>;
  /** The absolute path of a single file's content; undefined for a tree. People may read it, never write it. */
  findFilePath(content: ArtifactContent): string | undefined;
  /** See A5. */
  syncPending(): Promise<void>;
  close(): Promise<void>;
}
