/**
 * The checksum of zlib, gzip and PNG (CRC-32, ISO 3309), for short data.
 * Node has a faster one in `node:zlib`, but loading that module takes as long as ten thousand bytes do here,
 * and most runs need no more.
 */

/** Remainders of one byte each; made when first needed. */
let table: Uint32Array | undefined;

/** The checksum of `bytes`; `before` is that of what comes before them. */
export function computeCrc32(bytes: Uint8Array, before = 0): number {
  const remainders = (table ??= makeTable());
  let rest = ~before;
  for (const byte of bytes) rest = (remainders[(rest ^ byte) & 255] ?? 0) ^ (rest >>> 8);
  return ~rest >>> 0;
}

const polynomial = 0xedb88320;

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest & 1) === 0 ? rest >>> 1 : (rest >>> 1) ^ polynomial;
    return rest;
  });
}
