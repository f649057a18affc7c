/**
 * Bytes that are no text, where a text stands: a few values of ConfigMaps and Secrets among many that are texts.
 * Such a value is written as a mark and its base64, and goes through plans, seals and stores like any other text; only
 * who lays files, or shows values, makes bytes of it again.
 */

/** A private-use character, like those of sealed secrets: no document says it by accident. */
const mark = "\u{F8FD}";

/** What stands for bytes, given in plain base64. */
export function writeByteText(base64: string): string {
  return mark + base64;
}

/** The base64 of the bytes that a text stands for; undefined for a text that is one. */
export function findByteText(text: string): string | undefined {
  return text.startsWith(mark) ? text.slice(mark.length) : undefined;
}
