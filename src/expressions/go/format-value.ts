/**
 * Go's `%v`: how a value looks in a text. Lists print as `[1 2]`, maps as `map[a:1 b:2]` with sorted keys.
 */
import { toMap } from "../value.ts";
import type { MapKey, Value } from "../value.ts";
import { EvalError } from "../context.ts";
import { formatDuration } from "./duration.ts";
import { formatFloat } from "./format-float.ts";
import { timeToText } from "./format-time.ts";
import { compareText } from "./utf8.ts";

/** Nesting deeper than this is refused instead of overflowing the stack. */
const maxValueDepth = 1000;

const keyRanks: Readonly<Record<string, number>> = { bigint: 1, number: 2, string: 3, boolean: 4 };

/** The order in which Go prints map keys: by type, then by value. */
function compareKeys(left: MapKey, right: MapKey): number {
  const ranks = (keyRanks[typeof left] ?? 0) - (keyRanks[typeof right] ?? 0);
  if (ranks !== 0) return ranks;
  if (typeof left === "string" && typeof right === "string") return compareText(left, right);
  if (left === right || left === null || right === null) return 0;
  return left < right ? -1 : 1;
}

/** Refuses values nested so deep that walking them would overflow the stack. */
export function checkDepth(depth: number): void {
  if (depth > maxValueDepth) throw new EvalError("expression/too-deep", "recursion depth exceeded");
}

function formatList(items: Iterable<string>): string {
  return `[${[...items].join(" ")}]`;
}

/** The text that Go's `fmt.Sprintf("%v", value)` gives. */
export function formatValue(value: Value, depth = 0): string {
  checkDepth(depth);
  if (typeof value === "string") return value;
  if (typeof value === "number") return formatFloat(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value === null) return "<nil>";
  if (value instanceof Uint8Array) return formatList(Array.from(value, String));
  if (Array.isArray(value)) return formatList(value.map((item: Value) => formatValue(item, depth + 1)));
  return formatObject(
    value as Exclude<Value, readonly Value[] | string | number | bigint | boolean | null | Uint8Array>,
    depth,
  );
}

type ObjectValue = Exclude<Value, readonly Value[] | string | number | bigint | boolean | null | Uint8Array>;

function formatObject(value: ObjectValue, depth: number): string {
  if (value instanceof Map) return formatMap(value, depth);
  const tagged = value as Exclude<ObjectValue, ReadonlyMap<MapKey, Value>>;
  switch (tagged.tag) {
    case "time":
      return timeToText(tagged);
    case "duration":
      return formatDuration(tagged.ns);
    case "location":
      return tagged.zone.name;
    case "function":
      return tagged.name;
    case "host":
      return formatMap(toMap(tagged), depth);
  }
}

function formatMap(map: ReadonlyMap<MapKey, Value>, depth: number): string {
  const keys = [...map.keys()].sort(compareKeys);
  return `map${formatList(keys.map((key) => `${formatValue(key)}:${formatValue(map.get(key) ?? null, depth + 1)}`))}`;
}
