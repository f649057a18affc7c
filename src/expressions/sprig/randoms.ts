/**
 * sprig's random functions. The dice are in the evaluation context, so a seed repeats a run.
 */
import { formatUuid } from "../../base/format-uuid.ts";
import { chargeBytes, failEvaluation } from "../context.ts";
import type { EvalContext } from "../context.ts";
import { encodeBase64 } from "../go/base64.ts";
import { fixed, intArg, textArg } from "./sprig-function.ts";
import type { Call, SprigEntries, SprigFunction } from "./sprig-function.ts";
import { toHex } from "./hashes.ts";

const digits = "0123456789";
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");

/** An integer from 0 to before `limit`. */
function draw(context: EvalContext, limit: number): number {
  return Math.min(Math.floor(context.random() * limit), limit - 1);
}

function drawText(alphabet: string): SprigFunction {
  return fixed(1, (call) => {
    const count = Math.max(0, intArg(call, 0));
    chargeBytes(call.context, count);
    return Array.from({ length: count }, () => alphabet.charAt(draw(call.context, alphabet.length))).join("");
  });
}

function drawBytes(context: EvalContext, count: number): Uint8Array {
  chargeBytes(context, count * 2);
  return Uint8Array.from({ length: count }, () => draw(context, 256));
}

function drawUuid(call: Call): string {
  const bytes = drawBytes(call.context, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return formatUuid(toHex(bytes));
}

function drawInteger(call: Call): bigint {
  const [least, limit] = [intArg(call, 0), intArg(call, 1)];
  if (limit <= least) return failEvaluation("invalid argument to Intn");
  return BigInt(least + draw(call.context, limit - least));
}

function shuffle(call: Call): string {
  const characters = Array.from(textArg(call, 0));
  chargeBytes(call.context, characters.length * 8);
  for (let index = characters.length - 1; index > 0; index--) {
    const other = draw(call.context, index + 1);
    [characters[index], characters[other]] = [characters[other] ?? "", characters[index] ?? ""];
  }
  return characters.join("");
}

export const randomFunctions: SprigEntries = [
  ["randAlphaNum", drawText(letters + digits)],
  ["randAlpha", drawText(letters)],
  ["randNumeric", drawText(digits)],
  ["randAscii", drawText(printable)],
  ["randInt", fixed(2, drawInteger)],
  ["randBytes", fixed(1, (call) => encodeBase64(drawBytes(call.context, Math.max(0, intArg(call, 0)))))],
  ["uuidv4", fixed(0, drawUuid)],
  ["shuffle", fixed(1, shuffle)],
];
