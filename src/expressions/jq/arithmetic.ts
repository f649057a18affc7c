/** The operators between two values (jq manual, "Builtin operators and functions"). */
import { chargeBytes } from "../context.ts";
import type { BinaryOperator } from "./ast.ts";
import { chargeSlots, chargeText, chargeWork } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { compareValues, describe, fail, isArray, isObject } from "./values.ts";
import type { JqObject, JqValue } from "./values.ts";

export function applyOperator(
  operator: BinaryOperator,
  left: JqValue,
  right: JqValue,
  machine: Machine,
): JqValue {
  const charge = (steps: number): void => chargeWork(machine, steps);
  switch (operator) {
    case "+":
      return addValues(left, right, machine);
    case "-":
      return subtract(left, right, machine);
    case "*":
      return multiply(left, right, machine);
    case "/":
      return divide(left, right, machine);
    case "%":
      return takeRemainder(left, right);
    case "==":
      return compareValues(left, right, charge) === 0;
    case "!=":
      return compareValues(left, right, charge) !== 0;
    case "<":
      return compareValues(left, right, charge) < 0;
    case "<=":
      return compareValues(left, right, charge) <= 0;
    case ">":
      return compareValues(left, right, charge) > 0;
    case ">=":
      return compareValues(left, right, charge) >= 0;
  }
}

export function negate(value: JqValue): JqValue {
  return typeof value === "number" ? -value : fail(`${describe(value)} cannot be negated`);
}

export function addValues(left: JqValue, right: JqValue, machine: Machine): JqValue {
  if (left === null) return right;
  if (right === null) return left;
  if (typeof left === "number" && typeof right === "number") return left + right;
  if (typeof left === "string" && typeof right === "string") return chargeText(machine, left + right);
  if (isArray(left) && isArray(right)) {
    chargeSlots(machine, left.length + right.length);
    return [...left, ...right];
  }
  if (isObject(left) && isObject(right)) {
    chargeSlots(machine, (left.size + right.size) * 2);
    return new Map([...left, ...right]);
  }
  return fail(`${describe(left)} and ${describe(right)} cannot be added`);
}

function subtract(left: JqValue, right: JqValue, machine: Machine): JqValue {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (isArray(left) && isArray(right)) {
    const charge = (steps: number): void => chargeWork(machine, steps);
    chargeSlots(machine, left.length);
    chargeWork(machine, left.length * right.length);
    return left.filter((item) => !right.some((other) => compareValues(item, other, charge) === 0));
  }
  return fail(`${describe(left)} and ${describe(right)} cannot be subtracted`);
}

function multiply(left: JqValue, right: JqValue, machine: Machine): JqValue {
  if (typeof left === "number" && typeof right === "number") return left * right;
  if (typeof left === "string" && typeof right === "number") return repeatText(left, right, machine);
  if (typeof left === "number" && typeof right === "string") return repeatText(right, left, machine);
  if (isObject(left) && isObject(right)) return mergeDeeply(left, right, machine);
  return fail(`${describe(left)} and ${describe(right)} cannot be multiplied`);
}

/** Nothing at all is null; a part of a time counts only when it is the first. */
function repeatText(text: string, times: number, machine: Machine): JqValue {
  if (!(times > 0)) return null;
  const count = times < 1 ? 1 : Math.floor(times);
  chargeBytes(machine.context, count * text.length * 2);
  return text.repeat(count);
}

function mergeDeeply(left: JqObject, right: JqObject, machine: Machine): JqObject {
  chargeSlots(machine, (left.size + right.size) * 2);
  const merged = new Map(left);
  for (const [key, value] of right) {
    const old = merged.get(key) ?? null;
    merged.set(key, isObject(old) && isObject(value) ? mergeDeeply(old, value, machine) : value);
  }
  return merged;
}

function divide(left: JqValue, right: JqValue, machine: Machine): JqValue {
  if (typeof left === "number" && typeof right === "number") {
    if (right !== 0) return left / right;
    return fail(`${describe(left)} and ${describe(right)} cannot be divided because the divisor is zero`);
  }
  if (typeof left === "string" && typeof right === "string") return splitText(left, right, machine);
  return fail(`${describe(left)} and ${describe(right)} cannot be divided`);
}

/** An empty text has no parts; an empty separator stands between any two characters. */
export function splitText(text: string, separator: string, machine: Machine): JqValue {
  const parts = text === "" ? [] : separator === "" ? Array.from(text) : text.split(separator);
  chargeSlots(machine, parts.length + text.length);
  return parts;
}

/** Of whole numbers; the sign is that of the left one. */
function takeRemainder(left: JqValue, right: JqValue): JqValue {
  if (typeof left !== "number" || typeof right !== "number")
    return fail(`${describe(left)} and ${describe(right)} cannot be divided`);
  if (Number.isNaN(left) || Number.isNaN(right)) return Number.NaN;
  const divisor = Math.abs(toInteger(right));
  if (divisor === 0)
    return fail(`${describe(left)} and ${describe(right)} cannot be divided because the divisor is zero`);
  return (toInteger(left) % divisor) + 0;
}

/** Cut to a whole number of 64 bits. */
function toInteger(value: number): number {
  return Math.trunc(Math.min(Math.max(value, -(2 ** 63)), 2 ** 63));
}
