/** Unpacking a zip. The zip library reads the directory and inflates; where things are laid is unpack-target.ts. */
import { closeSync, openSync, readSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { crc32, inflateRawSync } from "node:zlib";
import type { Entry, ZipFile } from "yauzl";
import { InvariantError, MillraceError } from "../../base/errors.ts";
import { badArchive } from "./unpack-tar.ts";
import { unsafeArchive } from "./translate-error.ts";
import type { UnpackTarget } from "./unpack-target.ts";

const fileType = { mask: 0o170000, link: 0o120000, file: 0o100000, directory: 0o040000 } as const;
const madeByUnix = 3;
/** A link's text is a path. */
const maxLinkBytes = 64 * 1024;

/** Entries up to this size are read at once. */
const smallEntryBytes = 1024 * 1024;

interface OpenZip {
  readonly zip: ZipFile;
  readonly descriptor: number;
}

/** `file` must have been checked against its digest. Call `target.finish` afterwards. */
export async function unpackZip(file: string, target: UnpackTarget): Promise<void> {
  // Loaded only here: most runs never meet a zip, and a cold start has to stay short. The bundle knows the names of such
  // a package (CommonJS) only as members of its default.
  const { default: yauzl } = await import("yauzl");
  try {
    // Names are decoded here, so that a bad one can be named by our own rules.
    const zip = await yauzl.openPromise(file, { lazyEntries: true, decodeStrings: false, autoClose: false });
    const descriptor = openSync(file, "r");
    try {
      for await (const entry of zip.eachEntry()) {
        const { generalPurposeBitFlag: flags, fileNameRaw, extraFields } = entry;
        await unpackEntry(
          { zip, descriptor },
          entry,
          yauzl.getFileNameLowLevel(flags, fileNameRaw, extraFields, true),
          target,
        );
      }
    } finally {
      closeSync(descriptor);
      zip.close();
    }
  } catch (error) {
    throw isOurs(error) || isSystemError(error) ? error : badArchive("zip", error);
  }
}

async function unpackEntry(zip: OpenZip, entry: Entry, name: string, target: UnpackTarget): Promise<void> {
  const mode = entry.versionMadeBy >> 8 === madeByUnix ? entry.externalFileAttributes >>> 16 : 0;
  const type = mode & fileType.mask;
  if (entry.isEncrypted()) throw unsafeArchive(name, "it is encrypted");
  if (name.endsWith("/") || type === fileType.directory) return target.addDirectory(name);
  if (type === fileType.link) return target.addLink(name, await readLink(zip, entry, name));
  if (type !== 0 && type !== fileType.file)
    throw unsafeArchive(name, "it is neither file, directory nor link");
  const permissions = mode & 0o777;
  const file = target.addFile(name, permissions === 0 ? 0o644 : permissions);
  try {
    await readEntry(zip, entry, (bytes) => file.write(bytes));
  } finally {
    file.close();
  }
}

async function readLink(zip: OpenZip, entry: Entry, name: string): Promise<string> {
  const parts: Buffer[] = [];
  if (entry.uncompressedSize > maxLinkBytes)
    throw unsafeArchive(name, "it is a link with a text that is no path");
  await readEntry(zip, entry, (bytes) => parts.push(bytes));
  return Buffer.concat(parts).toString("utf8");
}

/** The library checks the size of an entry; its checksum is checked here. */
async function readEntry(
  { zip, descriptor }: OpenZip,
  entry: Entry,
  take: (bytes: Buffer) => void,
): Promise<void> {
  let sum = 0;
  const takeAndSum = (bytes: Buffer): void => {
    sum = crc32(bytes, sum);
    take(bytes);
  };
  if (isSmall(entry)) takeAndSum(await readSmall(zip, descriptor, entry));
  else
    await pipeline(await zip.openReadStreamPromise(entry), (chunks: AsyncIterable<Buffer>) =>
      drain(chunks, takeAndSum),
    );
  if (sum !== entry.crc32)
    throw badArchive("zip", new Error(`an entry of ${entry.compressedSize} bytes fails its checksum`));
}

async function drain(chunks: AsyncIterable<Buffer>, take: (bytes: Buffer) => void): Promise<void> {
  for await (const bytes of chunks) take(bytes);
}

function isSmall(entry: Entry): boolean {
  return entry.compressedSize <= smallEntryBytes && entry.uncompressedSize <= smallEntryBytes;
}

/** Without streams, which cost ten times as much as a small entry itself. */
async function readSmall(zip: ZipFile, descriptor: number, entry: Entry): Promise<Buffer> {
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const stored = Buffer.alloc(entry.compressedSize);
  if (readSync(descriptor, stored, 0, stored.length, fileDataStart) !== stored.length) throw endsEarly();
  const isPlain = entry.compressionMethod === 0;
  if (!isPlain && entry.compressionMethod !== 8)
    throw unsafeArchive(entry.fileNameRaw.toString(), "its compression is unknown");
  const bytes = isPlain
    ? stored
    : inflateRawSync(stored, { maxOutputLength: Math.max(entry.uncompressedSize, 1) });
  if (bytes.length !== entry.uncompressedSize) throw endsEarly();
  return bytes;
}

function endsEarly(): MillraceError {
  return badArchive("zip", new Error("an entry is shorter or longer than its directory says"));
}

function isOurs(error: unknown): boolean {
  return error instanceof MillraceError || error instanceof InvariantError;
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
