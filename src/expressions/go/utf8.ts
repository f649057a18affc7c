/**
 * Go's strings are bytes in UTF-8, JavaScript's are UTF-16.
 * Lengths, offsets and slices that Go counts in bytes are computed here;
 * what is not valid UTF-8 becomes U+FFFD, because JavaScript text cannot hold it.
 */

// eslint-disable-next-line no-control-regex -- the range of ASCII is what is meant.
const nonAscii = /[^\x00-\x7f]/u;

/** True when UTF-8 and UTF-16 agree on every offset. */
export function isAscii(text: string): boolean {
  return !nonAscii.test(text);
}

/** The bytes of a text in UTF-8; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let used = 0;
  for (let index = 0; index < text.length; index++) {
    let point = text.codePointAt(index) ?? 0;
    if (point > 0xffff) index++;
    if (point >= 0xd800 && point <= 0xdfff) point = 0xfffd;
    if (point < 0x80) {
      bytes[used++] = point;
    } else if (point < 0x800) {
      bytes[used++] = 0xc0 | (point >> 6);
      bytes[used++] = 0x80 | (point & 63);
    } else if (point < 0x10000) {
      bytes[used++] = 0xe0 | (point >> 12);
      bytes[used++] = 0x80 | ((point >> 6) & 63);
      bytes[used++] = 0x80 | (point & 63);
    } else {
      bytes[used++] = 0xf0 | (point >> 18);
      bytes[used++] = 0x80 | ((point >> 12) & 63);
      bytes[used++] = 0x80 | ((point >> 6) & 63);
      bytes[used++] = 0x80 | (point & 63);
    }
  }
  return bytes.subarray(0, used);
}

interface Decoded {
  readonly point: number;
  readonly size: number;
}

const invalid: Decoded = { point: 0xfffd, size: 1 };

/** Length and first bits of a sequence by its leading byte; undefined for bytes that cannot lead. */
function readLead(
  byte: number,
): { readonly size: number; readonly bits: number; readonly least: number } | undefined {
  if (byte >= 0xc2 && byte <= 0xdf) return { size: 2, bits: byte & 31, least: 0x80 };
  if (byte >= 0xe0 && byte <= 0xef) return { size: 3, bits: byte & 15, least: 0x800 };
  if (byte >= 0xf0 && byte <= 0xf4) return { size: 4, bits: byte & 7, least: 0x10000 };
  return undefined;
}

function decodeOne(bytes: Uint8Array, at: number): Decoded {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { point: first, size: 1 };
  const lead = readLead(first);
  if (lead === undefined) return invalid;
  let point = lead.bits;
  for (let index = 1; index < lead.size; index++) {
    const next = bytes[at + index];
    if (next === undefined || (next & 0xc0) !== 0x80) return invalid;
    point = (point << 6) | (next & 63);
  }
  if (point < lead.least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return invalid;
  return { point, size: lead.size };
}

/** Text from bytes; each invalid byte becomes U+FFFD, as when Go ranges over a string. */
export function decodeUtf8(bytes: Uint8Array): string {
  const pieces: string[] = [];
  let piece = "";
  for (let at = 0; at < bytes.length;) {
    const { point, size } = decodeOne(bytes, at);
    piece += String.fromCodePoint(point);
    if (piece.length > 4096) {
      pieces.push(piece);
      piece = "";
    }
    at += size;
  }
  return pieces.join("") + piece;
}

/** Go's `len(s)`. */
export function countBytes(text: string): number {
  if (isAscii(text)) return text.length;
  let count = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    count += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return count;
}

/** Go's `utf8.RuneCountInString`. */
export function countRunes(text: string): number {
  if (isAscii(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Go's `s[from:to]`; the bounds are bytes and must be in range. */
export function sliceBytes(text: string, from: number, to: number): string {
  return isAscii(text) ? text.slice(from, to) : decodeUtf8(encodeUtf8(text).subarray(from, to));
}

/** Turns a UTF-16 offset, as `indexOf` gives it, into Go's byte offset; -1 stays -1. */
export function toByteOffset(text: string, offset: number): number {
  return offset < 0 ? offset : countBytes(text.slice(0, offset));
}

/** Orders texts as Go does: by bytes, which is by code points, not by UTF-16 units. */
export function compareText(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rankUnit(a) - rankUnit(b);
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above all of the basic plane, so they sort last. */
function rankUnit(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
