/**
 * sprig's regular expressions, on our own linear-time matcher.
 */
import { chargeBytes, chargeSteps, EvalError } from "../context.ts";
import { compilePattern } from "../go/regexp/cached-match.ts";
import {
  expandTemplate,
  findAll,
  findFirst,
  quoteMeta,
  replaceMatches,
  splitRegexp,
  testRegexp,
} from "../go/regexp/regexp.ts";
import type { ChargeWork } from "../go/regexp/match.ts";
import type { Value } from "../value.ts";
import { alias, fixed, intArg, textArg } from "./sprig-function.ts";
import type { Call, SprigEntries } from "./sprig-function.ts";

function charger(call: Call): ChargeWork {
  return (steps) => chargeSteps(call.context, steps);
}

function match(call: Call): boolean {
  return testRegexp(compilePattern(textArg(call, 0)), textArg(call, 1), charger(call));
}

/** A wrong pattern simply does not match. */
function matchLeniently(call: Call): Value {
  try {
    return match(call);
  } catch (error) {
    if (error instanceof EvalError && error.code === "expression/invalid-pattern") return false;
    throw error;
  }
}

function find(call: Call): Value {
  const text = textArg(call, 1);
  const found = findFirst(compilePattern(textArg(call, 0)), text, charger(call));
  return found === undefined ? "" : text.slice(found[0], found[1]);
}

function findEvery(call: Call): Value {
  const text = textArg(call, 1);
  const found = findAll(compilePattern(textArg(call, 0)), text, intArg(call, 2), charger(call));
  chargeBytes(call.context, text.length + found.length * 8);
  return found.map((offsets) => text.slice(offsets[0], offsets[1]));
}

function replace(call: Call, literal: boolean): Value {
  const regexp = compilePattern(textArg(call, 0));
  const text = textArg(call, 1);
  const template = textArg(call, 2);
  return replaceMatches(
    regexp,
    text,
    (offsets) => {
      const replacement = literal ? template : expandTemplate(regexp, template, text, offsets);
      chargeBytes(call.context, replacement.length);
      return replacement;
    },
    charger(call),
  );
}

function split(call: Call): Value {
  const text = textArg(call, 1);
  chargeBytes(call.context, text.length * 8);
  return splitRegexp(compilePattern(textArg(call, 0)), text, intArg(call, 2), charger(call));
}

export const patternFunctions: SprigEntries = [
  ["regexMatch", fixed(2, matchLeniently)],
  ["mustRegexMatch", fixed(2, match)],
  ...alias(["regexFind", "mustRegexFind"], fixed(2, find)),
  ...alias(["regexFindAll", "mustRegexFindAll"], fixed(3, findEvery)),
  ...alias(
    ["regexReplaceAll", "mustRegexReplaceAll"],
    fixed(3, (call) => replace(call, false)),
  ),
  ...alias(
    ["regexReplaceAllLiteral", "mustRegexReplaceAllLiteral"],
    fixed(3, (call) => replace(call, true)),
  ),
  ...alias(["regexSplit", "mustRegexSplit"], fixed(3, split)),
  [
    "regexQuoteMeta",
    fixed(1, (call) => {
      chargeBytes(call.context, textArg(call, 0).length * 2);
      return quoteMeta(textArg(call, 0));
    }),
  ],
];
