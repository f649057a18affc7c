/** Which directories of the machine documents may mount (Kubernetes core/v1, HostPathVolumeSource). */

/** A directory or file that may be mounted, with all that is below it. */
export interface HostPathRule {
  /** Absolute. */
  readonly path: string;
  /** Only by mounts that are read-only. */
  readonly readOnly: boolean;
}

/** `/data`, or `/data:ro`. Undefined for what is no absolute path. */
export function parseHostPathRule(text: string): HostPathRule | undefined {
  const readOnly = text.endsWith(":ro");
  const path = readOnly ? text.slice(0, -3) : text;
  return path.startsWith("/") && !path.includes("\0") ? { path, readOnly } : undefined;
}

/** What may lie there (the field `type`); empty: whatever it is. */
export const hostPathTypes = [
  "",
  "DirectoryOrCreate",
  "Directory",
  "FileOrCreate",
  "File",
  "Socket",
  "CharDevice",
  "BlockDevice",
] as const;

export type HostPathType = (typeof hostPathTypes)[number];
