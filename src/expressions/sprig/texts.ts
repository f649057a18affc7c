/**
 * sprig's functions on texts. The text comes last, because templates pipe it in.
 */
import { chargeBytes, failEvaluation } from "../context.ts";
import type { EvalContext } from "../context.ts";
import { quoteText } from "../go/quote.ts";
import {
  deleteSpace,
  replaceText,
  splitText,
  titleWords,
  toLower,
  toUpper,
  trimPrefix,
  trimSet,
  trimSpace,
  trimSuffix,
} from "../go/strings.ts";
import { countBytes, sliceBytes } from "../go/utf8.ts";
import { formatValue } from "../go/format-value.ts";
import type { Value } from "../value.ts";
import { abbreviate, abbreviateBoth, wrapText } from "./layout-text.ts";
import { alias, anyArg, fixed, intArg, textArg, toText, toTexts, variadic } from "./sprig-function.ts";
import type { Call, SprigEntries, SprigFunction } from "./sprig-function.ts";
import { swapCase, takeInitials, toKebabCase, toPascalCase, toSnakeCase, untitleWords } from "./word-case.ts";

function paid(text: string, context: EvalContext): string {
  chargeBytes(context, text.length);
  return text;
}

/** A function of one text. */
function convert(apply: (text: string) => string): SprigFunction {
  return fixed(1, (call) => {
    chargeBytes(call.context, textArg(call, 0).length);
    return apply(textArg(call, 0));
  });
}

/** A function whose text comes second. */
function apart(apply: (part: string, text: string) => Value): SprigFunction {
  return fixed(2, (call) => {
    chargeBytes(call.context, textArg(call, 1).length);
    return apply(textArg(call, 0), textArg(call, 1));
  });
}

function repeat(call: Call): Value {
  const count = intArg(call, 0);
  const text = textArg(call, 1);
  if (count < 0) return failEvaluation("strings: negative Repeat count");
  chargeBytes(call.context, count * text.length);
  return text.repeat(count);
}

/** Cuts by bytes; a negative count keeps the end. */
function truncate(call: Call): Value {
  const count = intArg(call, 0);
  const text = textArg(call, 1);
  const length = countBytes(text);
  if (count < 0 && length + count > 0) return sliceBytes(text, length + count, length);
  return count >= 0 && length > count ? sliceBytes(text, 0, count) : text;
}

function slice(text: string, from: number, to: number): string {
  const length = countBytes(text);
  if (from < 0 || to > length || from > to) {
    return failEvaluation(`slice bounds out of range [${from}:${to}] with length ${length}`);
  }
  return sliceBytes(text, from, to);
}

function substring(call: Call): Value {
  const start = intArg(call, 0);
  const end = intArg(call, 1);
  const text = textArg(call, 2);
  if (start < 0) return slice(text, 0, end);
  return slice(text, start, end < 0 || end > countBytes(text) ? countBytes(text) : end);
}

function indent(call: Call): string {
  const spaces = intArg(call, 0);
  const text = textArg(call, 1);
  if (spaces < 0) return failEvaluation("strings: negative Repeat count");
  chargeBytes(call.context, text.length + spaces * text.split("\n").length);
  const pad = " ".repeat(spaces);
  return pad + text.replaceAll("\n", `\n${pad}`);
}

function replace(call: Call): Value {
  const [old, replacement, text] = [textArg(call, 0), textArg(call, 1), textArg(call, 2)];
  chargeBytes(
    call.context,
    text.length + Math.ceil((text.length + 1) / Math.max(1, old.length)) * replacement.length,
  );
  return replaceText(text, old, replacement);
}

function quoteAll(quote: (value: Value) => string): SprigFunction {
  return variadic(0, (call) =>
    paid(
      call.args
        .filter((value) => value !== null)
        .map(quote)
        .join(" "),
      call.context,
    ),
  );
}

/** Pieces under the keys _0, _1, ... */
function toNumbered(pieces: readonly string[], context: EvalContext): Value {
  chargeBytes(context, pieces.length * 16);
  return new Map(pieces.map((piece, index) => [`_${index}`, piece]));
}

function splitList(call: Call): Value {
  const text = textArg(call, 1);
  chargeBytes(call.context, text.length * 8);
  return splitText(text, textArg(call, 0));
}

function wrapAt(call: Call, separator: string, text: string): Value {
  const lines = Math.ceil(text.length / Math.max(1, intArg(call, 0)));
  chargeBytes(call.context, text.length + lines * Math.max(1, separator.length));
  return wrapText(text, intArg(call, 0), separator);
}

export const textFunctions: SprigEntries = [
  ["hello", fixed(0, () => "Hello!")],
  ["trim", convert(trimSpace)],
  ["upper", convert(toUpper)],
  ["lower", convert(toLower)],
  ["title", convert(titleWords)],
  ["untitle", convert(untitleWords)],
  ["nospace", convert(deleteSpace)],
  ["initials", convert(takeInitials)],
  ["swapcase", convert(swapCase)],
  ["snakecase", convert(toSnakeCase)],
  ["camelcase", convert(toPascalCase)],
  ["kebabcase", convert(toKebabCase)],
  ["abbrev", fixed(2, (call) => abbreviate(textArg(call, 1), intArg(call, 0)))],
  ["abbrevboth", fixed(3, (call) => abbreviateBoth(textArg(call, 2), intArg(call, 0), intArg(call, 1)))],
  ["trunc", fixed(2, truncate)],
  ["substr", fixed(3, substring)],
  ["repeat", fixed(2, repeat)],
  ...alias(
    ["trimall", "trimAll"],
    apart((set, text) => trimSet(text, set)),
  ),
  ["trimSuffix", apart((part, text) => trimSuffix(text, part))],
  ["trimPrefix", apart((part, text) => trimPrefix(text, part))],
  ["contains", apart((part, text) => text.includes(part))],
  ["hasPrefix", apart((part, text) => text.startsWith(part))],
  ["hasSuffix", apart((part, text) => text.endsWith(part))],
  ["wrap", fixed(2, (call) => wrapAt(call, "\n", textArg(call, 1)))],
  ["wrapWith", fixed(3, (call) => wrapAt(call, textArg(call, 1), textArg(call, 2)))],
  ["quote", quoteAll((value) => quoteText(toText(value)))],
  ["squote", quoteAll((value) => `'${formatValue(value)}'`)],
  [
    "cat",
    variadic(0, (call) =>
      paid(
        call.args
          .filter((value) => value !== null)
          .map((value) => formatValue(value))
          .join(" "),
        call.context,
      ),
    ),
  ],
  ["indent", fixed(2, indent)],
  ["nindent", fixed(2, (call) => `\n${indent(call)}`)],
  ["replace", fixed(3, replace)],
  ["plural", fixed(3, (call) => (intArg(call, 2) === 1 ? textArg(call, 0) : textArg(call, 1)))],
  ["toString", fixed(1, (call) => paid(toText(anyArg(call, 0)), call.context))],
  ["toStrings", fixed(1, (call) => toTexts(anyArg(call, 0)))],
  [
    "join",
    fixed(2, (call) => {
      const pieces = toTexts(anyArg(call, 1));
      const glue = textArg(call, 0);
      chargeBytes(
        call.context,
        pieces.reduce((total, piece) => total + piece.length + glue.length, 0),
      );
      return pieces.join(glue);
    }),
  ],
  ["split", apart2((separator, text, context) => toNumbered(splitText(text, separator), context))],
  [
    "splitn",
    fixed(3, (call) =>
      toNumbered(splitText(textArg(call, 2), textArg(call, 0), intArg(call, 1)), call.context),
    ),
  ],
  ["splitList", fixed(2, splitList)],
  ["fail", fixed(1, (call) => failEvaluation(textArg(call, 0)))],
];

function apart2(apply: (part: string, text: string, context: EvalContext) => Value): SprigFunction {
  return fixed(2, (call) => apply(textArg(call, 0), textArg(call, 1), call.context));
}
