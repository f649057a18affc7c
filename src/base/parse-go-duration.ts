/**
 * Go durations as text (`time.ParseDuration`): `1h30m`, `2.5s`, `-10ms`.
 * Both expressions and cron lines write them, so they are read here, once.
 */

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
export function parseGoDuration(text: string): bigint | undefined {
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
