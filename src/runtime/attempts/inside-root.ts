/**
 * Where a path that a command wrote really lies.
 * Inside its private root an absolute link points into that root, not into the machine;
 * links of ours (to volumes of the run) are the exception, and lead where they say.
 */
import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { join, resolve, sep } from "node:path";

const linksAtMost = 40;

/** Too long, with a NUL, or behind a directory that may not be looked into. */
const impossibleCodes: ReadonlySet<string> = new Set(["ENAMETOOLONG", "ERR_INVALID_ARG_VALUE", "EACCES"]);

/**
 * The host path of `path` below `root`, with links followed as the command would see them.
 * Undefined when the links go in a circle, or to where no file can be. The result may not exist.
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
    const found = findLink(next);
    if (found === "nowhere") return undefined;
    if (found === undefined) {
      at = next;
      continue;
    }
    links += 1;
    if (links > linksAtMost) return undefined;
    const { target } = found;
    const host = resolve(at, target);
    const own = [host, findReal(host)].find((path) => trusted.some((folder) => isAtOrBelow(path, folder)));
    if (own !== undefined) at = own;
    else {
      rest = [...target.split("/").filter((each) => each !== "" && each !== "."), ...rest];
      if (target.startsWith("/")) at = root;
    }
  }
  return at;
}

/** Where a link leads; undefined for what is no link, `nowhere` for a path that no file can have. */
function findLink(path: string): { readonly target: string } | "nowhere" | undefined {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return stat?.isSymbolicLink() === true ? { target: readlinkSync(path) } : undefined;
  } catch (error) {
    if (impossibleCodes.has(String((error as NodeJS.ErrnoException).code))) return "nowhere";
    throw error;
  }
}

/** An executor may know a folder of ours by another name. */
function findReal(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // Nothing lies there on the host, so it can only be meant inside the root.
    return path;
  }
}

function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}
