/**
 * A kept single file, with the one thing that its bytes do not say: whether it may be executed.
 * A compiled program that one task hands to the next must still run there (Argo keeps the mode in its tar).
 */
import type { ArtifactContent } from "../../model/data/artifact.ts";
import type { TreeEntry } from "./tree-manifest.ts";

export type KeptContent = ArtifactContent & { readonly executable?: true };

/** True for files that were executable when they were kept. */
export function isExecutableContent(content: ArtifactContent): boolean {
  return "executable" in content && content.executable === true;
}

/** A file of a tree as a content of its own. */
export function contentOfEntry(entry: TreeEntry & { readonly kind: "file" }): KeptContent {
  const { digest, sizeBytes } = entry;
  return { kind: "file", digest, sizeBytes, ...(entry.executable === true ? { executable: true } : {}) };
}
