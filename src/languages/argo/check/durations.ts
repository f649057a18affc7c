/** Go durations (time.ParseDuration): `1h30m`, `2.5s`, `-10ms`. */
import { parseGoDuration } from "../../../base/parse-go-duration.ts";

/** True when Go would read the text as a duration. */
export function isGoDuration(text: string): boolean {
  return parseGoDuration(text) !== undefined;
}
