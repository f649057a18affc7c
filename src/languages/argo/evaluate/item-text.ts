/** Items of a fan-out as text: scalars as they are, maps and lists as JSON text with sorted keys (Argo, processItem). */
import { isJsonObject } from "../../../base/json.ts";
import type { Json } from "../../../base/json.ts";
import { jsonToValue, writeJson } from "../../../expressions/go/json.ts";

/** `{{item}}`. */
export function itemToText(item: Json): string {
  if (typeof item === "string") return item;
  if (typeof item === "number" || typeof item === "boolean") return String(item);
  return writeJson(jsonToValue(item));
}

/** `{{item.key}}`; undefined when the item is no map or has no such key. */
export function findItemMember(item: Json, key: string): string | undefined {
  if (!isJsonObject(item) || !Object.hasOwn(item, key)) return undefined;
  const member = item[key];
  return member === undefined ? undefined : itemToText(member);
}

/**
 * The text of an item in the name of its task: members of a map as `key:value` sorted, those of a list as Go prints
 * a slice, no parentheses (Argo, generateNodeName).
 */
export function describeItem(item: Json): string {
  const text = isJsonObject(item)
    ? Object.keys(item)
        .map((key) => `${key}:${findItemMember(item, key) ?? ""}`)
        .sort()
        .join(",")
    : Array.isArray(item)
      ? `[${item.map((member: Json) => itemToText(member)).join(" ")}]`
      : itemToText(item);
  return text.replace(/[()]/gu, "");
}
