/**
 * camelcase, snakecase and kebabcase as huandu/xstrings 1.5 cuts words: capitals that belong together stay together
 * ("HTTPServer" is http_server), and digits join the word before them ("Bld4Floor" is bld4_floor).
 */
import { isLetter, isLower, isSpace, isUpper, toLower, toUpper } from "../go/strings.ts";

function isConnector(character: string): boolean {
  return character === "-" || character === "_" || isSpace(character);
}

/** Chinese characters have no case and count as words of their own kind. */
function isAlphabetic(character: string): boolean {
  if (!isLetter(character)) return false;
  const point = character.codePointAt(0) ?? 0;
  return !(
    (point >= 0x4e00 && point <= 0x9fcc) ||
    (point >= 0x3400 && point <= 0x4d85) ||
    (point >= 0x20000 && point <= 0x2b81d)
  );
}

const isPunctuation = (character: string): boolean => /^\p{P}$/u.test(character);
const isNumeric = (character: string): boolean => /^\p{N}$/u.test(character);

type WordKind = "number" | "upper" | "alphabet" | "connector" | "punctuation" | "other" | "none";

interface Word {
  readonly kind: WordKind;
  readonly text: readonly string[];
}

const none: Word = { kind: "none", text: [] };

/** The end of a run of characters that satisfy the test. */
function runEnd(characters: readonly string[], from: number, test: (character: string) => boolean): number {
  let end = from;
  while (end < characters.length && test(characters[end] ?? "")) end++;
  return end;
}

function isSmall(character: string): boolean {
  return isAlphabetic(character) && !isUpper(character);
}

/** Capitals: one that begins a word, or several of which the last may begin the next word. */
function capitalsEnd(characters: readonly string[], from: number): number {
  const second = characters[from + 1];
  if (second === undefined) return from + 1;
  if (!isUpper(second)) return isAlphabetic(second) ? runEnd(characters, from + 2, isSmall) : from + 1;
  const end = runEnd(characters, from + 2, isUpper);
  return end < characters.length && isAlphabetic(characters[end] ?? "") ? end - 1 : end;
}

function isOther(character: string): boolean {
  return (
    !isConnector(character) && !isAlphabetic(character) && !isNumeric(character) && !isPunctuation(character)
  );
}

function classify(
  characters: readonly string[],
  at: number,
): { readonly kind: WordKind; readonly end: number } {
  const first = characters[at] ?? "";
  if (isConnector(first)) return { kind: "connector", end: runEnd(characters, at + 1, isConnector) };
  if (isPunctuation(first)) return { kind: "punctuation", end: runEnd(characters, at + 1, isPunctuation) };
  if (isUpper(first)) return { kind: "upper", end: capitalsEnd(characters, at) };
  if (isAlphabetic(first)) return { kind: "alphabet", end: runEnd(characters, at + 1, isSmall) };
  if (isNumeric(first)) return { kind: "number", end: runEnd(characters, at + 1, isNumeric) };
  return { kind: "other", end: runEnd(characters, at + 1, isOther) };
}

function cutWords(text: string): readonly Word[] {
  const characters = Array.from(text);
  const words: Word[] = [];
  for (let at = 0; at < characters.length;) {
    const { kind, end } = classify(characters, at);
    words.push({ kind, text: characters.slice(at, end) });
    at = end;
  }
  return words;
}

function lowerWord(word: Word, connector: string): string {
  if (word.kind !== "upper" && word.kind !== "connector") return word.text.join("");
  return word.text
    .map((character) =>
      isConnector(character) ? connector : isUpper(character) ? toLower(character) : character,
    )
    .join("");
}

/** Walks the words once; `next` is the word that follows what has been written. */
interface Walk {
  readonly words: readonly Word[];
  readonly connector: string;
  at: number;
  written: string;
}

function wordAt(walk: Walk): Word {
  return walk.words[walk.at] ?? none;
}

function writeWord(walk: Walk): void {
  walk.written += lowerWord(wordAt(walk), walk.connector);
  walk.at++;
}

function isGlued(kind: WordKind): boolean {
  return kind === "none" || kind === "connector" || kind === "punctuation";
}

/** Small letters and digits behind a number belong to it; then a new word begins. */
function writeRest(walk: Walk): void {
  while (wordAt(walk).kind === "alphabet" || wordAt(walk).kind === "number") writeWord(walk);
  if (!isGlued(wordAt(walk).kind)) walk.written += walk.connector;
}

/** A number behind a word joins it, unless small letters follow the number: "HTTP2xx" is http_2xx. */
function joinNumber(walk: Walk): void {
  if (walk.at >= walk.words.length - 1) return;
  const following = walk.words[walk.at + 1] ?? none;
  if (following.kind === "alphabet") {
    walk.written += walk.connector;
    writeWord(walk);
    writeRest(walk);
    return;
  }
  writeWord(walk);
  if (wordAt(walk).kind !== "connector" && wordAt(walk).kind !== "punctuation")
    walk.written += walk.connector;
}

function joinWords(text: string, connector: string): string {
  const walk: Walk = { words: cutWords(text), connector, at: 0, written: "" };
  while (walk.at < walk.words.length - 1) {
    const previous = wordAt(walk);
    if (previous.kind !== "connector") walk.written += lowerWord(previous, connector);
    walk.at++;
    if (previous.kind === "number") writeRest(walk);
    else if (previous.kind === "connector") walk.written += lowerWord(previous, connector);
    else if (previous.kind === "punctuation") continue;
    else if (wordAt(walk).kind === "number") joinNumber(walk);
    else if (!isGlued(wordAt(walk).kind)) walk.written += connector;
  }
  return walk.written + lowerWord(wordAt(walk), connector);
}

/** "FirstName" becomes "first_name". */
export function toSnakeCase(text: string): string {
  return joinWords(text, "_");
}

/** "FirstName" becomes "first-name". */
export function toKebabCase(text: string): string {
  return joinWords(text, "-");
}

/** "http_server" becomes "HttpServer"; a leading run of capitals is made small behind its first letter. */
export function toPascalCase(text: string): string {
  const characters = Array.from(text);
  const start = characters.findIndex((character) => !isConnector(character));
  if (start < 0) return text;
  let result = characters.slice(0, start).join("");
  let shouting = isUpper(characters[start] ?? "");
  let held = toUpper(characters[start] ?? "");
  for (const next of characters.slice(start + 1)) {
    let current = next;
    if (isConnector(current) && isConnector(held)) {
      result += held;
    } else if (isConnector(held)) {
      shouting = isUpper(current);
      current = toUpper(current);
    } else {
      if (shouting && isUpper(current)) current = toLower(current);
      else shouting = false;
      result += held;
    }
    held = current;
  }
  return result + held;
}

/** Small letters become capitals and the other way round. */
export function swapCase(text: string): string {
  return Array.from(text)
    .map((character) =>
      isUpper(character) ? toLower(character) : isLower(character) ? toUpper(character) : character,
    )
    .join("");
}

/** The first letter of every word made small. */
export function untitleWords(text: string): string {
  let fresh = true;
  let result = "";
  for (const character of text) {
    result += fresh && !isSpace(character) ? toLower(character) : character;
    fresh = isSpace(character);
  }
  return result;
}

/** The first character of every word. */
export function takeInitials(text: string): string {
  let fresh = true;
  let result = "";
  for (const character of text) {
    if (fresh && !isSpace(character)) result += character;
    fresh = isSpace(character);
  }
  return result;
}
