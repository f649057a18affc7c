/** Unpacking a gzipped tar. The tar library only reads headers here; where things are laid is unpack-target.ts. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Parser, ReadEntry } from "tar";
import { MillraceError } from "../../base/errors.ts";
import { findErrorCode, unsafeArchive } from "./translate-error.ts";
import type { UnpackFile, UnpackTarget } from "./unpack-target.ts";

/** `content` ends with an error of its own when it is damaged. Call `target.finish` afterwards. */
export async function unpackTar(content: AsyncIterable<Buffer>, target: UnpackTarget): Promise<void> {
  // Loaded only here: most runs never meet a tar, and a cold start has to stay short.
  const tar = await import("tar");
  const parser = new tar.Parser({ strict: true });
  let failure: unknown;
  parser.on("error", (error: unknown) => (failure ??= error));
  parser.on("entry", (entry: ReadEntry) => startEntry(entry, target, (error) => (failure ??= error)));
  parser.on("ignoredEntry", (entry: ReadEntry) => {
    failure ??= unsafeArchive(entry.path, `it is a ${entry.type}`);
  });
  try {
    await pipeline(Readable.from(content), createGunzip(), (chunks: AsyncIterable<Buffer>) =>
      feed(chunks, parser, () => failure),
    );
  } catch (error) {
    throw isFormatError(error) ? badArchive("gzipped tar", error) : error;
  }
}

/** Entries are consumed as they are parsed, so after each piece everything in it is on its way to the disk. */
async function feed(
  chunks: AsyncIterable<Buffer>,
  parser: Parser,
  findFailure: () => unknown,
): Promise<void> {
  for await (const chunk of chunks) {
    parser.write(chunk);
    const failure = findFailure();
    if (failure !== undefined) throw failure;
  }
  parser.end();
  const failure = findFailure();
  if (failure !== undefined) throw failure;
}

/** Errors are handed over instead of thrown, because the parser would be left in the middle of an event. */
function startEntry(entry: ReadEntry, target: UnpackTarget, fail: (error: unknown) => void): void {
  let file: UnpackFile | undefined;
  let hasFailed = false;
  const attempt = (work: () => void): void => {
    if (hasFailed) return;
    try {
      work();
    } catch (error) {
      hasFailed = true;
      fail(error);
    }
  };
  attempt(() => {
    file = layEntry(entry, target);
  });
  entry.on("data", (bytes: Buffer) => attempt(() => file?.write(bytes)));
  entry.on("end", () => file?.close());
}

const fileTypes: ReadonlySet<string> = new Set(["File", "OldFile", "ContiguousFile"]);

function layEntry(entry: ReadEntry, target: UnpackTarget): UnpackFile | undefined {
  if (fileTypes.has(entry.type)) return target.addFile(entry.path, entry.mode ?? 0o644);
  if (entry.type === "Directory") target.addDirectory(entry.path);
  else if (entry.type === "SymbolicLink") target.addLink(entry.path, entry.linkpath ?? "");
  else if (entry.type === "Link") target.addHardLink(entry.path, entry.linkpath ?? "");
  else throw unsafeArchive(entry.path, `it is a ${entry.type}`);
  return undefined;
}

function isFormatError(error: unknown): boolean {
  const code = findErrorCode(error) ?? "";
  const tarCode = error instanceof Error && "tarCode" in error;
  return tarCode || code.startsWith("Z_") || code.startsWith("TAR_");
}

/** The bytes are not the archive that they were taken for, or end too early. */
export function badArchive(kind: string, cause: unknown): MillraceError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new MillraceError("artifact/bad-archive", "invalid", `the file is no whole ${kind}: ${why}`, {
    cause,
  });
}
