/** The formats: `@text`, `@json`, `@csv` and their kin (jq manual, "Format strings and escaping"). */
import { decodeBase32, decodeBase64, encodeBase32, encodeBase64 } from "../go/base64.ts";
import { decodeUtf8, encodeUtf8 } from "../go/utf8.ts";
import { describe, fail, isArray, isObject, writeValue } from "./values.ts";
import type { JqValue, KeyOrder } from "./values.ts";

/** Names of the formats, without their sign. */
export const formatNames: readonly string[] =
  "text json csv tsv html uri sh base64 base64d base32 base32d".split(" ");

/** A text as it is, everything else as JSON. */
export function toText(value: JqValue, order: KeyOrder): string {
  return typeof value === "string" ? value : writeValue(value, order);
}

export function applyFormat(format: string, value: JqValue, order: KeyOrder): string {
  switch (format) {
    case "text":
      return toText(value, order);
    case "json":
      return writeValue(value, order);
    case "csv":
      return writeRow(value, "csv", ",", (text) => `"${text.replaceAll('"', '""')}"`);
    case "tsv":
      return writeRow(value, "tsv", "\t", escapeTsv);
    case "html":
      return toText(value, order).replace(/[<>&'"]/gu, (char) => htmlEscapes[char] ?? char);
    case "uri":
      return escapeUri(toText(value, order));
    case "sh":
      return (isArray(value) ? value : [value]).map(quoteForShell).join(" ");
    case "base64":
      return encodeBase64(encodeUtf8(toText(value, order)));
    case "base64d":
      return decode(value, toText(value, order).replace(/=+$/u, ""), decodeBase64, 4);
    case "base32":
      return encodeBase32(encodeUtf8(toText(value, order)));
    case "base32d":
      return decode(value, toText(value, order).replace(/=+$/u, ""), decodeBase32, 8);
    default:
      return fail(`${format} is not a valid format`);
  }
}

function writeRow(
  value: JqValue,
  format: string,
  separator: string,
  quote: (text: string) => string,
): string {
  if (!isArray(value)) return fail(`${describe(value)} cannot be ${format}-formatted, only an array can be`);
  const cells = value.map((cell) => {
    if (cell === null) return "";
    if (typeof cell === "string") return quote(cell);
    if (isArray(cell) || isObject(cell)) return fail(`${describe(cell)} is not valid in a ${format} row`);
    return Number.isNaN(cell) ? "" : writeValue(cell);
  });
  return cells.join(separator);
}

const tsvEscapes: Readonly<Record<string, string>> = { "\t": "\\t", "\r": "\\r", "\n": "\\n", "\\": "\\\\" };

function escapeTsv(text: string): string {
  return text.replace(/[\t\r\n\\]/gu, (char) => tsvEscapes[char] ?? char);
}

const htmlEscapes: Readonly<Record<string, string>> = {
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  "'": "&#39;",
  '"': "&quot;",
};

function escapeUri(text: string): string {
  return [...encodeUtf8(text)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9\-_.~]/u.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

function quoteForShell(value: JqValue): string {
  if (isArray(value) || isObject(value)) return fail(`${describe(value)} can not be escaped for shell`);
  return typeof value === "string" ? `'${value.replaceAll("'", "'\\''")}'` : writeValue(value);
}

/** The padding may be missing, so it is made anew. */
function decode(
  value: JqValue,
  bare: string,
  read: (text: string) => Uint8Array | number,
  groupSize: number,
): string {
  const bytes = read(bare.padEnd(Math.ceil(bare.length / groupSize) * groupSize, "="));
  return typeof bytes === "number"
    ? fail(`${describe(value)} is not valid base${groupSize * 16 === 64 ? 64 : 32} data`)
    : decodeUtf8(bytes);
}
