/**
 * Where a path that a command wrote really lies.
 * Inside its private root an absolute link points into that root, not into the machine;
 * links of ours (to volumes of the run) are the exception, and lead where they say.
 */
import { lstatSync, readlinkSync } from "node:fs";
import { join, resolve, sep } from "node:path";

const linksAtMost = 40;

/**
 * The host path of `path` below `root`, with links followed as the command would see them.
 * Undefined when the links go in a circle. The result may not exist.
 */
export function resolveInside(root: string, path: string, trusted: readonly string[]): string | undefined {
  let rest = path.split("/").filter((part) => part !== "" && part !== ".");
  let at = root;
  for (let links = 0; rest.length > 0;) {
    const [part = "", ...others] = rest;
    rest = others;
    if (part === "..") {
      at = at === root ? root : resolve(at, "..");
      continue;
    }
    const next = join(at, part);
    const stat = lstatSync(next, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() !== true) {
      at = next;
      continue;
    }
    links += 1;
    if (links > linksAtMost) return undefined;
    const target = readlinkSync(next);
    const host = resolve(at, target);
    if (trusted.some((folder) => isAtOrBelow(host, folder))) at = host;
    else {
      rest = [...target.split("/").filter((each) => each !== "" && each !== "."), ...rest];
      if (target.startsWith("/")) at = root;
    }
  }
  return at;
}

function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}
