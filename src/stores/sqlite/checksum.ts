/** The checksum that lies beside every row: CRC-32, computed here for the first few rows and by zlib from then on. */
import { crc32 } from "node:zlib";
import { computeCrc32 } from "../../base/crc32.ts";

/** How many bytes are still to be computed here: about what takes as long as loading zlib. */
let leftBytes = 16_384;

/** Of the bytes, or of the text as UTF-8; `before` is the checksum of what comes before. */
export function computeChecksum(data: string | Uint8Array, before = 0): number {
  if (data.length > leftBytes) return crc32(data, before);
  leftBytes -= data.length;
  return computeCrc32(typeof data === "string" ? Buffer.from(data) : data, before);
}
