/** Keys of objects as names of files. */
import type { StoragePlace } from "../../model/data/storage-place.ts";
import { unsafeKeyThere } from "./refusals.ts";

/** The beginning that all keys below a key have. */
export function toPrefix(key: string): string {
  return key === "" || key.endsWith("/") ? key : `${key}/`;
}

/** The part of a key behind the prefix. One that could lead out of a directory is refused, wherever it would lead. */
export function findInside(place: StoragePlace, key: string, prefix: string): string {
  const name = key.slice(prefix.length);
  const parts = name.replace(/\/$/u, "").split("/");
  const isSafe = name === "" || parts.every((part) => part !== "" && part !== "." && part !== "..");
  if (!isSafe || name.includes("\0")) throw unsafeKeyThere(place, key);
  return name;
}
