/**
 * Go's `time.Duration`: parsing ("1h30m", "1.5s", "-2us"), printing ("1h30m0s") and the conversions.
 */
import { formatFloat } from "./format-float.ts";

const unitNs: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n],
  ["μs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);

const maxNs = 2n ** 63n - 1n;

/** Nanoseconds of a Go duration text, or undefined when it is none or does not fit 64 bits. */
export function parseDuration(text: string): bigint | undefined {
  const negative = text.startsWith("-");
  const body = negative || text.startsWith("+") ? text.slice(1) : text;
  if (body === "0") return 0n;
  if (body === "" || body.length > 200) return undefined;
  const part = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/uy;
  let total = 0n;
  while (part.lastIndex < body.length) {
    const match = part.exec(body);
    if (match === null) return undefined;
    const whole = match[1] ?? "";
    const fraction = match[2] ?? "";
    if (whole + fraction === "") return undefined;
    const unit = unitNs.get(match[3] ?? "") ?? 0n;
    total += BigInt(whole === "" ? "0" : whole) * unit;
    if (fraction !== "") total += (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length);
  }
  if (total > maxNs + (negative ? 1n : 0n)) return undefined;
  return negative ? -total : total;
}

/** `value` in units of `unit`, with a fraction but no trailing zeros. */
function formatFraction(value: bigint, unit: bigint): string {
  const digits = unit.toString().length - 1;
  const fraction = (value % unit).toString().padStart(digits, "0").replace(/0+$/u, "");
  return `${value / unit}${fraction === "" || digits === 0 ? "" : `.${fraction}`}`;
}

/** Go's `Duration.String()`: "0s", "1.5ms", "1h0m0s". */
export function formatDuration(ns: bigint): string {
  if (ns === 0n) return "0s";
  const sign = ns < 0n ? "-" : "";
  const size = ns < 0n ? -ns : ns;
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${formatFraction(size, 1_000n)}µs`;
  if (size < 1_000_000_000n) return `${sign}${formatFraction(size, 1_000_000n)}ms`;
  const hours = size / 3_600_000_000_000n;
  const minutes = (size / 60_000_000_000n) % 60n;
  const seconds = `${formatFraction(size % 60_000_000_000n, 1_000_000_000n)}s`;
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}`;
  return minutes > 0n ? `${sign}${minutes}m${seconds}` : sign + seconds;
}

/** A duration in units of `unit` as a float64, computed as Go does: the whole part first, then the rest. */
export function toUnits(ns: bigint, unit: bigint): number {
  return Number(ns / unit) + Number(ns % unit) / Number(unit);
}

/** Go's `Duration.Round`: to the nearest multiple, halves away from zero. */
export function roundDuration(ns: bigint, unit: bigint): bigint {
  if (unit <= 0n) return ns;
  const size = ns < 0n ? -ns : ns;
  const rest = size % unit;
  const rounded = rest * 2n < unit ? size - rest : size + unit - rest;
  return ns < 0n ? -rounded : rounded;
}

/** Seconds as Go's `%v` prints the float64 of `Duration.Seconds()`. */
export function formatSeconds(ns: bigint): string {
  return formatFloat(toUnits(ns, 1_000_000_000n));
}
