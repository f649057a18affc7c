/**
 * Another name for a folder, without characters that a shell acts upon.
 *
 * This executor writes paths of an attempt's private root into scripts (rewrite-paths.ts), where nobody quotes them:
 * below `/home/me/My Work` every script would see two words. So a folder with such a path gets a link with a plain one.
 * The links lie in one folder that only this user can write; a folder that somebody else made there is never used.
 */
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readlinkSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";

const plain = /^[A-Za-z0-9_./@%+,=-]*$/;

/** Makes plain names; what was made once is remembered. `linksIn` is a folder such as `/tmp`. */
export function createPlainPaths(linksIn: string): (path: string) => string {
  const known = new Map<string, string>();
  return (path) => {
    if (plain.test(path)) return path;
    const folder = findPlainTail(path);
    const name = known.get(folder) ?? linkTo(folder, linksIn);
    known.set(folder, name);
    return name + path.slice(folder.length);
  };
}

/** The shortest beginning of the path after which everything is plain. */
function findPlainTail(path: string): string {
  let folder = path;
  while (plain.test(path.slice(dirname(folder).length))) folder = dirname(folder);
  return folder;
}

/** The folder itself when no link can be made: its path is then written as it is. */
function linkTo(folder: string, linksIn: string): string {
  const own = join(linksIn, `millrace-${process.getuid?.() ?? 0}`);
  const link = join(own, createHash("sha256").update(folder).digest("hex").slice(0, 16));
  try {
    mkdirSync(own, { mode: 0o700, recursive: true });
    const stat = lstatSync(own);
    if (!stat.isDirectory() || stat.uid !== (process.getuid?.() ?? stat.uid) || (stat.mode & 0o022) !== 0)
      return folder;
    if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(folder, link);
    return readlinkSync(link) === folder ? link : folder;
  } catch {
    // A temporary folder that cannot be written, or another engine that made the same link just now.
    return isLinkTo(link, folder) ? link : folder;
  }
}

function isLinkTo(link: string, folder: string): boolean {
  try {
    return readlinkSync(link) === folder;
  } catch {
    // There is no such link.
    return false;
  }
}
