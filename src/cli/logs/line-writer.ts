/**
 * Turns bytes of a log into lines for the terminal: a prefix in front of each, only those that match.
 * Bytes that need neither are passed on as they are. Memory stays bounded: a line without an end goes out in pieces.
 */
import { secretMask } from "../../base/mask-secrets.ts";
import type { Printer } from "../printer.ts";

export interface LineOptions {
  /** In front of every line; empty for none. */
  readonly prefix: string;
  readonly matches: RegExp | undefined;
  /** Time in front of every line; undefined for none. */
  readonly stamp: (() => string) | undefined;
  /** Texts that must not be shown. */
  readonly masked: readonly string[];
}

export interface LineWriter {
  readonly write: (chunk: Uint8Array) => Promise<void>;
  /** The log is over: what is left is a line too. */
  readonly end: () => Promise<void>;
}

const lineBytesAtMost = 65_536;
const lineEnd = 0x0a;

export function createLineWriter(out: Printer, options: LineOptions): LineWriter {
  const { prefix, matches, stamp } = options;
  const mask = createMask(options.masked);
  if (prefix === "" && matches === undefined && stamp === undefined && options.masked.length === 0) {
    return { write: (chunk) => out.bytes(chunk), end: () => Promise.resolve() };
  }
  let rest: Uint8Array = new Uint8Array(0);
  // Whether the beginning of the line in `rest` has gone out already, and was shown.
  let begun: "no" | "shown" | "hidden" = "no";

  const format = (line: Uint8Array, isEnd: boolean): Uint8Array | undefined => {
    const isShown = begun === "no" ? matches === undefined || matches.test(decode(line)) : begun === "shown";
    const head =
      begun === "no" ? Buffer.from(`${stamp === undefined ? "" : `${stamp()} `}${prefix}`) : Buffer.alloc(0);
    begun = isEnd ? "no" : isShown ? "shown" : "hidden";
    if (!isShown) return undefined;
    return Buffer.concat(isEnd ? [head, mask(line), Buffer.from("\n")] : [head, mask(line)]);
  };
  const write = async (chunk: Uint8Array): Promise<void> => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const parts: Uint8Array[] = [];
    let from = 0;
    for (let end = bytes.indexOf(lineEnd, from); end >= 0; end = bytes.indexOf(lineEnd, from)) {
      const line = format(bytes.subarray(from, end), true);
      if (line !== undefined) parts.push(line);
      from = end + 1;
    }
    rest = Buffer.from(bytes.subarray(from));
    if (rest.length > lineBytesAtMost) {
      const piece = format(rest, false);
      if (piece !== undefined) parts.push(piece);
      rest = new Uint8Array(0);
    }
    if (parts.length > 0) await out.bytes(Buffer.concat(parts));
  };
  const end = async (): Promise<void> => {
    if (rest.length === 0 && begun === "no") return;
    const line = format(rest, true);
    rest = new Uint8Array(0);
    if (line !== undefined) await out.bytes(line);
  };
  return { write, end };
}

/** Works on bytes, because output need not be text; one byte is one character for as long as it takes. */
function createMask(texts: readonly string[]): (line: Uint8Array) => Uint8Array {
  if (texts.length === 0) return (line) => line;
  const found = texts.map((text) => Buffer.from(text).toString("latin1"));
  return (line) => {
    const plain = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("latin1");
    return Buffer.from(
      found.reduce((text, secret) => text.replaceAll(secret, secretMask), plain),
      "latin1",
    );
  };
}

function decode(line: Uint8Array): string {
  return Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("utf8");
}
