/**
 * What the escapes in quoted literals stand for (expr-lang, parser/lexer/utils.go).
 */
import { encodeUtf8 } from "../go/utf8.ts";

/** Reports a wrong escape at an offset inside the literal's body; never returns. */
type Refuse = (offset: number) => never;

const shortEscapes: ReadonlyMap<string, number> = new Map([
  ["a", 7],
  ["b", 8],
  ["f", 12],
  ["n", 10],
  ["r", 13],
  ["t", 9],
  ["v", 11],
  ["\\", 92],
]);
const numericEscape = /x[0-9a-fA-F]{2}|u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}/uy;

interface Escape {
  readonly value: number;
  /** Length without the backslash. */
  readonly size: number;
  /** True for \x and octal, which mean one byte in a byte string. */
  readonly isByte: boolean;
}

function readEscape(body: string, at: number, quote: string): Escape | undefined {
  const letter = body.charAt(at);
  if (letter === quote) return { value: quote.charCodeAt(0), size: 1, isByte: false };
  const short = shortEscapes.get(letter);
  if (short !== undefined) return { value: short, size: 1, isByte: false };
  numericEscape.lastIndex = at;
  const text = numericEscape.exec(body)?.[0];
  if (text === undefined) return undefined;
  const octal = /^[0-7]/u.test(text);
  const value = parseInt(octal ? text : text.replace(/[xuU{}]/gu, ""), octal ? 8 : 16);
  const isByte = octal || text.startsWith("x");
  return value > (isByte ? 255 : 0x10ffff) ? undefined : { value, size: text.length, isByte };
}

/** Walks the body of a literal; `emit` gets plain text or one escape. */
function walk(source: string, quote: string, refuse: Refuse, emit: (piece: string | Escape) => void): void {
  // The body stands on one line, so only a lone carriage return can occur; Go makes a line feed of it.
  const body = source.replaceAll("\r", "\n");
  for (let at = 0; at < body.length;) {
    const next = body.indexOf("\\", at);
    if (next !== at) emit(body.slice(at, next < 0 ? undefined : next));
    if (next < 0) return;
    const escape = readEscape(body, next + 1, quote);
    if (escape === undefined) return refuse(next);
    emit(escape);
    at = next + 1 + escape.size;
  }
}

/** The text that a quoted literal stands for. */
export function readTextLiteral(body: string, quote: string, refuse: Refuse): string {
  let text = "";
  walk(body, quote, refuse, (piece) => {
    if (typeof piece === "string") text += piece;
    else
      text += piece.value >= 0xd800 && piece.value <= 0xdfff ? "\ufffd" : String.fromCodePoint(piece.value);
  });
  return text;
}

/** The bytes that a b"..." literal stands for. */
export function readBytesLiteral(body: string, quote: string, refuse: Refuse): Uint8Array {
  const bytes: number[] = [];
  walk(body, quote, refuse, (piece) => {
    if (typeof piece !== "string" && piece.isByte) bytes.push(piece.value);
    else
      for (const byte of encodeUtf8(typeof piece === "string" ? piece : String.fromCodePoint(piece.value)))
        bytes.push(byte);
  });
  return Uint8Array.from(bytes);
}
