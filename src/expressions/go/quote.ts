/**
 * Go's quoted string literals: `strconv.Quote`, which `%q`, sprig's `quote` and the printers use.
 */
import { lazily } from "../../base/lazily.ts";

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ["\x07", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
  ["\\", "\\\\"],
]);

/** What Go prints as itself: letters, marks, numbers, punctuation, symbols and the ASCII space. */
const getPrintable = lazily(() => /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u);

function quoteCharacter(character: string, quote: string): string {
  if (character === quote) return `\\${quote}`;
  const short = shortEscapes.get(character);
  if (short !== undefined) return short;
  const point = character.codePointAt(0) ?? 0;
  if (point >= 0xd800 && point <= 0xdfff) return "\ufffd";
  if (getPrintable().test(character)) return character;
  if (point < 0x80) return `\\x${point.toString(16).padStart(2, "0")}`;
  if (point < 0x10000) return `\\u${point.toString(16).padStart(4, "0")}`;
  return `\\U${point.toString(16).padStart(8, "0")}`;
}

/** A Go string literal in double quotes (or in the given quote) that stands for the text. */
export function quoteText(text: string, quote = '"'): string {
  let body = "";
  for (const character of text) body += quoteCharacter(character, quote);
  return quote + body + quote;
}
