/**
 * Shortening and wrapping of texts as Masterminds/goutils does it; widths count bytes.
 */
import { countBytes, decodeUtf8, encodeUtf8, isAscii, sliceBytes } from "../go/utf8.ts";

/** `abbrev`: at most `width` bytes, the last three of them dots. */
export function abbreviate(text: string, width: number): string {
  return width < 4 ? text : abbreviateFrom(text, 0, width);
}

/** `abbrevboth`: dots also in front when the text is taken from `offset` on. */
export function abbreviateBoth(text: string, offset: number, width: number): string {
  return width < 4 || (offset > 0 && width < 7) ? text : abbreviateFrom(text, offset, width);
}

function abbreviateFrom(text: string, wanted: number, width: number): string {
  const length = countBytes(text);
  if (length <= width) return text;
  let offset = Math.min(wanted, length);
  if (length - offset < width - 3) offset = length - (width - 3);
  if (offset <= 4) return `${sliceBytes(text, 0, width - 3)}...`;
  if (width < 7) return "";
  if (offset + width - 3 < length) {
    // Below a width of four goutils gives nothing for the second half.
    const rest = width - 3 < 4 ? "" : abbreviateFrom(sliceBytes(text, offset, length), 0, width - 3);
    return `...${rest}`;
  }
  return `...${sliceBytes(text, length - (width - 3), length)}`;
}

/** `wrapWith`: lines of at most `width` bytes, broken at blanks where there are any, else inside words. */
export function wrapText(text: string, width: number, separator: string): string {
  const limit = Math.max(1, width);
  const newline = separator === "" ? "\n" : separator;
  // Cutting a text by bytes costs its whole length each time, so other texts than ASCII are cut as bytes.
  const bytes = isAscii(text) ? undefined : encodeUtf8(text);
  const length = bytes?.length ?? text.length;
  const cut = (from: number, to: number): string =>
    bytes === undefined ? text.slice(from, to) : decodeUtf8(bytes.subarray(from, to));
  const findBlank = (from: number, to: number): number =>
    bytes === undefined ? text.slice(from, to).lastIndexOf(" ") : bytes.subarray(from, to).lastIndexOf(0x20);
  const lines: string[] = [];
  let offset = 0;
  while (length - offset > limit) {
    if (cut(offset, offset + 1) === " ") {
      offset++;
      continue;
    }
    const blank = findBlank(offset, offset + limit + 1);
    const end = blank >= 0 ? offset + blank : offset + limit;
    lines.push(cut(offset, end));
    offset = blank >= 0 ? end + 1 : end;
  }
  return [...lines, cut(offset, length)].join(newline);
}
