/** The settings of a place, read with care: a language wrote them, and a wrong one is told in the driver's words. */
import { MillraceError } from "../../base/errors.ts";
import { isJsonObject } from "../../base/json.ts";
import type { JsonObject } from "../../base/json.ts";
import type { StoragePlace } from "../../model/data/storage-place.ts";

/** A text; undefined when it is absent or empty. */
export function findText(place: StoragePlace, name: string): string | undefined {
  const value = place.settings[name];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw badPlace(place, `${name} is no text`);
  return value;
}

/** A text without which the driver can do nothing. */
export function getText(place: StoragePlace, name: string): string {
  const text = findText(place, name);
  if (text === undefined) throw badPlace(place, `${name} is missing`);
  return text;
}

export function isSet(place: StoragePlace, name: string): boolean {
  const value = place.settings[name];
  if (value !== undefined && typeof value !== "boolean")
    throw badPlace(place, `${name} is neither true nor false`);
  return value === true;
}

export function findNumber(place: StoragePlace, name: string): number | undefined {
  const value = place.settings[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number") throw badPlace(place, `${name} is no number`);
  return value;
}

export function listTexts(place: StoragePlace, name: string): readonly string[] {
  const value = place.settings[name] ?? [];
  if (!Array.isArray(value)) throw badPlace(place, `${name} is no list`);
  return value.map((item) => {
    if (typeof item !== "string") throw badPlace(place, `${name} holds something that is no text`);
    return item;
  });
}

/** Pairs of a name and a value, in order; a name may come several times. */
export function listPairs(place: StoragePlace, name: string): readonly (readonly [string, string])[] {
  const value = place.settings[name] ?? [];
  if (!Array.isArray(value)) throw badPlace(place, `${name} is no list`);
  return value.map((item) => {
    const pair: JsonObject = isJsonObject(item) ? item : {};
    const { name: key, value: text } = pair;
    if (typeof key !== "string" || typeof text !== "string") throw badPlace(place, `${name} holds no pairs`);
    return [key, text];
  });
}

/** The place cannot be meant like this. */
export function badPlace(place: StoragePlace, why: string): MillraceError {
  return new MillraceError("artifact/bad-place", "invalid", `${nameDriver(place)}: ${why}`, {
    hint: "Correct the location in the document or in the repository's configuration.",
  });
}

/** How errors call a place. A name and a password inside an address are nobody's business. */
export function nameDriver({ driver, key }: StoragePlace): string {
  return key === "" ? driver : `${driver} '${key.replace(/\/\/[^/@\s]*@/u, "//***@")}'`;
}
