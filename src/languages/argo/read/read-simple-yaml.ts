/**
 * Reads YAML as nearly everybody writes it: block mappings and lists, texts, and flow collections within a line.
 * js-yaml remains the judge of what YAML is. Here whatever is not plainly simple (anchors, tags, multi-line texts other
 * than literal ones, several documents, and every mistake) is refused, so that it is read there, with its errors and
 * positions; what is accepted has exactly the value that js-yaml gives.
 *
 * The open collections are on a stack instead of in calls of functions that call each other: V8 compiles each of such
 * functions with all the others in it, and for a document that is read once that took longer than reading it.
 */
import { countSpaces, findKeyEnd, readKey, readScalar } from "./simple-scalars.ts";
import { NOT_SIMPLE, refuse } from "./simple-reader.ts";
import type { SimpleReader } from "./simple-reader.ts";

/** Characters that mean nothing special anywhere; all others, with carriage returns and emoji, are left to js-yaml. */
const UNUSUAL = /[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

const NEW_LINE = 10;
const SPACE = 32;
const HASH = 35;
const DASH = 45;
const PIPE = 124;

/** An indentation that no line has: the text is at its end. */
const END = -1;
/** Far below the depth that js-yaml refuses. */
const DEEPEST = 100;

/** A mapping or list whose end has not been seen. */
interface Collection {
  /** Column of its keys or dashes. */
  readonly indent: number;
  readonly isList: boolean;
  readonly list: unknown[];
  readonly mapping: { [key: string]: unknown };
  /** The key whose value comes next. */
  key: string;
}

interface BlockReader extends SimpleReader {
  /** Column of the first value on the present line. */
  indent: number;
  /** From the outermost to the innermost. */
  readonly open: Collection[];
  /** True when the last key or dash had nothing behind it, so that its value is on the lines below, or null. */
  awaits: boolean;
}

/** The value of a text that is one simple document; undefined for any other text. */
export function readSimpleYaml(source: string): { readonly value: unknown } | undefined {
  if (UNUSUAL.test(source)) return undefined;
  const text = source.endsWith("\n") ? source : `${source}\n`;
  const reader = createBlockReader(text);
  try {
    moveToContent(reader, 0);
    if (reader.indent !== 0 || isItem(reader)) return undefined;
    const root = openCollection(reader, 0, false);
    while (!isAtEnd(reader)) readLine(reader);
    settle(reader);
    return { value: root.mapping };
  } catch (error) {
    if (error === NOT_SIMPLE) return undefined;
    throw error;
  }
}

function isAtEnd({ indent }: BlockReader): boolean {
  return indent === END;
}

function createBlockReader(text: string): BlockReader {
  return { text, at: 0, indent: END, open: [], awaits: false };
}

/** Goes to the first character of the next line that has a value on it, from the beginning of a line. */
function moveToContent(reader: BlockReader, lineStart: number): void {
  const { text } = reader;
  for (let start = lineStart; start < text.length; start = text.indexOf("\n", start) + 1) {
    const at = start + countSpaces(text, start);
    const char = text.charCodeAt(at);
    if (char === NEW_LINE || char === HASH) continue;
    reader.at = at;
    reader.indent = at - start;
    return;
  }
  reader.indent = END;
}

/** Goes to the next line with a value, from anywhere in a line. */
function leaveLine(reader: BlockReader): void {
  moveToContent(reader, reader.text.indexOf("\n", reader.at) + 1);
}

/** True at the end of a line and at a comment; `at` stands behind a blank, or at the end of the line. */
function isLineDone(reader: BlockReader): boolean {
  const char = reader.text.charCodeAt(reader.at);
  return char === NEW_LINE || char === HASH;
}

/** True at the dash of a list item. */
function isItem(reader: BlockReader): boolean {
  if (reader.text.charCodeAt(reader.at) !== DASH) return false;
  const next = reader.text.charCodeAt(reader.at + 1);
  return next === SPACE || next === NEW_LINE;
}

/** Reads a line, and what belongs to its last value; goes to the next one. */
function readLine(reader: BlockReader): void {
  let collection = findCollection(reader, isItem(reader));
  for (;;) {
    const start = reader.at;
    if (collection.isList) reader.at += 1;
    else collection.key = readNewKey(reader, collection);
    reader.at += countSpaces(reader.text, reader.at);
    if (isLineDone(reader)) {
      reader.awaits = true;
      return leaveLine(reader);
    }
    // Behind a dash a mapping or another list may begin, which then has the column that it begins at.
    const beginsList = collection.isList && isItem(reader);
    if (!beginsList && !(collection.isList && findKeyEnd(reader) !== undefined)) break;
    collection = openCollection(reader, collection.indent + reader.at - start, beginsList);
  }
  put(collection, readInLine(reader, collection.indent));
}

/** The collection that a line goes on with, or that begins there; those further to the right are complete. */
function findCollection(reader: BlockReader, item: boolean): Collection {
  const { open, indent } = reader;
  let last = open.at(-1);
  if (reader.awaits && last !== undefined) {
    // A list may stand in the column of its key.
    const begins = indent > last.indent || (item && !last.isList && indent === last.indent);
    if (begins) return openCollection(reader, indent, item);
    settle(reader);
  }
  while (last !== undefined && (last.indent > indent || (last.indent === indent && last.isList && !item))) {
    open.pop();
    last = open.at(-1);
  }
  return last !== undefined && last.indent === indent && last.isList === item ? last : refuse();
}

/** Opens the collection that is the next value of the last one. */
function openCollection(reader: BlockReader, indent: number, isList: boolean): Collection {
  const { open } = reader;
  if (open.length > DEEPEST) refuse();
  const collection: Collection = { indent, isList, list: [], mapping: {}, key: "" };
  const around = open.at(-1);
  if (around !== undefined) put(around, isList ? collection.list : collection.mapping);
  open.push(collection);
  reader.awaits = false;
  return collection;
}

function put(collection: Collection, value: unknown): void {
  if (collection.isList) collection.list.push(value);
  else collection.mapping[collection.key] = value;
}

/** What was awaited has not come. */
function settle(reader: BlockReader): void {
  const last = reader.open.at(-1);
  if (reader.awaits && last !== undefined) put(last, null);
  reader.awaits = false;
}

function readNewKey(reader: BlockReader, collection: Collection): string {
  const key = readKey(reader);
  // Also true for what every object inherits, such as `constructor`.
  return collection.mapping[key] === undefined ? key : refuse();
}

/** A value that begins on the line of its key or dash, which stands at `indent`; goes to the next line. */
function readInLine(reader: BlockReader, indent: number): unknown {
  if (reader.text.charCodeAt(reader.at) === PIPE) return readLiteral(reader, indent);
  const value = readScalar(reader);
  const blanks = countSpaces(reader.text, reader.at);
  reader.at += blanks;
  if (!isLineDone(reader) || (blanks === 0 && reader.text.charCodeAt(reader.at) === HASH)) refuse();
  leaveLine(reader);
  return value;
}

/** A text below `|` or `|-`, as it stands there without its indentation. */
function readLiteral(reader: BlockReader, indent: number): string {
  const { text } = reader;
  const strip = text.charCodeAt(reader.at + 1) === DASH;
  const header = reader.at + (strip ? 2 : 1);
  if (text.charCodeAt(header) !== NEW_LINE) refuse();
  let at = header + 1;
  const width = countSpaces(text, at);
  if (width <= indent || at === text.length || text.charCodeAt(at + width) === NEW_LINE) refuse();
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
  moveToContent(reader, at);
  // Blank lines behind the text do not belong to it.
  const content = lines.slice(0, size).join("\n");
  return strip ? content : `${content}\n`;
}
