/**
 * Directories of the machine that a document mounts, by permission only.
 *
 * What is compared with the permissions is where a path really leads, with every link followed; and what is mounted is that
 * place, not the path, so that a link that changes afterwards changes nothing. Only what is permitted is ever made.
 */
import { closeSync, mkdirSync, openSync, readlinkSync, realpathSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve, sep } from "node:path";
import type { Result } from "../../base/result.ts";
import { err, ok } from "../../base/result.ts";
import type { AttemptProblem, AttemptVolume } from "../../model/run/attempt.ts";
import { hostPathTypes } from "../../model/run/host-paths.ts";
import type { HostPathRule, HostPathType } from "../../model/run/host-paths.ts";

/** What of a volume is looked at. */
export interface HostMount extends Pick<AttemptVolume, "name" | "readOnly" | "subPath"> {
  readonly path: string;
  readonly type: string;
}

/** The place to mount. It is made where its type says so. */
export function findHostPlace(
  mount: HostMount,
  rules: readonly HostPathRule[],
): Result<string, AttemptProblem> {
  const type = hostPathTypes.find((each) => each === mount.type);
  if (type === undefined) return refuse(mount, `'${mount.type}' is no type of a path`);
  const refusal = findHostPathRefusal(mount.path, mount.readOnly, rules);
  if (refusal !== undefined) return refuse(mount, refusal);
  try {
    return makeReady(mount, findReal(mount.path), type);
  } catch (error) {
    // What the machine does not let this user do is the problem of whoever asks for it; a full disk is everybody's.
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (code === "" || code === "ENOSPC" || code === "EDQUOT") throw error;
    return refuse(mount, message);
  }
}

function makeReady(mount: HostMount, path: string, type: HostPathType): Result<string, AttemptProblem> {
  const problem = makeThere(path, type);
  if (problem !== undefined) return refuse(mount, problem);
  const place = realpathSync(path);
  const inside = (mount.subPath ?? "").split("/").filter((part) => part !== "" && part !== ".");
  if (inside.length === 0) return ok(place);
  if (inside.includes("..")) return refuse(mount, "its subPath leads out of it");
  const part = join(place, ...inside);
  if (!isAtOrBelow(findReal(part), place)) return refuse(mount, "its subPath leads out of it by a link");
  if (findStats(part) === undefined) mkdirSync(part, { recursive: true });
  return ok(realpathSync(part));
}

/** Why a path of the machine may not be mounted; undefined when it may. Nothing need be there yet. */
export function findHostPathRefusal(
  path: string,
  readOnly: boolean,
  rules: readonly HostPathRule[],
): string | undefined {
  if (!isAbsolute(path)) return "it is no absolute path";
  if (path.includes("\0") || path.split("/").includes("..")) return "it holds '..'";
  const place = findReal(path);
  const over = rules.filter((rule) => isAtOrBelow(place, findReal(rule.path)));
  const shown = place === path ? "" : `, which is ${place}`;
  if (over.length === 0) return `no --host-path allows it${shown}`;
  if (readOnly || over.some((rule) => !rule.readOnly)) return undefined;
  return `it is allowed for mounts with 'readOnly: true' only${shown}`;
}

/** Where a path leads; of what is not there yet, where it would be made. A link that leads nowhere leads where it says. */
function findReal(path: string, linksLeft = 40): string {
  try {
    return realpathSync(path);
  } catch {
    // Not there, or not to be looked at; then the directory above it says where it is.
    const above = dirname(path);
    const named = above === path ? path : join(findReal(above, linksLeft), basename(path));
    const target = linksLeft > 0 ? findTarget(named) : undefined;
    return target === undefined ? named : findReal(resolve(dirname(named), target), linksLeft - 1);
  }
}

function findTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // No link, or none that may be looked at.
    return undefined;
  }
}

function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Makes what may be made; says what is not as the type wants it. */
function makeThere(path: string, type: HostPathType): string | undefined {
  const found = findStats(path);
  // Runtimes of containers make a directory for a path of no type.
  if (found === undefined && (type === "" || type === "DirectoryOrCreate")) {
    mkdirSync(path, { recursive: true, mode: 0o755 });
    return undefined;
  }
  if (found === undefined && type === "FileOrCreate" && findStats(dirname(path)) !== undefined) {
    closeSync(openSync(path, "wx", 0o644));
    return undefined;
  }
  if (found === undefined) return "there is no such path";
  return isOfType(found, type) ? undefined : `it is no ${type.replace("OrCreate", "")}`;
}

function isOfType(found: Stats, type: HostPathType): boolean {
  switch (type) {
    case "":
      return true;
    case "Directory":
    case "DirectoryOrCreate":
      return found.isDirectory();
    case "File":
    case "FileOrCreate":
      return found.isFile();
    case "Socket":
      return found.isSocket();
    case "CharDevice":
      return found.isCharacterDevice();
    case "BlockDevice":
      return found.isBlockDevice();
  }
}

function findStats(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function refuse({ name, path }: HostMount, why: string): Result<never, AttemptProblem> {
  const message = `the volume ${name} may not mount ${path} of this machine: ${why}`;
  return err({ kind: "start-refused", code: "volume/host-path-refused", message });
}
