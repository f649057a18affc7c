/**
 * How many terminal columns a text takes, and cutting it to a number of them.
 * Texts come from documents and programs, so they are cleaned first: no line ends, no escape sequences.
 */

// eslint-disable-next-line no-control-regex -- escape sequences begin with a control character
const escapeSequence = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const controlCharacter = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g;

/** Nothing to clean, which is what nearly every name is. */
const plainText = /^(?:[ -~]*[!-~])?$/;

/** One line of printable text: what a document or a program wrote must not move the cursor or change colours. */
export function cleanText(text: string): string {
  if (plainText.test(text)) return text;
  return text.replace(escapeSequence, "").replace(controlCharacter, " ").trimEnd();
}

/** The text with a visible mark for each control character: for lines under which a caret stands. */
export function escapeControls(text: string): string {
  return plainText.test(text)
    ? text
    : text.replace(controlCharacter, (found) => "\u00b7".repeat(found.length));
}

/** Columns of a text that may hold our own colour sequences. */
export function measureWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(escapeSequence, "")) width += widthOf(character);
  return width;
}

/** Columns of one character: 0 for combining marks and joiners, 2 for wide scripts and pictographs. */
function widthOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(character)) return 0;
  if (code < 0x1100) return 1;
  const isWide =
    code <= 0x115f ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x20000 && code <= 0x3fffd) ||
    /\p{Emoji_Presentation}/u.test(character);
  return isWide ? 2 : 1;
}

/** The text cut to `columns`, with `mark` at the end when something was left out. Colour sequences stay whole and are closed. */
export function cropText(text: string, columns: number, mark: string): string {
  if (measureWidth(text) <= columns) return text;
  const room = Math.max(0, columns - measureWidth(mark));
  let kept = "";
  let width = 0;
  let isColored = false;
  for (const part of splitEscapes(text)) {
    if (part.startsWith("\x1b")) {
      isColored = true;
      kept += part;
      continue;
    }
    width += widthOf(part);
    if (width > room) break;
    kept += part;
  }
  return `${kept}${isColored ? "\x1b[0m" : ""}${mark.slice(0, Math.max(0, columns))}`;
}

function splitEscapes(text: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (const match of text.matchAll(escapeSequence)) {
    parts.push(...Array.from(text.slice(from, match.index)), match[0]);
    from = match.index + match[0].length;
  }
  parts.push(...Array.from(text.slice(from)));
  return parts;
}

/** The text in lines of at most `columns`, broken between words where that is possible. */
export function wrapText(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (measureWidth(longer) <= columns || line === "") line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** The text filled with blanks to `columns`. */
export function padText(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - measureWidth(text)));
}
