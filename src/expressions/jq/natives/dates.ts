/** Functions of times: seconds since 1970 and their ISO 8601 form in UTC. The time of now is told by the caller. */
import { formatTime } from "../../go/format-time.ts";
import { fromUnixMs, toUnixSeconds, utc, inZone } from "../../go/civil.ts";
import { parseTime } from "../../go/parse-time.ts";
import { describe, fail } from "../values.ts";
import type { JqValue } from "../values.ts";
import type { Natives } from "./native.ts";

const layout = "2006-01-02T15:04:05Z";

export const dateFunctions: Natives = {
  "now/0": (_, __, machine) => machine.context.now() / 1000,
  "todateiso8601/0": (value) => writeDate(value),
  "fromdateiso8601/0": (value) => readDate(value),
};

function writeDate(value: JqValue): string {
  if (typeof value !== "number" || !(Math.abs(value) < 1e11))
    return fail(`${describe(value)} is no time in seconds since 1970`);
  return formatTime(inZone(fromUnixMs(Math.floor(value) * 1000), utc), layout);
}

function readDate(value: JqValue): number {
  const time = typeof value === "string" ? parseTime(layout, value) : undefined;
  return time === undefined
    ? fail(`date ${describe(value)} does not match format "%Y-%m-%dT%H:%M:%SZ"`)
    : Math.floor(toUnixSeconds(time.unixNs));
}
