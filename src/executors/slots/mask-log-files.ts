/**
 * Replaces secret values in an attempt's log files, once, after the commands have ended.
 * Works on bytes, because output need not be UTF-8, and in pieces, because output may be larger than memory.
 * A file without secrets is read and left as it is; otherwise a masked copy takes its place in one step.
 */
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { findByteText } from "../../base/byte-text.ts";
import { listMaskedTexts, secretMask, shortestMaskedSecret } from "../../base/mask-secrets.ts";

/** Masks the given log files; those that were never written are passed over. */
export async function maskLogFiles(paths: readonly string[], secrets: readonly string[]): Promise<void> {
  const texts = [...listMaskedTexts(secrets).map((text) => Buffer.from(text)), ...listBytes(secrets)].sort(
    (a, b) => b.length - a.length,
  );
  if (texts.length === 0) return;
  for (const path of paths.filter((each) => existsSync(each))) {
    if (await holdsAny(path, texts)) await maskFile(path, texts);
  }
}

/** Values that are no text, as they are. */
function listBytes(secrets: readonly string[]): readonly Buffer[] {
  return secrets
    .map((secret) => Buffer.from(findByteText(secret) ?? "", "base64"))
    .filter(({ length }) => length >= shortestMaskedSecret);
}

async function holdsAny(path: string, texts: readonly Buffer[]): Promise<boolean> {
  const keep = Math.max(...texts.map((text) => text.length)) - 1;
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const bytes = Buffer.concat([tail, chunk as Buffer]);
    if (texts.some((text) => bytes.includes(text))) return true;
    tail = bytes.subarray(Math.max(0, bytes.length - keep));
  }
  return false;
}

async function maskFile(path: string, texts: readonly Buffer[]): Promise<void> {
  const masked = `${path}.masked`;
  const source = createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>;
  await pipeline(Readable.from(maskChunks(source, texts)), createWriteStream(masked));
  await rename(masked, path);
}

/** Masks a stream of bytes; a secret that lies across two chunks is found. `texts` must be longest first. */
export async function* maskChunks(
  chunks: AsyncIterable<Buffer>,
  texts: readonly Buffer[],
): AsyncGenerator<Buffer, void, void> {
  const longest = Math.max(...texts.map((text) => text.length));
  let open: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    open = Buffer.concat([open, chunk]);
    // The last bytes may be the beginning of a secret that goes on in the next chunk.
    const masked = maskUpTo(open, Math.max(0, open.length - longest + 1), texts);
    if (masked.done.length > 0) yield masked.done;
    open = masked.rest;
  }
  yield maskUpTo(open, open.length, texts).done;
}

/** Masks every secret that begins before `limit`. */
function maskUpTo(bytes: Buffer, limit: number, texts: readonly Buffer[]): { done: Buffer; rest: Buffer } {
  const parts: Buffer[] = [];
  let at = 0;
  while (at < limit) {
    const hit = findFirst(bytes, at, texts);
    if (hit === undefined || hit.start >= limit) break;
    parts.push(bytes.subarray(at, hit.start), Buffer.from(secretMask));
    at = hit.end;
  }
  const cut = Math.max(at, limit);
  parts.push(bytes.subarray(at, cut));
  return { done: Buffer.concat(parts), rest: bytes.subarray(cut) };
}

function findFirst(
  bytes: Buffer,
  from: number,
  texts: readonly Buffer[],
): { start: number; end: number } | undefined {
  let best: { start: number; end: number } | undefined;
  for (const text of texts) {
    const start = bytes.indexOf(text, from);
    if (start >= 0 && (best === undefined || start < best.start)) best = { start, end: start + text.length };
  }
  return best;
}
