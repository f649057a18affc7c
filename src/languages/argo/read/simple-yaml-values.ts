/**
 * What stands within a line of simple YAML (see `read-simple-yaml.ts`): keys, scalars, flow collections, line ends.
 * Reading goes behind what is read; what could mean something else than it seems is refused.
 */
import { lazily } from "../../../base/lazily.ts";
import { resolveGoScalar } from "./go-scalars.ts";

/** A place in a text, which ends in a line end. */
export interface Place {
  readonly text: string;
  at: number;
}

export type Mapping = { [key: string]: unknown };

/** Thrown when a text is not simple. */
export const getNotSimple: () => Error = lazily(() => new Error("this YAML is not simple"));

// None of these patterns can go back and forth over what it has read, so that a line costs what it is long.

/** A key without quotes, of characters that mean nothing in a key, and its colon. */
const keyPattern = /[A-Za-z_][\w./-]*:(?=[ \n])/y;
const quotedKeyPattern = /"[^"\\\n]*":/y;
const doubleQuotedPattern = /"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"/y;
const singleQuotedPattern = /'[^'\n]*(?:''[^'\n]*)*'/y;
/** Text without quotes, in which neither a colon nor a hash could be a mark. */
const plainPattern = createPlainPattern("");
/** The same where commas and brackets are marks as well. */
const flowPlainPattern = createPlainPattern(",[\\]{}");
/** What may follow a value: blanks, a comment, the end of the line. */
const lineEndPattern = / *(?:(?<!\S)#[^\n]*)?\n/y;

const spaceCode = 32;
const quoteCode = 34;
const apostropheCode = 39;
const commaCode = 44;
const openListCode = 91;
const closeListCode = 93;
const openMappingCode = 123;
const closeMappingCode = 125;

const deepest = 50;

const noList: unknown[] = [];
const noMapping: Mapping = {};

function createPlainPattern(marks: string): RegExp {
  const goesOn = `(?![\\s${marks}])`;
  const first = `(?:[^-\\s,[\\]{}#&*!|>'"%@\`?:]|-${goesOn})`;
  const rest = `(?:[^\\s:${marks}]|:${goesOn})*`;
  return new RegExp(`${first}${rest}(?: +(?:[^\\s:#${marks}]|:${goesOn})${rest})*`, "y");
}

export function refuse(): never {
  throw getNotSimple();
}

/** How many spaces stand at a place. */
export function countSpaces(text: string, start: number): number {
  let at = start;
  while (text.charCodeAt(at) === spaceCode) at += 1;
  return at - start;
}

export function skipSpaces(place: Place): void {
  place.at += countSpaces(place.text, place.at);
}

/** Goes to the next line if nothing but a comment is left of this one. */
export function skipLineEnd(place: Place): boolean {
  return skip(place, lineEndPattern);
}

/** Goes behind what fits a pattern at the present place; false when nothing does. */
function skip(place: Place, pattern: RegExp): boolean {
  pattern.lastIndex = place.at;
  if (!pattern.test(place.text)) return false;
  place.at = pattern.lastIndex;
  return true;
}

/** The key that stands here, with the blanks behind it; undefined when none stands here. */
export function readKey(place: Place): string | undefined {
  const start = place.at;
  if (!skip(place, keyPattern)) return undefined;
  const key = place.text.slice(start, place.at - 1);
  skipSpaces(place);
  // Words that Go takes for booleans or null are other keys than they seem.
  return resolveGoScalar(key) === undefined ? key : refuse();
}

/** Refuses a key that its mapping has. A key is also not new when every object inherits it, such as `constructor`. */
export function checkNew(key: string, mapping: Mapping): string {
  return mapping[key] === undefined ? key : refuse();
}

/** A scalar, or a flow collection with all that is in it. */
export function readValue(place: Place): unknown {
  const char = place.text.charCodeAt(place.at);
  return char === openListCode || char === openMappingCode
    ? readFlow(place, 0)
    : readScalar(place, plainPattern);
}

/** `pattern` is that of a text without quotes. */
function readScalar(place: Place, pattern: RegExp): unknown {
  const { text, at: start } = place;
  switch (text.charCodeAt(start)) {
    case quoteCode:
      if (!skip(place, doubleQuotedPattern)) refuse();
      return decodeEscapes(text.slice(start, place.at));
    case apostropheCode:
      if (!skip(place, singleQuotedPattern)) refuse();
      return text.slice(start + 1, place.at - 1).replaceAll("''", "'");
  }
  if (!skip(place, pattern)) refuse();
  const source = text.slice(start, place.at);
  const value = resolveGoScalar(source);
  return value === undefined ? source : value;
}

/** The text in double quotes. The escapes of JSON mean the same in YAML, which has others as well. */
function decodeEscapes(quoted: string): string {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return refuse();
  }
}

function readFlow(place: Place, depth: number): unknown {
  if (depth > deepest) refuse();
  const { text } = place;
  const isList = text.charCodeAt(place.at) === openListCode;
  const closing = isList ? closeListCode : closeMappingCode;
  const list: unknown[] = isList ? [] : noList;
  const mapping: Mapping = isList ? noMapping : {};
  for (let isMore = openFlow(place, closing); isMore; isMore = passComma(place, closing)) {
    const key = isList ? "" : checkNew(readFlowKey(place), mapping);
    const char = text.charCodeAt(place.at);
    const isNested = char === openListCode || char === openMappingCode;
    const value = isNested ? readFlow(place, depth + 1) : readScalar(place, flowPlainPattern);
    if (isList) list.push(value);
    else mapping[key] = value;
  }
  return isList ? list : mapping;
}

/** Goes to the first member of a flow collection; false when it has none, and then goes behind it. */
function openFlow(place: Place, closing: number): boolean {
  place.at += 1;
  skipSpaces(place);
  if (place.text.charCodeAt(place.at) !== closing) return true;
  place.at += 1;
  return false;
}

/** Goes to the next member of a flow collection; false when there is none, and then goes behind the collection. */
function passComma(place: Place, closing: number): boolean {
  skipSpaces(place);
  const mark = place.text.charCodeAt(place.at);
  if (mark !== commaCode && mark !== closing) refuse();
  place.at += 1;
  skipSpaces(place);
  return mark === commaCode;
}

function readFlowKey(place: Place): string {
  const start = place.at;
  if (!skip(place, quotedKeyPattern)) return readKey(place) ?? refuse();
  const key = place.text.slice(start + 1, place.at - 2);
  skipSpaces(place);
  return key;
}
