/**
 * sprig's functions on lists. Nothing is changed in place: every function gives a new list.
 */
import { chargeBytes, chargeSteps, failEvaluation } from "../context.ts";
import { isDeepEqual } from "../expr/compare.ts";
import { compareText } from "../go/utf8.ts";
import { isList } from "../value.ts";
import type { Value, ValueList } from "../value.ts";
import { castInt } from "./numbers.ts";
import { alias, anyArg, fixed, intArg, isEmpty, listArg, toTexts, variadic } from "./sprig-function.ts";
import type { Call, SprigEntries, SprigFunction } from "./sprig-function.ts";

function paid(list: ValueList, call: Call): ValueList {
  chargeBytes(call.context, list.length * 8);
  return list;
}

/** A function of one list that gives a list. */
function convert(apply: (list: ValueList, call: Call) => ValueList): SprigFunction {
  return fixed(1, (call) => paid(apply(listArg(call, 0), call), call));
}

/** Most functions exist twice; the `must` one would return an error where the other panics. */
function both(name: string, entry: SprigFunction): SprigEntries {
  return alias([name, `must${name.charAt(0).toUpperCase()}${name.slice(1)}`], entry);
}

function includes(list: ValueList, needle: Value, call: Call): boolean {
  chargeSteps(call.context, list.length);
  return list.some((item) => isDeepEqual(item, needle));
}

function uniq(list: ValueList, call: Call): ValueList {
  const kept: Value[] = [];
  for (const item of list) if (!includes(kept, item, call)) kept.push(item);
  return kept;
}

function chunk(call: Call): Value {
  const size = intArg(call, 0);
  const list = listArg(call, 1);
  if (size <= 0) return failEvaluation(`${call.name}: the size must be positive`);
  paid(list, call);
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

function slice(call: Call): Value {
  const list = listArg(call, 0);
  if (list.length === 0) return null;
  const start = Number(castInt(anyArg(call, 1)));
  const end = call.args.length < 3 ? list.length : Number(castInt(anyArg(call, 2)));
  if (start < 0 || end > list.length || start > end)
    return failEvaluation("reflect.Value.Slice: slice index out of bounds");
  return paid(list.slice(start, end), call);
}

function sortAlpha(call: Call): Value {
  const texts = toTexts(anyArg(call, 0));
  chargeSteps(call.context, Math.ceil(texts.length * Math.log2(texts.length + 1)));
  return paid([...texts].sort(compareText), call);
}

function without(call: Call): Value {
  const omitted = call.args.slice(1);
  return paid(
    listArg(call, 0).filter((item) => !includes(omitted, item, call)),
    call,
  );
}

function concat(call: Call): Value {
  const lists = call.args.map((_, index) => listArg(call, index));
  chargeBytes(
    call.context,
    lists.reduce((total, list) => total + list.length * 8, 0),
  );
  return lists.flat();
}

export const listFunctions: SprigEntries = [
  ...alias(
    ["list", "tuple"],
    variadic(0, (call) => paid(call.args, call)),
  ),
  ...alias(
    ["append", "push", "mustAppend", "mustPush"],
    fixed(2, (call) => paid([...listArg(call, 0), anyArg(call, 1)], call)),
  ),
  ...both(
    "prepend",
    fixed(2, (call) => paid([anyArg(call, 1), ...listArg(call, 0)], call)),
  ),
  ...both(
    "first",
    fixed(1, (call) => listArg(call, 0)[0] ?? null),
  ),
  ...both(
    "last",
    fixed(1, (call) => listArg(call, 0).at(-1) ?? null),
  ),
  ...both(
    "rest",
    convert((list) => list.slice(1)),
  ),
  ...both(
    "initial",
    convert((list) => list.slice(0, -1)),
  ),
  ...both(
    "reverse",
    convert((list) => list.toReversed()),
  ),
  ...both(
    "compact",
    convert((list) => list.filter((item) => !isEmpty(item))),
  ),
  ...both("uniq", convert(uniq)),
  ...both("without", variadic(1, without)),
  ...both(
    "has",
    fixed(2, (call) => {
      const haystack = anyArg(call, 1);
      return isList(haystack)
        ? includes(haystack, anyArg(call, 0), call)
        : haystack === null
          ? false
          : includes(listArg(call, 1), null, call);
    }),
  ),
  ...both("slice", variadic(1, slice)),
  ...both("chunk", fixed(2, chunk)),
  ["concat", variadic(0, concat)],
  ["sortAlpha", fixed(1, sortAlpha)],
];
