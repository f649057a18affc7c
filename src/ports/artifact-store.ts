/**
 * The artifact store port: content of files and directories, addressed by digest.
 *
 * A1. What `keep*` returned can be read back byte for byte until it is collected.
 * A2. Keeping the same content twice stores it once.
 * A3. A torn write is never visible: content appears under its digest whole or not at all.
 * A4. Nothing is ever written outside the target path: archive members that escape it are refused.
 */
import type { Archive, Artifact, ArtifactContent } from "../model/data/artifact.ts";

export interface MaterializeOptions {
  readonly subPath?: string;
  readonly unpack: "keep" | "tar-by-content" | "zip";
  readonly mode?: number;
  readonly recurseMode: boolean;
}

export interface ArtifactStore {
  /** Keeps the file or directory at `path`. A missing path is a MillraceError `artifact/missing` (not-found). */
  keep(path: string, archive: Archive): Promise<Artifact>;
  /** Keeps literal text as a file. */
  keepText(text: string, fileName: string): Promise<Artifact>;
  /** Lays the artifact at `target` (made, replaced if it exists), unpacking as asked. */
  materialize(artifact: Artifact, target: string, options: MaterializeOptions): Promise<void>;
  /** Writes the artifact in its wrapped form (tar.gz, zip, or plain) to a file: what a user downloads. */
  exportTo(artifact: Artifact, targetFile: string): Promise<void>;
  /** Whether all content of it is present. */
  has(content: ArtifactContent): Promise<boolean>;
  /** The absolute path of a single file's content; undefined for a tree. People may read it, never write it. */
  findFilePath(content: ArtifactContent): string | undefined;
  close(): Promise<void>;
}
