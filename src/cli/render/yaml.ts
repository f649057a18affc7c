/**
 * Prints JSON values as YAML. Only what JSON has: no anchors, no tags, no folding.
 * A plain text is written bare only when no YAML reader, old or new, could take it for something else.
 */
import type { Json } from "../../base/json.ts";

export function formatYaml(value: Json): string {
  return `${writeBlock(value, 0).join("\n")}\n`;
}

function writeBlock(value: Json, indent: number): readonly string[] {
  const margin = " ".repeat(indent);
  if (isList(value))
    return value.length === 0 ? [`${margin}[]`] : value.flatMap((item) => writeItem(item, indent));
  if (isMap(value)) {
    const entries = Object.entries(value);
    return entries.length === 0
      ? [`${margin}{}`]
      : entries.flatMap(([key, member]) => writeMember(key, member, indent));
  }
  return [`${margin}${writeScalar(value, indent)}`];
}

function writeMember(key: string, value: Json, indent: number): readonly string[] {
  const head = `${" ".repeat(indent)}${writeText(key)}:`;
  if (!isNested(value))
    return [`${head} ${isNestable(value) ? emptyOf(value) : writeScalar(value, indent + 2)}`];
  return [head, ...writeBlock(value, indent + 2)];
}

function writeItem(value: Json, indent: number): readonly string[] {
  const margin = " ".repeat(indent);
  if (!isNested(value))
    return [`${margin}- ${isNestable(value) ? emptyOf(value) : writeScalar(value, indent + 2)}`];
  const [first = "", ...rest] = writeBlock(value, indent + 2);
  return [`${margin}- ${first.slice(indent + 2)}`, ...rest];
}

function writeScalar(value: Json, indent: number): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return isBlockText(value) ? writeLiteral(value, indent) : writeText(value);
}

// eslint-disable-next-line no-control-regex -- literal blocks cannot hold control characters
const unfitForBlock = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|^\s|\n\n$/;

/** Several lines without anything that a literal block cannot hold. */
function isBlockText(text: string): boolean {
  return text.includes("\n") && /\S/.test(text) && !unfitForBlock.test(text);
}

function writeLiteral(text: string, indent: number): string {
  const isClosed = text.endsWith("\n");
  const lines = (isClosed ? text.slice(0, -1) : text).split("\n");
  const margin = " ".repeat(indent);
  return [isClosed ? "|" : "|-", ...lines.map((line) => (line === "" ? "" : margin + line))].join("\n");
}

/** JSON leaves some characters as they are that terminals act upon; escaped they mean the same. */
export function escapeControls(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Words that some YAML reader takes for a boolean, null, a number or a date. */
const mistakable = /^(?:~|null|true|false|yes|no|on|off|y|n|=|<<|[-+.]?(?:inf|nan)|[-+]?[.\d].*)$/i;
const plain = /^[A-Za-z_/][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+(][A-Za-z0-9_./@+()-]*)*$/;

function writeText(text: string): string {
  return plain.test(text) && !mistakable.test(text) ? text : escapeControls(JSON.stringify(text));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isMap(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNestable(value: Json): boolean {
  return typeof value === "object" && value !== null;
}

function isNested(value: Json): boolean {
  return isList(value) ? value.length > 0 : isMap(value) && Object.keys(value).length > 0;
}

function emptyOf(value: Json): string {
  return isList(value) ? "[]" : "{}";
}
