/** Go durations (time.ParseDuration): `1h30m`, `2.5s`, `-10ms`. */

const DURATION = /^[-+]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;

/** True when Go would read the text as a duration. */
export function isGoDuration(text: string): boolean {
  return text.length <= 200 && DURATION.test(text);
}
