/**
 * The checksum of zlib, gzip and PNG (CRC-32, ISO 3309), for short data.
 * Node has a faster one in `node:zlib`, but loading that module takes as long as ten thousand bytes do here,
 * and most runs need no more.
 */

/** Remainders of one byte each; made when first needed. */
let table: Uint32Array | undefined;

type ComputeCrc32 = (bytes: Uint8Array, before: number) => number;

/** Computes the same in another way, where the program has brought one. */
let brought: ComputeCrc32 | undefined;

/**
 * From now on the checksums are computed by `faster`: a loop over bytes is slow as long as the process is young and
 * nothing is compiled.
 */
export function bringCrc32(faster: ComputeCrc32 | undefined): void {
  brought = faster;
}

/** The checksum of `bytes`; `before` is that of what comes before them. */
export function computeCrc32(bytes: Uint8Array, before = 0): number {
  return brought === undefined ? computeHere(bytes, before) : brought(bytes, before);
}

function computeHere(bytes: Uint8Array, before: number): number {
  const remainders = (table ??= makeTable());
  let rest = ~before;
  // By index: code that was not compiled yet takes several times as long through an iterator.
  for (let at = 0; at < bytes.length; at += 1)
    rest = (remainders[(rest ^ (bytes[at] ?? 0)) & 255] ?? 0) ^ (rest >>> 8);
  return ~rest >>> 0;
}

const polynomial = 0xedb88320;

/** The remainder of a sum is the sum of the remainders, so only those of single bits are divided out. */
function makeTable(): Uint32Array {
  const remainders = new Uint32Array(256);
  let rest = 1;
  for (let bit = 128; bit > 0; bit >>= 1) {
    rest = (rest & 1) === 0 ? rest >>> 1 : (rest >>> 1) ^ polynomial;
    for (let byte = 0; byte < 256; byte += 2 * bit) remainders[byte + bit] = rest ^ (remainders[byte] ?? 0);
  }
  return remainders;
}
