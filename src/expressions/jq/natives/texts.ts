/** Functions of texts. Offsets and lengths are counted in characters, not in UTF-16 units. */
import { splitText } from "../arithmetic.ts";
import { chargeSlots, chargeText, chargeWork } from "../machine.ts";
import type { Machine } from "../machine.ts";
import { countRunes } from "../../go/utf8.ts";
import { describe, fail, isArray } from "../values.ts";
import type { JqValue } from "../values.ts";
import type { Native, Natives } from "./native.ts";

export const textFunctions: Natives = {
  "startswith/1": (value, [part = null]) => testEnd(value, part, "startswith"),
  "endswith/1": (value, [part = null]) => testEnd(value, part, "endswith"),
  "ltrimstr/1": (value, [part = null]) => cutStart(value, part),
  "rtrimstr/1": (value, [part = null]) => cutEnd(value, part),
  "trimstr/1": (value, [part = null]) => cutEnd(cutStart(value, part), part),
  "trim/0": trimWith((text) => text.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/gu, "")),
  "ltrim/0": trimWith((text) => text.replace(/^[ \t\n\v\f\r]+/u, "")),
  "rtrim/0": trimWith((text) => text.replace(/[ \t\n\v\f\r]+$/u, "")),
  "explode/0": (value, _, machine) => explode(value, machine),
  "implode/0": (value, _, machine) => implode(value, machine),
  "split/1": (value, [separator = null], machine) =>
    typeof value === "string" && typeof separator === "string"
      ? splitText(value, separator, machine)
      : fail("split input and separator must be strings"),
  "ascii_downcase/0": changeCase("ascii_downcase", (text) =>
    text.replace(/[A-Z]/gu, (char) => char.toLowerCase()),
  ),
  "ascii_upcase/0": changeCase("ascii_upcase", (text) =>
    text.replace(/[a-z]/gu, (char) => char.toUpperCase()),
  ),
};

function testEnd(value: JqValue, part: JqValue, name: "startswith" | "endswith"): boolean {
  if (typeof value !== "string" || typeof part !== "string") return fail(`${name}() requires string inputs`);
  return name === "startswith" ? value.startsWith(part) : value.endsWith(part);
}

/** What is no text, or does not begin so, stays as it is. */
function cutStart(value: JqValue, part: JqValue): JqValue {
  return typeof value === "string" && typeof part === "string" && value.startsWith(part)
    ? value.slice(part.length)
    : value;
}

function cutEnd(value: JqValue, part: JqValue): JqValue {
  return typeof value === "string" && typeof part === "string" && value.endsWith(part)
    ? value.slice(0, value.length - part.length)
    : value;
}

function trimWith(trim: (text: string) => string): Native {
  return (value, _, machine) =>
    typeof value === "string"
      ? chargeText(machine, trim(value))
      : fail(`${describe(value)} cannot be trimmed, as it is not a string`);
}

function changeCase(name: string, change: (text: string) => string): Native {
  return (value, _, machine) =>
    typeof value === "string" ? chargeText(machine, change(value)) : fail(`${name} input must be a string`);
}

function explode(value: JqValue, machine: Machine): JqValue {
  if (typeof value !== "string") return fail(`${describe(value)} cannot be exploded, as it is not a string`);
  chargeSlots(machine, value.length);
  return Array.from(value).map((char) => char.codePointAt(0) ?? 0);
}

function implode(value: JqValue, machine: Machine): JqValue {
  if (!isArray(value)) return fail(`${describe(value)} cannot be imploded, as it is not an array`);
  chargeSlots(machine, value.length);
  return value
    .map((point) =>
      typeof point === "number" && Number.isInteger(point) && point >= 0 && point <= 0x10ffff
        ? String.fromCodePoint(point >= 0xd800 && point <= 0xdfff ? 0xfffd : point)
        : fail("Unicode codepoint must be numeric and one that exists"),
    )
    .join("");
}

/** Where a text occurs in another one, also where occurrences overlap. */
export function findTexts(text: string, part: string, machine: Machine): JqValue {
  if (part === "") return [];
  const found: number[] = [];
  let offset = 0;
  let counted = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    chargeWork(machine, 1);
    chargeSlots(machine, 1);
    offset += countRunes(text.slice(counted, at));
    counted = at;
    found.push(offset);
  }
  return found;
}
