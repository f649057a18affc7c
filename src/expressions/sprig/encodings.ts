/**
 * sprig's encodings and checksums.
 */
import { chargeBytes, chargeSteps } from "../context.ts";
import { decodeBase32, decodeBase64, encodeBase32, encodeBase64 } from "../go/base64.ts";
import { decodeUtf8, encodeUtf8 } from "../go/utf8.ts";
import { fixed, textArg } from "./sprig-function.ts";
import type { SprigEntries, SprigFunction } from "./sprig-function.ts";
import { adler32, sha1, sha256, toHex } from "./hashes.ts";
import { sha512 } from "./sha512.ts";

function encoder(encode: (bytes: Uint8Array) => string): SprigFunction {
  return fixed(1, (call) => {
    chargeBytes(call.context, textArg(call, 0).length * 2);
    return encode(encodeUtf8(textArg(call, 0)));
  });
}

/** A text that cannot be decoded gives the error's words instead of an error, as sprig does. */
function decoder(decode: (text: string) => Uint8Array | number, name: string): SprigFunction {
  return fixed(1, (call) => {
    chargeBytes(call.context, textArg(call, 0).length);
    const bytes = decode(textArg(call, 0));
    return typeof bytes === "number" ? `illegal ${name} data at input byte ${bytes}` : decodeUtf8(bytes);
  });
}

function hasher(hash: (bytes: Uint8Array) => string, stepsPerByte = 1): SprigFunction {
  return fixed(1, (call) => {
    chargeSteps(call.context, textArg(call, 0).length * stepsPerByte);
    return hash(encodeUtf8(textArg(call, 0)));
  });
}

export const encodingFunctions: SprigEntries = [
  ["b64enc", encoder(encodeBase64)],
  ["b64dec", decoder(decodeBase64, "base64")],
  ["b32enc", encoder(encodeBase32)],
  ["b32dec", decoder(decodeBase32, "base32")],
  ["sha1sum", hasher((bytes) => toHex(sha1(bytes)))],
  ["sha256sum", hasher((bytes) => toHex(sha256(bytes)))],
  ["sha512sum", hasher((bytes) => toHex(sha512(bytes)), 16)],
  ["adler32sum", hasher((bytes) => String(adler32(bytes)))],
];
