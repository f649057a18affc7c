/** Functions of any value: types, sizes, members, paths, JSON. */
import { toText } from "../formats.ts";
import { chargeSlots, chargeText, chargeWork, measureWork } from "../machine.ts";
import type { Machine } from "../machine.ts";
import { countBytes, countRunes } from "../../go/utf8.ts";
import { createDrafts, deletePaths, updatePath } from "../paths.ts";
import {
  compareValues,
  describe,
  fail,
  isArray,
  isObject,
  listKeys as orderMembers,
  readValue,
  sortKeys,
  typeOf,
  writeValue,
} from "../values.ts";
import type { Charge, JqValue } from "../values.ts";
import type { Natives } from "./native.ts";

export const valueFunctions: Natives = {
  "type/0": (value) => typeOf(value),
  "length/0": (value) => measure(value),
  "utf8bytelength/0": (value) =>
    typeof value === "string"
      ? countBytes(value)
      : fail(`${describe(value)} only strings have UTF-8 byte length`),
  "keys/0": (value, _, machine) => listKeys(value, machine, true),
  "keys_unsorted/0": (value, _, machine) => listKeys(value, machine, false),
  "has/1": (value, [key = null]) => hasKey(value, key),
  "contains/1": (value, [other = null], machine) =>
    containsValue(value, other, (steps) => chargeWork(machine, steps)),
  "tojson/0": (value, _, machine) => chargeText(machine, writeValue(value, machine.keyOrder)),
  "tostring/0": (value, _, machine) => chargeText(machine, toText(value, machine.keyOrder)),
  "fromjson/0": (value, _, machine) => readJson(value, machine),
  "tonumber/0": (value) => readNumber(value),
  "toarray/0": (value) => (isArray(value) ? value : [value]),
  "setpath/2": (value, [path = null, member = null], machine) =>
    isArray(path)
      ? updatePath(
          value,
          path,
          () => member,
          createDrafts((slots) => chargeSlots(machine, slots)),
        )
      : fail("Path must be specified as an array"),
  "delpaths/1": (value, [paths = null], machine) =>
    isArray(paths)
      ? deletePaths(value, paths, (slots) => chargeSlots(machine, slots))
      : fail("Paths must be specified as an array"),
};

function measure(value: JqValue): JqValue {
  if (value === null) return 0;
  if (typeof value === "boolean") return fail(`${describe(value)} has no length`);
  if (typeof value === "number") return Math.abs(value);
  if (typeof value === "string") return countRunes(value);
  return isArray(value) ? value.length : value.size;
}

function listKeys(value: JqValue, machine: Machine, isSorted: boolean): JqValue {
  if (isArray(value)) {
    chargeSlots(machine, value.length);
    return value.map((_, index) => index);
  }
  if (!isObject(value)) return fail(`${describe(value)} has no keys`);
  chargeSlots(machine, value.size);
  return isSorted ? sortKeys(value) : orderMembers(value, machine.keyOrder);
}

function hasKey(value: JqValue, key: JqValue): boolean {
  if (isObject(value) && typeof key === "string") return value.has(key);
  if (isArray(value) && typeof key === "number") return key >= 0 && key < value.length;
  return fail(
    `Cannot check whether ${typeOf(value)} has a ${typeof key === "string" ? "string" : typeOf(key)} key`,
  );
}

/** Texts contain parts of themselves, lists and objects what their members contain. */
function containsValue(value: JqValue, other: JqValue, charge: Charge): boolean {
  charge(1 + measureWork(value));
  if (isObject(value) && isObject(other)) {
    return [...other].every(([key, wanted]) => {
      const member = value.get(key);
      return member !== undefined && containsMember(member, wanted, charge);
    });
  }
  if (isArray(value) && isArray(other))
    return other.every((wanted) => value.some((member) => containsMember(member, wanted, charge)));
  if (typeof value === "string" && typeof other === "string") return value.includes(other);
  if (typeOf(value) === typeOf(other)) return compareValues(value, other, charge) === 0;
  return fail(`${describe(value)} and ${describe(other)} cannot have their containment checked`);
}

function containsMember(member: JqValue, wanted: JqValue, charge: Charge): boolean {
  return typeOf(member) === typeOf(wanted) && containsValue(member, wanted, charge);
}

function readJson(value: JqValue, machine: Machine): JqValue {
  if (typeof value !== "string") return fail(`${describe(value)} cannot be parsed as JSON`);
  chargeSlots(machine, value.length);
  return readValue(value);
}

function readNumber(value: JqValue): JqValue {
  if (typeof value === "number") return value;
  if (typeof value === "string" && /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/u.test(value))
    return Number(value);
  return fail(`${describe(value)} cannot be parsed as a number`);
}
