/**
 * SHA-512 on big integers: slow, but exact, and only short texts are hashed in expressions.
 */
import { lazily } from "../../base/lazily.ts";
import { listPrimes, padMessage, rootFraction } from "./hashes.ts";

const mask = (1n << 64n) - 1n;
const findRounds = lazily(() => listPrimes(80).map((prime) => rootFraction(prime, 3n, 64n)));
const findStart = lazily(() => listPrimes(8).map((prime) => rootFraction(prime, 2n, 64n)));

function rotate(word: bigint, count: bigint): bigint {
  return ((word >> count) | (word << (64n - count))) & mask;
}

function expand(view: DataView, block: number): bigint[] {
  const words = Array.from({ length: 16 }, (_, index) => view.getBigUint64(block + index * 8));
  for (let index = 16; index < 80; index++) {
    const early = words[index - 15] ?? 0n;
    const late = words[index - 2] ?? 0n;
    const small = rotate(early, 1n) ^ rotate(early, 8n) ^ (early >> 7n);
    const large = rotate(late, 19n) ^ rotate(late, 61n) ^ (late >> 6n);
    words.push(((words[index - 16] ?? 0n) + small + (words[index - 7] ?? 0n) + large) & mask);
  }
  return words;
}

function compress(state: readonly bigint[], words: readonly bigint[]): readonly bigint[] {
  const rounds = findRounds();
  let [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n, g = 0n, h = 0n] = state;
  for (let step = 0; step < 80; step++) {
    const choose = (e & f) ^ (~e & mask & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const first =
      h +
      (rotate(e, 14n) ^ rotate(e, 18n) ^ rotate(e, 41n)) +
      choose +
      (rounds[step] ?? 0n) +
      (words[step] ?? 0n);
    const second = (rotate(a, 28n) ^ rotate(a, 34n) ^ rotate(a, 39n)) + majority;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) & mask, c, b, a, (first + second) & mask];
  }
  return [a, b, c, d, e, f, g, h].map((word, index) => (word + (state[index] ?? 0n)) & mask);
}

/** The 64 bytes of the digest. */
export function sha512(message: Uint8Array): Uint8Array {
  const padded = padMessage(message, 128, 16);
  const view = new DataView(padded.buffer);
  let state: readonly bigint[] = findStart();
  for (let block = 0; block < padded.length; block += 128) state = compress(state, expand(view, block));
  const digest = new Uint8Array(64);
  const output = new DataView(digest.buffer);
  state.forEach((word, index) => output.setBigUint64(index * 8, word));
  return digest;
}
