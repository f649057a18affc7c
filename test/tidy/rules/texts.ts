/** What no file of the project may contain: unfinished marks, paths of one machine, hosts of one registry. */
import type { Finding, ProjectFile } from "../project-files.ts";

/** Written in pieces, so that this file does not contain what it looks for. */
const unfinishedMark = new RegExp(
  `\\b(?:${["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"].join("|")})\\b`,
);

/** Marks of work that was left for later. */
export function findUnfinishedMarks(files: readonly ProjectFile[]): readonly Finding[] {
  return files.flatMap((file) =>
    findLines(file, (line) => {
      const mark = unfinishedMark.exec(line)?.[0];
      return mark === undefined ? undefined : `${mark}: finish it, or describe the limit in words`;
    }),
  );
}

/** Paths that exist only where this was written. */
export function findMachinePaths(
  files: readonly ProjectFile[],
  paths: readonly string[],
): readonly Finding[] {
  return files.flatMap((file) =>
    findLines(file, (line) => {
      const path = paths.find((candidate) => line.includes(candidate));
      return path === undefined ? undefined : `names a path of one machine: ${path}`;
    }),
  );
}

/** Lock files and npm settings that tie the project to one registry. */
export function findRegistryHosts(files: readonly ProjectFile[]): readonly Finding[] {
  return files
    .filter(({ path }) => /(?:^|\/)(?:package-lock\.json|\.npmrc)$/.test(path))
    .flatMap((file) =>
      findLines(file, (line) =>
        /"resolved":|\bregistry\s*=|_auth|cafile/.test(line)
          ? "names a registry; the project must work with any mirror"
          : undefined,
      ),
    );
}

interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Packages for other platforms that are not in the lock file.
 * npm leaves out what the registry at hand does not have, and `npm ci` then refuses the lock file everywhere.
 */
export function findIncompleteLocks(lock: LockFile): readonly Finding[] {
  return Object.entries(lock.packages).flatMap(([name, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter(
        (optional) => !Object.keys(lock.packages).some((path) => path.endsWith(`node_modules/${optional}`)),
      )
      .map((optional) => ({
        path: "package-lock.json",
        message: `${optional}, which ${name} names, is missing`,
      })),
  );
}

/** Runtime dependencies that would run a script, or need a compiler, on the user's machine. */
export function findInstallScripts(lock: LockFile): readonly Finding[] {
  return Object.entries(lock.packages)
    .filter(([, entry]) => entry.hasInstallScript === true && entry.dev !== true)
    .map(([name]) => ({ path: "package-lock.json", message: `${name} runs a script when it is installed` }));
}

function findLines(file: ProjectFile, judge: (line: string) => string | undefined): readonly Finding[] {
  return file.text.split("\n").flatMap((line, index) => {
    const message = judge(line);
    return message === undefined ? [] : [{ path: file.path, line: index + 1, message }];
  });
}
