/** Unpacking a zip. The zip library reads the directory and inflates; where things are laid is unpack-target.ts. */
import { pipeline } from "node:stream/promises";
import type { Entry, ZipFile } from "yauzl";
import { InvariantError, MillraceError } from "../../base/errors.ts";
import { crc32 } from "node:zlib";
import { badArchive } from "./unpack-tar.ts";
import { unsafeArchive } from "./translate-error.ts";
import type { UnpackTarget } from "./unpack-target.ts";

const fileType = { mask: 0o170000, link: 0o120000, file: 0o100000, directory: 0o040000 } as const;
const madeByUnix = 3;
/** A link's text is a path. */
const maxLinkBytes = 64 * 1024;

/** `file` must have been checked against its digest. Call `target.finish` afterwards. */
export async function unpackZip(file: string, target: UnpackTarget): Promise<void> {
  // Loaded only here: most runs never meet a zip, and a cold start has to stay short.
  const yauzl = await import("yauzl");
  try {
    // Names are decoded here, so that a bad one can be named by our own rules.
    const zip = await yauzl.openPromise(file, { lazyEntries: true, decodeStrings: false, autoClose: false });
    try {
      for await (const entry of zip.eachEntry()) {
        const { generalPurposeBitFlag: flags, fileNameRaw, extraFields } = entry;
        await unpackEntry(zip, entry, yauzl.getFileNameLowLevel(flags, fileNameRaw, extraFields, true), target);
      }
    } finally {
      zip.close();
    }
  } catch (error) {
    throw isOurs(error) || isSystemError(error) ? error : badArchive("zip", error);
  }
}

async function unpackEntry(zip: ZipFile, entry: Entry, name: string, target: UnpackTarget): Promise<void> {
  const mode = entry.versionMadeBy >> 8 === madeByUnix ? entry.externalFileAttributes >>> 16 : 0;
  const type = mode & fileType.mask;
  if (entry.isEncrypted()) throw unsafeArchive(name, "it is encrypted");
  if (name.endsWith("/") || type === fileType.directory) return target.addDirectory(name);
  if (type === fileType.link) return target.addLink(name, await readLink(zip, entry, name));
  if (type !== 0 && type !== fileType.file) throw unsafeArchive(name, "it is neither file, directory nor link");
  const permissions = mode & 0o777;
  const file = target.addFile(name, permissions === 0 ? 0o644 : permissions);
  try {
    await readEntry(zip, entry, (bytes) => file.write(bytes));
  } finally {
    file.close();
  }
}

async function readLink(zip: ZipFile, entry: Entry, name: string): Promise<string> {
  const parts: Buffer[] = [];
  if (entry.uncompressedSize > maxLinkBytes) throw unsafeArchive(name, "it is a link with a text that is no path");
  await readEntry(zip, entry, (bytes) => parts.push(bytes));
  return Buffer.concat(parts).toString("utf8");
}

/** The library checks the size of an entry; its checksum is checked here. */
async function readEntry(zip: ZipFile, entry: Entry, take: (bytes: Buffer) => void): Promise<void> {
  let sum = 0;
  const source = await zip.openReadStreamPromise(entry);
  await pipeline(source, async (chunks: AsyncIterable<Buffer>) => {
    for await (const bytes of chunks) {
      sum = crc32(bytes, sum);
      take(bytes);
    }
  });
  if (sum !== entry.crc32) throw badArchive("zip", new Error(`an entry of ${entry.compressedSize} bytes fails its checksum`));
}

function isOurs(error: unknown): boolean {
  return error instanceof MillraceError || error instanceof InvariantError;
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
