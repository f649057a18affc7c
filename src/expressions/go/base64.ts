/**
 * Base64 and base32 with padding, as Go's StdEncoding writes and reads them.
 */
const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const base32Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function encode(bytes: Uint8Array, alphabet: string, bits: number, group: number): string {
  const pieces: string[] = [];
  let buffer = 0;
  let held = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xffff;
    held += 8;
    while (held >= bits) {
      held -= bits;
      pieces.push(alphabet.charAt((buffer >> held) & ((1 << bits) - 1)));
    }
  }
  if (held > 0) pieces.push(alphabet.charAt((buffer << (bits - held)) & ((1 << bits) - 1)));
  while (pieces.length % group !== 0) pieces.push("=");
  return pieces.join("");
}

/** How many `=` may end a text, by group size. */
const paddings: ReadonlyMap<number, readonly number[]> = new Map([
  [4, [0, 1, 2]],
  [8, [0, 1, 3, 4, 6]],
]);

/** Bytes, or the offset of the character that is wrong, counted as Go counts it. */
function decode(text: string, alphabet: string, bits: number, group: number): Uint8Array | number {
  const body = text.replace(/[\r\n]/gu, "");
  const data = body.replace(/=+$/u, "");
  const padding = body.length - data.length;
  const bytes: number[] = [];
  let buffer = 0;
  let held = 0;
  for (let index = 0; index < data.length; index++) {
    const digit = alphabet.indexOf(data.charAt(index));
    if (digit < 0) return text.indexOf(data.charAt(index));
    buffer = ((buffer << bits) | digit) & 0xffff;
    held += bits;
    if (held >= 8) {
      held -= 8;
      bytes.push((buffer >> held) & 255);
    }
  }
  const fits = body.length % group === 0 && (paddings.get(group) ?? []).includes(padding) && held < bits;
  return fits ? Uint8Array.from(bytes) : Math.max(0, body.length - Math.max(padding, body.length % group));
}

export function encodeBase64(bytes: Uint8Array): string {
  return encode(bytes, base64Alphabet, 6, 4);
}

/** The bytes, or the offset of the first wrong character. */
export function decodeBase64(text: string): Uint8Array | number {
  return decode(text, base64Alphabet, 6, 4);
}

export function encodeBase32(bytes: Uint8Array): string {
  return encode(bytes, base32Alphabet, 5, 8);
}

/** The bytes, or the offset of the first wrong character. */
export function decodeBase32(text: string): Uint8Array | number {
  return decode(text, base32Alphabet, 5, 8);
}
