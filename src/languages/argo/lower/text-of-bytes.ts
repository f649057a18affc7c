/** What a document holds as base64, as a text where it is one, and else as a text that stands for bytes (base/byte-text.ts). */
import { writeByteText } from "../../../base/byte-text.ts";
import { encodeBase64 } from "../../../expressions/go/base64.ts";
import { decodeUtf8, encodeUtf8 } from "../../../expressions/go/utf8.ts";

export function toTextOfBytes(bytes: Uint8Array): string {
  const decoded = decodeUtf8(bytes);
  return isSame(encodeUtf8(decoded), bytes) ? decoded : writeByteText(encodeBase64(bytes));
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
