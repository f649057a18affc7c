/**
 * sprig's functions on dates. "Local" is UTC, as in Argo's containers; the present comes from the context.
 * Go tells int from int64 and reads some integers as nothing; here every integer counts as seconds.
 */
import { parseGoDuration } from "../../base/parse-go-duration.ts";
import { failEvaluation } from "../context.ts";
import type { EvalContext } from "../context.ts";
import { findZone, fromUnixMs, inZone, toUnixSeconds, utc } from "../go/civil.ts";
import { formatDuration, roundDuration } from "../go/duration.ts";
import { formatTime } from "../go/format-time.ts";
import { parseInteger } from "../go/parse-number.ts";
import { parseTime } from "../go/parse-time.ts";
import { quoteText } from "../go/quote.ts";
import { isDuration, isTime, wrapInt } from "../value.ts";
import type { TimeValue, Value } from "../value.ts";
import { alias, anyArg, fixed, textArg, timeArg } from "./sprig-function.ts";
import type { Call, SprigEntries } from "./sprig-function.ts";

const second = 1_000_000_000n;
/** Go's zero time, which toDate gives for texts that are no dates. */
const zeroTime: TimeValue = { tag: "time", unixNs: -62_135_596_800n * second, zone: utc };

/** A time, seconds since 1970, or the present for everything else. */
function toTime(value: Value, context: EvalContext): TimeValue {
  if (isTime(value)) return value;
  if (typeof value === "bigint") return { tag: "time", unixNs: value * second, zone: utc };
  return fromUnixMs(context.now());
}

function formatIn(layout: string, value: Value, zone: string, context: EvalContext): string {
  return formatTime(inZone(toTime(value, context), findZone(zone) ?? utc), layout);
}

function modify(call: Call, strict: boolean): Value {
  const time = timeArg(call, 1);
  const ns = parseGoDuration(textArg(call, 0));
  if (ns !== undefined) return { ...time, unixNs: time.unixNs + ns };
  return strict ? failEvaluation(`time: invalid duration ${quoteText(textArg(call, 0))}`) : time;
}

function ago(call: Call): Value {
  const elapsed = fromUnixMs(call.context.now()).unixNs - toTime(anyArg(call, 0), call.context).unixNs;
  return formatDuration(roundDuration(elapsed, second));
}

function toDuration(call: Call): Value {
  const value = anyArg(call, 0);
  const seconds =
    typeof value === "string" ? (parseInteger(value) ?? 0n) : typeof value === "bigint" ? value : 0n;
  return formatDuration(wrapInt(seconds * second));
}

const roundUnits: readonly (readonly [bigint, string])[] = [
  [365n * 86_400n, "y"],
  [30n * 86_400n, "mo"],
  [86_400n, "d"],
  [3600n, "h"],
  [60n, "m"],
  [1n, "s"],
];

/** The largest unit that fits, without fraction: "2h". */
function roundLargest(call: Call): Value {
  const value = anyArg(call, 0);
  let ns = 0n;
  if (typeof value === "string") ns = parseGoDuration(value) ?? 0n;
  else if (typeof value === "bigint") ns = value;
  else if (isDuration(value)) ns = value.ns;
  else if (isTime(value)) ns = fromUnixMs(call.context.now()).unixNs - value.unixNs;
  const size = ns < 0n ? -ns : ns;
  for (const [seconds, unit] of roundUnits)
    if (size > seconds * second) return `${size / (seconds * second)}${unit}`;
  return "0s";
}

export const dateFunctions: SprigEntries = [
  ["now", fixed(0, (call) => fromUnixMs(call.context.now()))],
  ["ago", fixed(1, ago)],
  ["date", fixed(2, (call) => formatIn(textArg(call, 0), anyArg(call, 1), "Local", call.context))],
  ...alias(
    ["dateInZone", "date_in_zone"],
    fixed(3, (call) => formatIn(textArg(call, 0), anyArg(call, 1), textArg(call, 2), call.context)),
  ),
  ["htmlDate", fixed(1, (call) => formatIn("2006-01-02", anyArg(call, 0), "Local", call.context))],
  [
    "htmlDateInZone",
    fixed(2, (call) => formatIn("2006-01-02", anyArg(call, 0), textArg(call, 1), call.context)),
  ],
  ...alias(
    ["dateModify", "date_modify"],
    fixed(2, (call) => modify(call, false)),
  ),
  ...alias(
    ["mustDateModify", "must_date_modify"],
    fixed(2, (call) => modify(call, true)),
  ),
  ["duration", fixed(1, toDuration)],
  ["durationRound", fixed(1, roundLargest)],
  ["toDate", fixed(2, (call) => parseTime(textArg(call, 0), textArg(call, 1)) ?? zeroTime)],
  [
    "mustToDate",
    fixed(
      2,
      (call) =>
        parseTime(textArg(call, 0), textArg(call, 1)) ??
        failEvaluation(
          `parsing time ${quoteText(textArg(call, 1))} as ${quoteText(textArg(call, 0))}: cannot parse`,
        ),
    ),
  ],
  ["unixEpoch", fixed(1, (call) => String(toUnixSeconds(timeArg(call, 0).unixNs)))],
];
