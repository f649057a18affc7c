/** What the file system reports, in the words of the artifact store port (A6). */
import { InvariantError, MillraceError } from "../../base/errors.ts";

/** Turns whatever was thrown while doing `what` ("keep /a/b") into the port's errors; errors of ours pass through. */
export function translateArtifactError(error: unknown, what: string): Error {
  if (error instanceof MillraceError || error instanceof InvariantError) return error;
  if (!(error instanceof Error))
    return new InvariantError(`something that is no error was thrown: ${String(error)}`);
  const code = findErrorCode(error);
  if (code === undefined) return error;
  if (code === "ENOSPC" || code === "EDQUOT") {
    const hint = "Free space on that disk; nothing that was kept is lost.";
    return new MillraceError("artifact/full", "exhausted", `cannot ${what}: the disk is full`, {
      hint,
      cause: error,
    });
  }
  if (code === "EROFS" || code === "EACCES" || code === "EPERM") {
    const hint = "Check owner and permissions, and that the file system is mounted for writing.";
    return new MillraceError("artifact/denied", "denied", `cannot ${what}: ${error.message}`, {
      hint,
      cause: error,
    });
  }
  return new MillraceError("artifact/unavailable", "unavailable", `cannot ${what}: ${error.message}`, {
    cause: error,
  });
}

/** The system's error name (`ENOENT`), for errors that have one. */
export function findErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** True when the error says that a path does not lead anywhere. */
export function isNotThere(error: unknown): boolean {
  const code = findErrorCode(error);
  return code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP";
}

/** Something that should be there is not. */
export function missingArtifact(what: string): MillraceError {
  return new MillraceError("artifact/missing", "not-found", `${what} is not there`);
}

/** Stored content is not what its digest says. */
export function damagedArtifact(what: string, path: string): MillraceError {
  return new MillraceError(
    "artifact/damaged",
    "invalid",
    `${what} is damaged: ${path} is not what its name says`,
    {
      hint: "Remove that file and run the task that made it again, or restore it from a backup.",
    },
  );
}

/** An entry of an archive, or a link of a tree, would reach outside or is of a kind that is not unpacked. */
export function unsafeArchive(entry: string, why: string): MillraceError {
  const message = `the archive entry ${JSON.stringify(entry)} is refused: ${why}`;
  return new MillraceError("artifact/unsafe-archive", "invalid", message);
}
