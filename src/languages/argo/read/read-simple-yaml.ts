/**
 * Reads YAML as nearly everybody writes it: block mappings and lists, literal texts, and all else within its line.
 * js-yaml remains the judge of what YAML is. Here whatever is not plainly simple (anchors, tags, folded and multi-line
 * texts, several documents, and every mistake) is refused, so that it is read there, with its errors and positions;
 * what is accepted has exactly the value that js-yaml gives.
 *
 * Lines are taken apart by regular expressions, and the open collections are on a stack. Functions that go from
 * character to character and call each other take V8 longer to compile than a large document takes to read.
 */
import {
  getNotSimple,
  checkNew,
  countSpaces,
  readKey,
  readValue,
  refuse,
  skipLineEnd,
  skipSpaces,
} from "./simple-yaml-values.ts";
import type { Mapping, Place } from "./simple-yaml-values.ts";

/** Characters that mean nothing special anywhere; all others, with carriage returns and emoji, are left to js-yaml. */
const unusualCharacter = /[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

const newLineCode = 10;
const spaceCode = 32;
const dashCode = 45;
const barCode = 124;

/** Far below the depth that js-yaml refuses. */
const deepest = 100;

const noList: unknown[] = [];
const noMapping: Mapping = {};

/** A block mapping or list whose end has not been seen. */
interface Collection {
  /** Column of its keys or dashes. */
  readonly indent: number;
  readonly isList: boolean;
  /** Its items, or noList. */
  readonly list: unknown[];
  /** Its members, or noMapping. */
  readonly mapping: Mapping;
  /** The key whose value comes next. */
  key: string;
}

interface Reader extends Place {
  /** From the outermost to the innermost. */
  readonly open: Collection[];
  /** True when the last key or dash had nothing behind it, so that its value is on the lines below, or null. */
  awaits: boolean;
}

/** The value of a text that is one simple document; undefined for any other text. */
export function readSimpleYaml(source: string): { readonly value: unknown } | undefined {
  if (unusualCharacter.test(source)) return undefined;
  const text = source.endsWith("\n") ? source : `${source}\n`;
  const reader: Reader = { text, at: 0, open: [], awaits: false };
  try {
    while (reader.at < text.length) readLine(reader);
  } catch (error) {
    // A line of many megabytes is too long for a regular expression.
    if (error === getNotSimple() || error instanceof RangeError) return undefined;
    throw error;
  }
  settle(reader);
  const [root] = reader.open;
  return root === undefined ? undefined : { value: root.mapping };
}

/** Reads a line, and a literal text below it; goes to the beginning of the next line. */
function readLine(reader: Reader): void {
  const start = reader.at;
  let collection: Collection | undefined;
  skipSpaces(reader);
  while (isItem(reader)) {
    collection = enter(reader, collection, reader.at - start, true);
    reader.at += 1;
    skipSpaces(reader);
  }
  const column = reader.at - start;
  const key = readKey(reader);
  if (key !== undefined) {
    collection = enter(reader, collection, column, false);
    collection.key = checkNew(key, collection.mapping);
  }
  if (skipLineEnd(reader)) {
    // Without a collection this was a blank line or a comment.
    if (collection !== undefined) reader.awaits = true;
  } else if (collection === undefined) refuse();
  else if (reader.text.charCodeAt(reader.at) === barCode)
    put(collection, readLiteral(reader, collection.indent));
  else {
    put(collection, readValue(reader));
    if (!skipLineEnd(reader)) refuse();
  }
}

/** True at the dash of a list item. */
function isItem({ text, at }: Reader): boolean {
  if (text.charCodeAt(at) !== dashCode) return false;
  const next = text.charCodeAt(at + 1);
  return next === spaceCode || next === newLineCode;
}

/** The collection of a key or dash: on a line that has begun with another dash, a new one in that item. */
function enter(reader: Reader, around: Collection | undefined, column: number, isList: boolean): Collection {
  return around === undefined ? find(reader, column, isList) : open(reader, column, isList);
}

/** The collection that a line goes on with, or that begins there; those further to the right are complete. */
function find(reader: Reader, column: number, isList: boolean): Collection {
  const { open: stack } = reader;
  let last = stack.at(-1);
  if (last === undefined) return column === 0 && !isList ? open(reader, column, isList) : refuse();
  // The value that a key awaits is further to the right, or a list in its column.
  const begins = column > last.indent || (column === last.indent && isList && !last.isList);
  if (reader.awaits && begins) return open(reader, column, isList);
  // Here js-yaml goes on with the list, whatever the column.
  if (reader.awaits && last.isList && column < last.indent) refuse();
  settle(reader);
  while (last !== undefined && (last.indent > column || (last.indent === column && last.isList && !isList))) {
    stack.pop();
    last = stack.at(-1);
  }
  return last !== undefined && last.indent === column && last.isList === isList ? last : refuse();
}

/** Opens a collection, which is the next value of the last one. */
function open(reader: Reader, indent: number, isList: boolean): Collection {
  const { open: stack } = reader;
  if (stack.length > deepest) refuse();
  const list = isList ? [] : noList;
  const mapping = isList ? noMapping : {};
  const around = stack.at(-1);
  if (around !== undefined) put(around, isList ? list : mapping);
  const collection: Collection = { indent, isList, list, mapping, key: "" };
  stack.push(collection);
  reader.awaits = false;
  return collection;
}

function put(collection: Collection, value: unknown): void {
  if (collection.isList) collection.list.push(value);
  else collection.mapping[collection.key] = value;
}

/** What was awaited has not come. */
function settle(reader: Reader): void {
  const last = reader.open.at(-1);
  if (reader.awaits && last !== undefined) put(last, null);
  reader.awaits = false;
}

/** A text below `|` or `|-`, as it stands there without its indentation; the line's key or dash stands at `indent`. */
function readLiteral(reader: Reader, indent: number): string {
  const { text } = reader;
  const strip = text.charCodeAt(reader.at + 1) === dashCode;
  const header = reader.at + (strip ? 2 : 1);
  if (text.charCodeAt(header) !== newLineCode) refuse();
  let at = header + 1;
  const width = countSpaces(text, at);
  if (width <= indent || at === text.length || text.charCodeAt(at + width) === newLineCode) refuse();
  const lines: string[] = [];
  let size = 0;
  while (at < text.length) {
    const end = text.indexOf("\n", at);
    const margin = Math.min(countSpaces(text, at), width);
    const isBlank = at + margin === end;
    if (margin < width && !isBlank) break;
    lines.push(text.slice(at + margin, end));
    if (!isBlank) size = lines.length;
    at = end + 1;
  }
  reader.at = at;
  // Blank lines behind the text do not belong to it.
  const content = lines.slice(0, size).join("\n");
  return strip ? content : `${content}\n`;
}
