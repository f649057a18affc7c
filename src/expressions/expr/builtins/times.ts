/**
 * Builtins on times. The present comes from the evaluation context, never from the machine.
 */
import { checkArity, getText, refuseArgument } from "../../arguments.ts";
import { EvalError, failEvaluation } from "../../context.ts";
import type { EvalContext } from "../../context.ts";
import { findZone, fromUnixMs, inZone, utc } from "../../go/civil.ts";
import { parseGoDuration } from "../../../base/parse-go-duration.ts";
import { layouts } from "../../go/layout.ts";
import { parseTime } from "../../go/parse-time.ts";
import { quoteText } from "../../go/quote.ts";
import { isLocation } from "../../value.ts";
import type { TimeValue, Value, Zone } from "../../value.ts";
import type { Builtin } from "./builtin.ts";

/** The layouts that `date` tries, in this order. */
const guesses: readonly string[] = [
  "2006-01-02",
  "15:04:05",
  "2006-01-02 15:04:05",
  layouts.rfc3339,
  layouts.rfc822,
  layouts.rfc850,
  layouts.rfc1123,
];

/** The zone of an IANA name; throws `expression/unknown-timezone`. */
export function getZone(name: string): Zone {
  const zone = findZone(name);
  if (zone === undefined) throw new EvalError("expression/unknown-timezone", `unknown time zone ${name}`);
  return zone;
}

/** A duration text as nanoseconds; refuses others in Go's words. */
function getDurationNs(text: string): bigint {
  return parseGoDuration(text) ?? failEvaluation(`time: invalid duration ${quoteText(text)}`);
}

const now: Builtin = (args, context, name) => {
  checkArity(name, args, 0, 1);
  const time = presentTime(context);
  const zone = args[0];
  if (zone === undefined) return time;
  return isLocation(zone) ? inZone(time, zone.zone) : refuseArgument(name, 0, "a timezone", zone);
};

/** The time of the evaluation, in UTC. */
function presentTime(context: EvalContext): TimeValue {
  return fromUnixMs(context.now());
}

const duration: Builtin = (args, _context, name) => {
  checkArity(name, args, 1);
  return { tag: "duration", ns: getDurationNs(getText(name, args, 0)) };
};

function parseWithLayout(layout: string, text: string, zone: Zone): Value {
  return (
    parseTime(layout, text, zone) ??
    failEvaluation(`parsing time ${quoteText(text)} as ${quoteText(layout)}: cannot parse`)
  );
}

/** `date(text)`, `date(text, layout)`, `date(text, layout, zone)`, each also with a timezone in front. */
const date: Builtin = (given, _context, name) => {
  const first = given[0];
  const location = first !== undefined && isLocation(first) ? first : undefined;
  const args = location === undefined ? given : given.slice(1);
  checkArity(name, args, 1, 3);
  const text = getText(name, args, 0);
  const zone = args.length > 2 ? getZone(getText(name, args, 2)) : (location?.zone ?? utc);
  if (args.length > 1) return parseWithLayout(getText(name, args, 1), text, zone);
  for (const layout of guesses) {
    const time = parseTime(layout, text, zone);
    if (time !== undefined) return time;
  }
  return failEvaluation(`invalid date ${text}`);
};

const timezone: Builtin = (args, _context, name) => {
  checkArity(name, args, 1);
  return { tag: "location", zone: getZone(getText(name, args, 0)) };
};

export const timeBuiltins: readonly (readonly [string, Builtin])[] = [
  ["now", now],
  ["duration", duration],
  ["date", date],
  ["timezone", timezone],
];
