/**
 * Whether a file is a gzipped tar, by its first bytes (Argo's executor: the gzip header is valid and the first tar
 * header can be read; plain tars are left as they are).
 */
import { constants, gunzipSync } from "node:zlib";

/** Enough for the gzip header with a long name and the first block of the tar. */
export const recognisableBytes = 64 * 1024;

const blockBytes = 512;
const checksum = { offset: 148, length: 8 } as const;

/** `head` is the file's beginning, up to `recognisableBytes` of it. */
export function isGzippedTar(head: Uint8Array): boolean {
  if (head[0] !== 0x1f || head[1] !== 0x8b) return false;
  const block = findFirstBlock(head);
  return block !== undefined && isTarHeader(block);
}

function findFirstBlock(head: Uint8Array): Buffer | undefined {
  try {
    // The head is cut off somewhere, which must not count as an error.
    const text = gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
    return text.length < blockBytes ? undefined : text.subarray(0, blockBytes);
  } catch {
    // Not gzip after all: an ordinary file that happens to begin with the same two bytes.
    return undefined;
  }
}

/** The sum of all bytes, with the checksum's own counted as spaces, is written in octal in the block. */
function isTarHeader(block: Buffer): boolean {
  const end = checksum.offset + checksum.length;
  const written = Number.parseInt(
    block
      .toString("latin1", checksum.offset, end)
      .replace(/[\0 ]+$/, "")
      .trim(),
    8,
  );
  let sum = checksum.length * 0x20;
  for (const [index, byte] of block.entries()) if (index < checksum.offset || index >= end) sum += byte;
  return written === sum;
}
