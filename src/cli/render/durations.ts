/** Durations and times for people: `45s`, `3m12s`, `2h5m`, `3d4h`, as kubectl shows them. */

/** Two units at most; below a second as `0.4s`, because short tasks are ordinary here. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < 950) return ms < 50 ? "0s" : `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return join(Math.floor(seconds / 60), "m", seconds % 60, "s");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 24 * 60) return join(Math.floor(minutes / 60), "h", minutes % 60, "m");
  const hours = Math.floor(minutes / 60);
  return join(Math.floor(hours / 24), "d", hours % 24, "h");
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}

/** The second that was formatted last: lines about a run come in order of time, thousands of them in the same second. */
const lastFormatted = { second: Number.NaN, text: "" };

/** `2025-11-21T09:33:10Z`: unambiguous in logs of machines in several time zones. */
export function formatTime(at: number): string {
  const second = Math.floor(at / 1000);
  if (second !== lastFormatted.second) {
    lastFormatted.text = formatSecond(new Date(at));
    lastFormatted.second = second;
  }
  return lastFormatted.text;
}

/** By its parts: to write a whole date V8 looks for the machine's time zone, which takes it longer than all else here. */
function formatSecond(time: Date): string {
  const date = [time.getUTCFullYear(), time.getUTCMonth() + 1, time.getUTCDate()];
  const clock = [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()];
  const write = (part: number): string => String(part).padStart(2, "0");
  return `${date.map(write).join("-")}T${clock.map(write).join(":")}Z`;
}

/** How long something took, or has taken so far in whole seconds; empty when it has not begun. */
export function formatSpan(startedAt: number | undefined, endedAt: number | undefined, now: number): string {
  if (startedAt === undefined || startedAt === 0) return "";
  if (endedAt !== undefined && endedAt !== 0) return formatDuration(endedAt - startedAt);
  return formatDuration(Math.floor((now - startedAt) / 1000) * 1000);
}

/** `2025-11-21T09:33:10Z (3m12s ago)`. */
export function formatMoment(at: number | undefined, now: number): string {
  return at === undefined || at === 0 ? "" : `${formatTime(at)} (${formatDuration(now - at)} ago)`;
}

/** `about 12s left`, by what the like of it took; empty when that is over already, or it has not begun. */
export function describeLeft(startedAt: number | undefined, estimateMs: number, now: number): string {
  if (startedAt === undefined || startedAt === 0) return "";
  const leftMs = startedAt + estimateMs - now;
  return leftMs < 1000 ? "" : `about ${formatDuration(Math.round(leftMs / 1000) * 1000)} left`;
}
