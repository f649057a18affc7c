/**
 * Go's `time.Duration`: printing ("1h30m0s") and the conversions; its texts are read in the base folder.
 */

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
