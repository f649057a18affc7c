/**
 * Keys, texts and flow collections of simple YAML (see `read-simple-yaml.ts`): all that stands within one line.
 * After each, `at` stands behind it. Whatever could mean something else than it seems is refused.
 */
import { resolveGoScalar } from "./go-scalars.ts";
import { refuse } from "./simple-reader.ts";
import type { SimpleReader } from "./simple-reader.ts";

const TAB = 9;
const NEW_LINE = 10;
const SPACE = 32;
const QUOTE = 34;
const HASH = 35;
const APOSTROPHE = 39;
const COMMA = 44;
const DASH = 45;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_MAPPING = 123;
const CLOSE_MAPPING = 125;

/** What a text without quotes may not begin with, or begins with only in special cases. */
const SPECIAL_BEGINNINGS = "\t,[]{}#&*!|>'\"%@`?:";

const DEEPEST_FLOW = 50;

/** How many spaces stand at a place. */
export function countSpaces(text: string, start: number): number {
  let at = start;
  while (text.charCodeAt(at) === SPACE) at += 1;
  return at - start;
}

/** The end of a key of ordinary characters with its colon; undefined when there is none at the present place. */
export function findKeyEnd(reader: SimpleReader): number | undefined {
  const { text } = reader;
  let at = reader.at;
  if (!isLetter(text.charCodeAt(at))) return undefined;
  while (isKeyCharacter(text.charCodeAt(at))) at += 1;
  if (text.charCodeAt(at) !== COLON) return undefined;
  const next = text.charCodeAt(at + 1);
  return next === SPACE || next === NEW_LINE ? at : undefined;
}

/** Letters of either case and the underscore. */
function isLetter(char: number): boolean {
  return (char >= 97 && char <= 122) || (char >= 65 && char <= 90) || char === 95;
}

/** Letters, digits, and `-`, `.`, `/`. */
function isKeyCharacter(char: number): boolean {
  return isLetter(char) || (char >= 45 && char <= 57);
}

/** A key; goes behind its colon. Words that Go takes for booleans or null are other keys than they seem. */
export function readKey(reader: SimpleReader): string {
  const end = findKeyEnd(reader);
  if (end === undefined) return refuse();
  const key = reader.text.slice(reader.at, end);
  if (resolveGoScalar(key) !== undefined) refuse();
  reader.at = end + 1;
  return key;
}

/** A text, number or other scalar, or a flow collection. */
export function readScalar(reader: SimpleReader): unknown {
  switch (reader.text.charCodeAt(reader.at)) {
    case QUOTE:
      return readDoubleQuoted(reader);
    case APOSTROPHE:
      return readSingleQuoted(reader);
    case OPEN_LIST:
    case OPEN_MAPPING:
      return readFlow(reader, 0);
    default:
      return readPlain(reader, false);
  }
}

function readDoubleQuoted(reader: SimpleReader): string {
  const { text, at: start } = reader;
  let escaped = false;
  let at = start + 1;
  for (let char = text.charCodeAt(at); char !== QUOTE; char = text.charCodeAt(at)) {
    if (char === BACKSLASH) {
      escaped = true;
      at += 1;
    }
    if (text.charCodeAt(at) === NEW_LINE) refuse();
    at += 1;
  }
  reader.at = at + 1;
  return escaped ? decodeEscapes(text.slice(start, at + 1)) : text.slice(start + 1, at);
}

/** The escapes of JSON mean the same in YAML; YAML has others as well. */
function decodeEscapes(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return refuse();
  }
}

function readSingleQuoted(reader: SimpleReader): string {
  const { text, at: start } = reader;
  let doubled = false;
  let at = start + 1;
  for (let char = text.charCodeAt(at); ; char = text.charCodeAt(at)) {
    if (char === NEW_LINE) refuse();
    at += 1;
    if (char !== APOSTROPHE) continue;
    if (text.charCodeAt(at) !== APOSTROPHE) break;
    doubled = true;
    at += 1;
  }
  reader.at = at;
  const content = text.slice(start + 1, at - 1);
  return doubled ? content.replaceAll("''", "'") : content;
}

/** A scalar without quotes: up to the end of the line or a comment, and inside of a flow collection to its next mark. */
function readPlain(reader: SimpleReader, inFlow: boolean): unknown {
  const { text, at: start } = reader;
  if (SPECIAL_BEGINNINGS.includes(text.charAt(start))) refuse();
  let at = start;
  let end = start;
  for (; ; at += 1) {
    const char = text.charCodeAt(at);
    if (char === SPACE) continue;
    if (char === NEW_LINE || (char === HASH && end < at)) break;
    if (inFlow && isFlowMark(char)) break;
    if (
      char === TAB ||
      ((char === COLON || (char === DASH && at === start)) && isBreak(text, at + 1, inFlow))
    )
      refuse();
    end = at + 1;
  }
  reader.at = end;
  const plain = text.slice(start, end);
  const value = resolveGoScalar(plain);
  return value === undefined ? plain : value;
}

function isFlowMark(char: number): boolean {
  return (
    char === COMMA ||
    char === OPEN_LIST ||
    char === CLOSE_LIST ||
    char === OPEN_MAPPING ||
    char === CLOSE_MAPPING
  );
}

function isBreak(text: string, at: number, inFlow: boolean): boolean {
  const char = text.charCodeAt(at);
  return char === SPACE || char === NEW_LINE || char === TAB || (inFlow && isFlowMark(char));
}

/** A flow collection and what is in it, within one line. */
function readFlow(reader: SimpleReader, depth: number): unknown {
  const char = reader.text.charCodeAt(reader.at);
  if (char === QUOTE) return readDoubleQuoted(reader);
  if (char === APOSTROPHE) return readSingleQuoted(reader);
  if (char !== OPEN_LIST && char !== OPEN_MAPPING) return readPlain(reader, true);
  if (depth > DEEPEST_FLOW) refuse();
  const isList = char === OPEN_LIST;
  const closing = isList ? CLOSE_LIST : CLOSE_MAPPING;
  const list: unknown[] = [];
  const mapping: { [key: string]: unknown } = {};
  for (let more = openFlow(reader, closing); more; more = continueFlow(reader, closing)) {
    if (isList) list.push(readFlow(reader, depth + 1));
    else {
      const key = readFlowKey(reader);
      if (mapping[key] !== undefined) refuse();
      mapping[key] = readFlow(reader, depth + 1);
    }
  }
  return isList ? list : mapping;
}

/** A key inside of a flow collection; goes to its value. */
function readFlowKey(reader: SimpleReader): string {
  const char = reader.text.charCodeAt(reader.at);
  const isQuoted = char === QUOTE || char === APOSTROPHE;
  const key = isQuoted ? readQuotedKey(reader, char) : readKey(reader);
  reader.at += countSpaces(reader.text, reader.at);
  return key;
}

function readQuotedKey(reader: SimpleReader, quote: number): string {
  const key = quote === QUOTE ? readDoubleQuoted(reader) : readSingleQuoted(reader);
  if (reader.text.charCodeAt(reader.at) !== COLON) refuse();
  reader.at += 1;
  return key;
}

/** Goes into a flow collection; false when it is empty, and then goes behind it. */
function openFlow(reader: SimpleReader, closing: number): boolean {
  reader.at += 1;
  reader.at += countSpaces(reader.text, reader.at);
  if (reader.text.charCodeAt(reader.at) !== closing) return true;
  reader.at += 1;
  return false;
}

/** Goes to the next member of a flow collection; false when there is none, and then goes behind the collection. */
function continueFlow(reader: SimpleReader, closing: number): boolean {
  reader.at += countSpaces(reader.text, reader.at);
  const char = reader.text.charCodeAt(reader.at);
  if (char !== COMMA && char !== closing) refuse();
  reader.at += 1;
  if (char === closing) return false;
  reader.at += countSpaces(reader.text, reader.at);
  return true;
}
