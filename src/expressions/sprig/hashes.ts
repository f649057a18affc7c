/**
 * SHA-1, SHA-256 and Adler-32 in plain JavaScript, because the pure layers have no crypto module.
 * For checksums inside expressions only; content addressing uses the platform's hashes.
 */

import { lazily } from "../../base/lazily.ts";

/** Appends the padding of the SHA family: a one bit, zeros, and the length in bits. */
export function padMessage(bytes: Uint8Array, blockSize: number, lengthSize: number): Uint8Array {
  const size = Math.ceil((bytes.length + 1 + lengthSize) / blockSize) * blockSize;
  const padded = new Uint8Array(size);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(size - 8, BigInt(bytes.length) * 8n);
  return padded;
}

function rotateLeft(word: number, count: number): number {
  return (word << count) | (word >>> (32 - count));
}

function toBytes(words: Int32Array): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  words.forEach((word, index) => view.setInt32(index * 4, word));
  return bytes;
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The round function and constant of SHA-1 for a step. */
function mixSha1(step: number, b: number, c: number, d: number): number {
  if (step < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (step < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (step < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

export function sha1(message: Uint8Array): Uint8Array {
  const padded = padMessage(message, 64, 8);
  const view = new DataView(padded.buffer);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const words = new Int32Array(80);
  for (let block = 0; block < padded.length; block += 64) {
    for (let index = 0; index < 16; index++) words[index] = view.getInt32(block + index * 4);
    for (let index = 16; index < 80; index++) {
      words[index] = rotateLeft(
        (words[index - 3] ?? 0) ^
          (words[index - 8] ?? 0) ^
          (words[index - 14] ?? 0) ^
          (words[index - 16] ?? 0),
        1,
      );
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
    for (let step = 0; step < 80; step++) {
      const next = (rotateLeft(a, 5) + mixSha1(step, b, c, d) + e + (words[step] ?? 0)) | 0;
      [e, d, c, b, a] = [d, c, rotateLeft(b, 30), a, next];
    }
    [a, b, c, d, e].forEach((word, index) => void (state[index] = ((state[index] ?? 0) + word) | 0));
  }
  return toBytes(state);
}

/** The first `count` primes. */
export function listPrimes(count: number): readonly number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}

/** The largest integer whose `root`-th power is not above `value`. */
function integerRoot(value: bigint, root: bigint): bigint {
  let low = 0n;
  let high = 1n << BigInt(Math.ceil(value.toString(2).length / Number(root)) + 1);
  while (low < high - 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** root <= value) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * The first `bits` bits of the fraction of the square (2) or cube (3) root: where SHA-2 takes its constants
 * from.
 */
export function rootFraction(prime: number, root: bigint, bits: bigint): bigint {
  return integerRoot(BigInt(prime) << (bits * root), root) & ((1n << bits) - 1n);
}

/** Their 32-bit words for the first `count` primes. */
function listRootWords(count: number, root: bigint): Int32Array {
  return Int32Array.from(listPrimes(count), (prime) =>
    Number(BigInt.asIntN(32, rootFraction(prime, root, 32n))),
  );
}

const findSha256Rounds = lazily(() => listRootWords(64, 3n));
const findSha256Start = lazily(() => listRootWords(8, 2n));

function rotateRight(word: number, count: number): number {
  return (word >>> count) | (word << (32 - count));
}

function expandSha256(words: Int32Array): void {
  for (let index = 16; index < 64; index++) {
    const early = words[index - 15] ?? 0;
    const late = words[index - 2] ?? 0;
    const small = rotateRight(early, 7) ^ rotateRight(early, 18) ^ (early >>> 3);
    const large = rotateRight(late, 17) ^ rotateRight(late, 19) ^ (late >>> 10);
    words[index] = ((words[index - 16] ?? 0) + small + (words[index - 7] ?? 0) + large) | 0;
  }
}

export function sha256(message: Uint8Array): Uint8Array {
  const padded = padMessage(message, 64, 8);
  const view = new DataView(padded.buffer);
  const rounds = findSha256Rounds();
  const state = Int32Array.from(findSha256Start());
  const words = new Int32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let index = 0; index < 16; index++) words[index] = view.getInt32(block + index * 4);
    expandSha256(words);
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let step = 0; step < 64; step++) {
      const choose = (e & f) ^ (~e & g);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      const first =
        (h +
          (rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25)) +
          choose +
          (rounds[step] ?? 0) +
          (words[step] ?? 0)) |
        0;
      const second = ((rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22)) + majority) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, index) => void (state[index] = ((state[index] ?? 0) + word) | 0));
  }
  return toBytes(state);
}

export function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return high * 65536 + low;
}
