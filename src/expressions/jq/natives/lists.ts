/** Functions of lists: order, groups, sums. */
import { addValues } from "../arithmetic.ts";
import { writeValue } from "../values.ts";
import { chargeSlots, chargeText, chargeWork } from "../machine.ts";
import type { Machine } from "../machine.ts";
import { findSublists, listMembers } from "../paths.ts";
import { compareValues, describe, fail, isArray, isObject } from "../values.ts";
import type { Charge, JqList, JqValue } from "../values.ts";
import type { Natives } from "./native.ts";
import { findTexts } from "./texts.ts";

export const listFunctions: Natives = {
  "add/0": (value, _, machine) => addAll(value, machine),
  "sort/0": (value, _, machine) => sortPairs(pair(value, value, machine), machine).map(({ item }) => item),
  "_sort_by/1": (value, [keys = null], machine) =>
    sortPairs(pair(value, keys, machine), machine).map(({ item }) => item),
  "_group_by/1": (value, [keys = null], machine) =>
    group(sortPairs(pair(value, keys, machine), machine), machine),
  "unique/0": (value, _, machine) =>
    group(sortPairs(pair(value, value, machine), machine), machine).map((members) => members[0] ?? null),
  "min/0": (value, _, machine) => findExtreme(pair(value, value, machine), -1, machine),
  "max/0": (value, _, machine) => findExtreme(pair(value, value, machine), 1, machine),
  "_min_by/1": (value, [keys = null], machine) => findExtreme(pair(value, keys, machine), -1, machine),
  "_max_by/1": (value, [keys = null], machine) => findExtreme(pair(value, keys, machine), 1, machine),
  "reverse/0": (value, _, machine) => reverse(value, machine),
  "flatten/0": (value, _, machine) => flatten(value, Infinity, machine),
  "flatten/1": (value, [depth = null], machine) =>
    typeof depth !== "number"
      ? fail("flatten depth must be a number")
      : depth < 0
        ? fail("flatten depth must not be negative")
        : flatten(value, depth, machine),
  "indices/1": (value, [wanted = null], machine) => findIndices(value, wanted, machine),
  "join/1": (value, [separator = null], machine) => join(value, separator, machine),
  "transpose/0": (value, _, machine) => transpose(value, machine),
};

function chargeOf(machine: Machine): Charge {
  return (steps) => chargeWork(machine, steps);
}

interface Pair {
  readonly key: JqValue;
  readonly item: JqValue;
}

function pair(value: JqValue, keys: JqValue, machine: Machine): readonly Pair[] {
  if (!isArray(value) || !isArray(keys))
    return fail(`${describe(value)} cannot be sorted, as it is not an array`);
  chargeSlots(machine, value.length * 2);
  return value.map((item, index) => ({ key: keys[index] ?? null, item }));
}

/** Equal ones keep their order. */
function sortPairs(pairs: readonly Pair[], machine: Machine): readonly Pair[] {
  chargeWork(machine, pairs.length * 4);
  return pairs.toSorted((left, right) => compareValues(left.key, right.key, chargeOf(machine)));
}

function group(sorted: readonly Pair[], machine: Machine): readonly JqList[] {
  const groups: JqValue[][] = [];
  let previous: Pair | undefined;
  for (const one of sorted) {
    if (previous !== undefined && compareValues(previous.key, one.key, chargeOf(machine)) === 0)
      groups.at(-1)?.push(one.item);
    else groups.push([one.item]);
    previous = one;
  }
  return groups;
}

/** Of equal ones the first is the least and the last is the greatest. */
function findExtreme(pairs: readonly Pair[], sign: 1 | -1, machine: Machine): JqValue {
  let best: Pair | undefined;
  for (const one of pairs) {
    const order = best === undefined ? 1 : compareValues(one.key, best.key, chargeOf(machine)) * sign;
    if (order > 0 || (order === 0 && sign === 1)) best = one;
  }
  return best?.item ?? null;
}

/** Texts and lists are joined at once, because to add them one by one would copy all that came before each time. */
function addAll(value: JqValue, machine: Machine): JqValue {
  const members = listMembers(value, machine.keyOrder).map(([, member]) => member);
  if (members.every((member) => typeof member === "string") && members.length > 0)
    return chargeText(machine, members.join(""));
  if (members.every(isArray) && members.length > 0) {
    chargeSlots(
      machine,
      members.reduce((sum, member) => sum + member.length, 0),
    );
    return members.flat(1);
  }
  return members.reduce<JqValue>((sum, member) => addValues(sum, member, machine), null);
}

function reverse(value: JqValue, machine: Machine): JqValue {
  // What has no length has nothing to turn around, whatever it is.
  if (value === null || value === 0 || (isObject(value) && value.size === 0)) return [];
  if (typeof value === "string") return Array.from(value).reverse().join("");
  if (!isArray(value)) return fail(`Cannot reverse ${describe(value)}`);
  chargeSlots(machine, value.length);
  return value.toReversed();
}

function flatten(value: JqValue, depth: number, machine: Machine): JqList {
  const members = listMembers(value, machine.keyOrder).map(([, member]) => member);
  chargeSlots(machine, members.length);
  return members.flatMap((member) =>
    isArray(member) && depth > 0 ? flatten(member, depth - 1, machine) : [member],
  );
}

/** Places of a text in a text, of a list in a list, or of a value in a list. */
function findIndices(value: JqValue, wanted: JqValue, machine: Machine): JqValue {
  if (value === null) return null;
  if (typeof value === "string" && typeof wanted === "string") return findTexts(value, wanted, machine);
  if (!isArray(value))
    return fail(`Cannot determine the indices of ${describe(wanted)} in ${describe(value)}`);
  chargeWork(machine, value.length * (isArray(wanted) ? wanted.length + 1 : 1));
  return findSublists(value, isArray(wanted) ? wanted : [wanted], chargeOf(machine));
}

function join(value: JqValue, separator: JqValue, machine: Machine): JqValue {
  const members = listMembers(value, machine.keyOrder).map(([, member]) => member);
  if (members.length === 0) return "";
  const between = members.length < 2 ? "" : (separator ?? "");
  if (typeof between !== "string") return fail(`${describe(separator)} cannot join, as it is not a string`);
  const texts = members.map((member) => {
    if (member === null) return "";
    if (isArray(member) || isObject(member)) return fail(`${describe(member)} cannot be joined`);
    return typeof member === "string" ? member : writeValue(member, machine.keyOrder);
  });
  return chargeText(machine, texts.join(between));
}

function transpose(value: JqValue, machine: Machine): JqValue {
  if (!isArray(value)) return fail(`Cannot transpose ${describe(value)}`);
  const rows = value.map((row) => (isArray(row) ? row : fail(`Cannot transpose the row ${describe(row)}`)));
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  chargeSlots(machine, width * rows.length);
  return Array.from({ length: width }, (_, column) => rows.map((row) => row[column] ?? null));
}
