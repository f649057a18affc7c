/** The files of a directory that is to be stored object by object. */
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { MillraceError } from "../../base/errors.ts";

export interface WalkedFile {
  /** With slashes, relative to the directory. */
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * All files, sorted by name. A link to a file inside counts as that file; any other link is refused, because storage of
 * objects has no links and a directory must not bring along what lies outside of it.
 */
export async function walkFiles(root: string): Promise<readonly WalkedFile[]> {
  const real = await realpath(root);
  const files: WalkedFile[] = [];
  const walk = async (folder: string, prefix: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const name = `${prefix}${entry.name}`;
      if (entry.isDirectory()) await walk(path, `${name}/`);
      else if (entry.isFile()) files.push({ name, path, sizeBytes: (await stat(path)).size });
      else files.push(await followLink(real, path, name));
    }
  };
  await walk(real, "");
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function followLink(root: string, path: string, name: string): Promise<WalkedFile> {
  const target = await realpath(path).catch(() => undefined);
  const found = target?.startsWith(root + sep) === true ? await stat(target) : undefined;
  if (target === undefined || found?.isFile() !== true) {
    throw new MillraceError(
      "artifact/unsupported-file",
      "invalid",
      `${name} cannot be stored as an object: it is a link to no file of the directory`,
      { hint: "Store the directory packed (leave out `archive: none`), or leave the link out." },
    );
  }
  return { name, path: target, sizeBytes: found.size };
}

/** Bytes of all files below a folder; links count for nothing. */
export async function measureFolder(folder: string): Promise<number> {
  let sizeBytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) sizeBytes += (await stat(join(entry.parentPath, entry.name))).size;
  return sizeBytes;
}
