/**
 * JSON and base64.
 */
import { checkArity, getText } from "../../arguments.ts";
import { chargeBytes, failEvaluation } from "../../context.ts";
import { decodeBase64, encodeBase64 } from "../../go/base64.ts";
import { readJson, writeJson } from "../../go/json.ts";
import { decodeUtf8, encodeUtf8 } from "../../go/utf8.ts";
import type { Builtin } from "./builtin.ts";

const toJson: Builtin = (args, context, name) => {
  checkArity(name, args, 1);
  const text = writeJson(args[0] ?? null, { escapeHtml: true, indent: "  " });
  chargeBytes(context, text.length);
  return text;
};

const fromJson: Builtin = (args, context, name) => {
  checkArity(name, args, 1);
  const text = getText(name, args, 0);
  chargeBytes(context, text.length * 2);
  return readJson(text);
};

const toBase64: Builtin = (args, context, name) => {
  checkArity(name, args, 1);
  const text = getText(name, args, 0);
  chargeBytes(context, text.length * 2);
  return encodeBase64(encodeUtf8(text));
};

const fromBase64: Builtin = (args, context, name) => {
  checkArity(name, args, 1);
  const text = getText(name, args, 0);
  chargeBytes(context, text.length);
  const bytes = decodeBase64(text);
  if (typeof bytes === "number") return failEvaluation(`illegal base64 data at input byte ${bytes}`);
  return decodeUtf8(bytes);
};

export const encodingBuiltins: readonly (readonly [string, Builtin])[] = [
  ["toJSON", toJson],
  ["fromJSON", fromJson],
  ["toBase64", toBase64],
  ["fromBase64", fromBase64],
];
