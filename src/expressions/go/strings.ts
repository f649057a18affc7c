/**
 * Go's package strings where JavaScript's methods differ: empty separators, counts, blanks, letter case.
 */
import { countRunes } from "./utf8.ts";

/** Go's unicode.IsSpace. */
const spaces = "\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
const leadingSpace = new RegExp(`^[${spaces}]+`, "u");
const oneSpace = new RegExp(`^[${spaces}]$`, "u");

/** `strings.TrimSpace`. */
export function trimSpace(text: string): string {
  const start = leadingSpace.exec(text)?.[0].length ?? 0;
  let end = text.length;
  while (end > start && oneSpace.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

export function isSpace(character: string): boolean {
  return oneSpace.test(character);
}

/** Text without any blank. */
export function deleteSpace(text: string): string {
  return Array.from(text)
    .filter((character) => !isSpace(character))
    .join("");
}

/** `strings.Trim`: removes leading and trailing characters that are in the set. */
export function trimSet(text: string, set: string): string {
  return trimRightSet(trimLeftSet(text, set), set);
}

function trimLeftSet(text: string, set: string): string {
  const members = new Set(set);
  const characters = Array.from(text);
  let start = 0;
  while (start < characters.length && members.has(characters[start] ?? "")) start++;
  return characters.slice(start).join("");
}

function trimRightSet(text: string, set: string): string {
  const members = new Set(set);
  const characters = Array.from(text);
  let end = characters.length;
  while (end > 0 && members.has(characters[end - 1] ?? "")) end--;
  return characters.slice(0, end).join("");
}

/** `strings.SplitN`; a negative count means all. An empty separator splits into characters. */
export function splitText(text: string, separator: string, count = -1, keep = false): string[] {
  if (count === 0) return [];
  if (separator === "") return splitCharacters(text, count);
  const pieces: string[] = [];
  let from = 0;
  while (count < 0 || pieces.length < count - 1) {
    const at = text.indexOf(separator, from);
    if (at < 0) break;
    pieces.push(text.slice(from, at + (keep ? separator.length : 0)));
    from = at + separator.length;
  }
  pieces.push(text.slice(from));
  return pieces;
}

function splitCharacters(text: string, count: number): string[] {
  const characters = Array.from(text);
  if (count < 0 || count >= characters.length) return characters;
  return [...characters.slice(0, count - 1), characters.slice(count - 1).join("")];
}

/**
 * `strings.Replace`; a negative count means all. An empty old text matches before each character and at the
 * end.
 */
export function replaceText(text: string, old: string, replacement: string, count = -1): string {
  if (count === 0 || old === replacement) return text;
  if (old !== "") {
    const pieces = splitText(text, old, count < 0 ? -1 : count + 1);
    return pieces.join(replacement);
  }
  const limit = count < 0 ? countRunes(text) + 1 : count;
  let done = 0;
  let result = "";
  for (const character of text) result += (done++ < limit ? replacement : "") + character;
  return done < limit ? result + replacement : result;
}

export function trimPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

export function trimSuffix(text: string, suffix: string): string {
  return suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
}

/** Go maps letter by letter: `ß` stays `ß`, `İ` becomes `i̇`'s first letter; JavaScript may give several. */
function mapLetters(text: string, convert: (character: string) => string): string {
  let result = "";
  for (const character of text) {
    const converted = convert(character);
    result += Array.from(converted).length === 1 ? converted : character;
  }
  return result;
}

const plainAscii = /^[ -~\s]*$/u;

/** `strings.ToUpper`. */
export function toUpper(text: string): string {
  return plainAscii.test(text)
    ? text.toUpperCase()
    : mapLetters(text, (character) => character.toUpperCase());
}

/** `strings.ToLower`. */
export function toLower(text: string): string {
  return plainAscii.test(text)
    ? text.toLowerCase()
    : mapLetters(text, (character) => character.toLowerCase());
}

export function isUpper(character: string): boolean {
  return /^\p{Lu}$/u.test(character);
}

export function isLower(character: string): boolean {
  return /^\p{Ll}$/u.test(character);
}

export function isLetter(character: string): boolean {
  return /^\p{L}$/u.test(character);
}

export function isDigit(character: string): boolean {
  return /^\p{Nd}$/u.test(character);
}

/**
 * `strings.Title`: the first letter of every word in upper case; a word starts after anything but letter,
 * digit, `_`.
 */
export function titleWords(text: string): string {
  let result = "";
  let previous = " ";
  for (const character of text) {
    result += isWordStart(previous) ? toUpper(character) : character;
    previous = character;
  }
  return result;
}

function isWordStart(previous: string): boolean {
  if (/^[A-Za-z0-9_]$/u.test(previous)) return false;
  if (previous.charCodeAt(0) < 0x80) return true;
  return !isLetter(previous) && !isDigit(previous) && isSpace(previous);
}
