/**
 * Builtins on texts.
 */
import { checkArity, getCount, getList, getText, refuseArgument } from "../../arguments.ts";
import { chargeBytes, failEvaluation } from "../../context.ts";
import type { EvalContext } from "../../context.ts";
import {
  replaceText,
  splitText,
  toLower,
  toUpper,
  trimPrefix,
  trimSet,
  trimSpace,
  trimSuffix,
} from "../../go/strings.ts";
import { countBytes, toByteOffset } from "../../go/utf8.ts";
import type { Value } from "../../value.ts";
import type { Builtin } from "./builtin.ts";

/** Pays for a text that was built and gives it back. */
export function paid(text: string, context: EvalContext): string {
  chargeBytes(context, text.length);
  return text;
}

/** Pays for a list of texts before it is built: one slot per piece, plus the text itself. */
function chargePieces(text: string, separator: string, context: EvalContext): void {
  chargeBytes(context, text.length + (separator.length < 4 ? text.length * 8 : 0));
}

/** A function of one text. */
function convert(apply: (text: string) => string): Builtin {
  return (args, context, name) => {
    checkArity(name, args, 1);
    return paid(apply(getText(name, args, 0)), context);
  };
}

/** A function of two texts. */
function relate(apply: (text: string, other: string) => Value): Builtin {
  return (args, context, name) => {
    checkArity(name, args, 2);
    const text = getText(name, args, 0);
    chargeBytes(context, text.length);
    return apply(text, getText(name, args, 1));
  };
}

/** A prefix or suffix, a blank when it is not given. */
function cut(apply: (text: string, part: string) => string): Builtin {
  return (args, context, name) => {
    checkArity(name, args, 1, 2);
    return paid(apply(getText(name, args, 0), args.length > 1 ? getText(name, args, 1) : " "), context);
  };
}

const trim: Builtin = (args, context, name) => {
  checkArity(name, args, 1, 2);
  const text = getText(name, args, 0);
  return paid(args.length === 1 ? trimSpace(text) : trimSet(text, getText(name, args, 1)), context);
};

function split(keep: boolean): Builtin {
  return (args, context, name) => {
    checkArity(name, args, 2, 3);
    const text = getText(name, args, 0);
    const separator = getText(name, args, 1);
    chargePieces(text, separator, context);
    return splitText(text, separator, args.length > 2 ? getCount(name, args, 2) : -1, keep);
  };
}

const replace: Builtin = (args, context, name) => {
  checkArity(name, args, 3, 4);
  const text = getText(name, args, 0);
  const old = getText(name, args, 1);
  const replacement = getText(name, args, 2);
  // At most one replacement per character that the old text needs.
  chargeBytes(
    context,
    text.length + Math.ceil((text.length + 1) / Math.max(1, old.length)) * replacement.length,
  );
  return replaceText(text, old, replacement, args.length > 3 ? getCount(name, args, 3) : -1);
};

const repeat: Builtin = (args, context, name) => {
  checkArity(name, args, 2);
  const text = getText(name, args, 0);
  const count = getCount(name, args, 1);
  if (count < 0)
    return failEvaluation(`invalid argument for repeat (expected positive integer, got ${count})`);
  if (count > 1_000_000) return failEvaluation("memory budget exceeded");
  chargeBytes(context, text.length * count);
  return text.repeat(count);
};

const join: Builtin = (args, context, name) => {
  checkArity(name, args, 1, 2);
  const glue = args.length > 1 ? getText(name, args, 1) : "";
  const pieces = getList(name, args, 0).map((item) =>
    typeof item === "string" ? item : refuseArgument(name, 0, "a list of strings", item),
  );
  chargeBytes(
    context,
    pieces.reduce((total, piece) => total + piece.length + glue.length, 0),
  );
  return pieces.join(glue);
};

/** `strings.LastIndex` of an empty text is the length in bytes. */
function lastIndexOf(text: string, part: string): Value {
  return BigInt(part === "" ? countBytes(text) : toByteOffset(text, text.lastIndexOf(part)));
}

export const textBuiltins: readonly (readonly [string, Builtin])[] = [
  ["trim", trim],
  ["trimPrefix", cut(trimPrefix)],
  ["trimSuffix", cut(trimSuffix)],
  ["upper", convert(toUpper)],
  ["lower", convert(toLower)],
  ["split", split(false)],
  ["splitAfter", split(true)],
  ["replace", replace],
  ["repeat", repeat],
  ["join", join],
  ["indexOf", relate((text, part) => BigInt(toByteOffset(text, text.indexOf(part))))],
  ["lastIndexOf", relate(lastIndexOf)],
  ["hasPrefix", relate((text, part) => text.startsWith(part))],
  ["hasSuffix", relate((text, part) => text.endsWith(part))],
];
