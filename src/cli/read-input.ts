/** Reads what the command line names: documents, standard input, parameter files. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { isUtf8 } from "node:buffer";
import { relative, resolve } from "node:path";
import { isJsonObject } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import { MillraceError } from "../base/errors.ts";
import type { CliIo } from "./io.ts";

export interface InputText {
  readonly source: string;
  /** As shown in messages: relative to the working folder where that is shorter. */
  readonly file: string;
}

/** A file, what lies at an address of the web, or standard input for `-`. Throws `cli/unreadable-file`. */
export async function readDocument(io: CliIo, operand: string): Promise<InputText> {
  if (operand === "-") return { source: await readStream(io.stdin, "standard input"), file: "stdin" };
  if (/^https?:\/\//i.test(operand)) return { source: await readUrl(io, operand), file: operand };
  const path = resolve(io.cwd, operand);
  const shown = relative(io.cwd, path);
  return { source: readText(path, operand), file: shown === "" || shown.startsWith("..") ? path : shown };
}

/** Far beyond any document, and small enough to be read by mistake: a device that never ends, a disk image. */
const bytesAtMost = 64 * 1024 * 1024;

/** What lies in a file or comes from standard input, whether it is text or not. Throws `cli/unreadable-file`. */
export async function readContent(io: CliIo, operand: string): Promise<Buffer> {
  if (operand === "-") return readStreamBytes(io.stdin, "standard input");
  return readFileBytes(resolve(io.cwd, operand), operand);
}

async function readStream(stream: AsyncIterable<string | Uint8Array>, shown: string): Promise<string> {
  return decodeText(await readStreamBytes(stream, shown), shown);
}

async function readStreamBytes(stream: AsyncIterable<string | Uint8Array>, shown: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.length;
    if (sizeBytes > bytesAtMost) throw unreadable(shown, tooBig);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

async function readUrl(io: CliIo, url: string): Promise<string> {
  try {
    return await readStream(await io.openUrl(url), url);
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause;
    throw unreadable(url, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** Read at once: loading the promises of node:fs would cost a run more than reading its document. */
function readText(path: string, shown: string): string {
  return decodeText(readFileBytes(path, shown), shown);
}

function readFileBytes(path: string, shown: string): Buffer {
  let bytes: Buffer | undefined;
  try {
    bytes = readBytes(path);
  } catch (cause) {
    throw unreadable(shown, nameReason(cause), cause);
  }
  if (bytes === undefined) throw unreadable(shown, tooBig);
  return bytes;
}

/** Also pipes and devices, whose size nobody knows; undefined when there is more than anybody wants. */
function readBytes(path: string): Buffer | undefined {
  const file = openSync(path, "r");
  try {
    if (fstatSync(file).size > bytesAtMost) return undefined;
    const chunks: Buffer[] = [];
    for (let sizeBytes = 0; sizeBytes <= bytesAtMost;) {
      const chunk = Buffer.allocUnsafe(Math.max(65_536, fstatSync(file).size - sizeBytes + 1));
      const count = readSync(file, chunk, 0, chunk.length, null);
      if (count === 0) return Buffer.concat(chunks, sizeBytes);
      chunks.push(chunk.subarray(0, count));
      sizeBytes += count;
    }
    return undefined;
  } finally {
    closeSync(file);
  }
}

const tooBig = `it is larger than ${bytesAtMost / 1024 / 1024} MiB`;

function nameReason(cause: unknown): string {
  const known = reasons[(cause as NodeJS.ErrnoException).code ?? ""];
  return known ?? (cause instanceof Error ? cause.message : String(cause));
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
};

function unreadable(shown: string, why: string, cause?: unknown): MillraceError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const hint =
    code === "EISDIR" ? { hint: "`millrace lint` takes folders; the other commands take files." } : {};
  return new MillraceError(
    "cli/unreadable-file",
    code === "ENOENT" ? "not-found" : "invalid",
    `cannot read ${shown}: ${why}`,
    { ...hint, cause },
  );
}

/** Bytes that are no text are refused: guessed characters would run as commands. */
function decodeText(bytes: Buffer, shown: string): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const before = decoder.decode(bytes.subarray(0, findBadByte(bytes)), { stream: true });
  const lines = before.split(/\r\n|\r|\n/);
  const place = `${shown}:${lines.length}:${(lines.at(-1) ?? "").length + 1}`;
  throw new MillraceError("cli/unreadable-file", "invalid", `${place}: this is not UTF-8 text`, {
    hint: "Save the file as UTF-8.",
  });
}

/** The length of the longest beginning that is text: whatever is cut after it is wrong as well. */
function findBadByte(bytes: Buffer): number {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isTextSoFar(bytes.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A character that is cut in the middle is still text so far. */
function isTextSoFar(bytes: Buffer): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    // The decoder says no by throwing; which error it is does not matter.
    return false;
  }
}

/**
 * Parameters from a file: a JSON object, or YAML with one mapping.
 * Texts, numbers and booleans are taken as they are written (`1.10` stays `1.10`); lists and mappings become JSON text.
 */
export async function readParameterFile(io: CliIo, operand: string): Promise<Record<string, string>> {
  const { source, file } = await readDocument(io, operand);
  const value = source.trimStart().startsWith("{") ? parseJson(source, file) : await parseYaml(source, file);
  if (!isJsonObject(value))
    throw new MillraceError("cli/bad-parameter-file", "invalid", `${file} must hold names with values`);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      typeof item === "string" ? item : JSON.stringify(item),
    ]),
  );
}

function parseJson(source: string, file: string): Json {
  try {
    return JSON.parse(source) as Json;
  } catch (cause) {
    throw new MillraceError("cli/bad-parameter-file", "invalid", `${file} is not JSON: ${String(cause)}`, {
      cause,
    });
  }
}

async function parseYaml(source: string, file: string): Promise<Json> {
  const { load, CORE_SCHEMA, FAILSAFE_SCHEMA } = await import("js-yaml");
  try {
    const typed = (load(source, { schema: CORE_SCHEMA }) ?? {}) as Json;
    const written = (load(source, { schema: FAILSAFE_SCHEMA }) ?? {}) as Json;
    if (!isJsonObject(typed) || !isJsonObject(written)) return typed;
    return Object.fromEntries(
      Object.entries(typed).map(([name, value]) => [
        name,
        isScalar(value) ? (written[name] ?? value) : value,
      ]),
    );
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw new MillraceError("cli/bad-parameter-file", "invalid", `${file} is not YAML: ${message}`, {
      cause,
    });
  }
}

function isScalar(value: Json): boolean {
  return typeof value === "number" || typeof value === "boolean" || typeof value === "string";
}
