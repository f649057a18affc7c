/**
 * Go's `strconv.ParseInt`, `ParseFloat` and `ParseBool`: stricter than JavaScript's Number() in some places
 * (no surrounding blanks, no empty text) and wider in others (bases, underscores, hexadecimal floats, Inf).
 */

const minInt = -(2n ** 63n);
const maxInt = 2n ** 63n - 1n;

const digitPatterns: ReadonlyMap<number, RegExp> = new Map([
  [2, /^[01]+$/u],
  [8, /^[0-7]+$/u],
  [10, /^[0-9]+$/u],
  [16, /^[0-9a-fA-F]+$/u],
]);
const prefixes: ReadonlyMap<number, string> = new Map([
  [2, "0b"],
  [8, "0o"],
  [10, ""],
  [16, "0x"],
]);

/** Base and digits of a literal whose prefix tells the base, as ParseInt does with base 0. */
function splitPrefix(text: string): { readonly base: number; readonly digits: string } {
  const lower = text.slice(0, 2).toLowerCase();
  const digits = (from: number): string => text.slice(from).replace(/_(?=[0-9a-fA-F])/gu, "");
  if (lower === "0x") return { base: 16, digits: digits(2) };
  if (lower === "0b") return { base: 2, digits: digits(2) };
  if (lower === "0o") return { base: 8, digits: digits(2) };
  if (text.length > 1 && text.startsWith("0")) return { base: 8, digits: digits(1) };
  return { base: 10, digits: text.startsWith("_") ? text : digits(0) };
}

/** A 64-bit integer, or undefined when the text is none. Base 0 lets the prefix decide (0x, 0o, 0b, 0). */
export function parseInteger(text: string, base: 0 | 2 | 8 | 10 | 16 = 10): bigint | undefined {
  const negative = text.startsWith("-");
  const unsigned = negative || text.startsWith("+") ? text.slice(1) : text;
  const split = base === 0 ? splitPrefix(unsigned) : { base, digits: unsigned };
  if (!(digitPatterns.get(split.base) ?? /^$/u).test(split.digits) || split.digits === "") return undefined;
  if (split.digits.length > 80) return undefined;
  const magnitude = BigInt((prefixes.get(split.base) ?? "") + split.digits);
  const value = negative ? -magnitude : magnitude;
  return value < minInt || value > maxInt ? undefined : value;
}

const decimalFloat = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/u;
const hexFloat = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/u;

/** A float64, or undefined when the text is none or its magnitude is too large. */
export function parseFloat64(text: string): number | undefined {
  if (text.length > 1100) return undefined;
  const plain = text.replace(/(?<=[0-9a-fA-F])_(?=[0-9a-fA-F])/gu, "");
  if (decimalFloat.test(plain)) {
    const value = Number(plain);
    return Number.isFinite(value) ? value : undefined;
  }
  const special = /^([+-]?)(inf|infinity|nan)$/iu.exec(text);
  if (special !== null) {
    if (special[2]?.toLowerCase() === "nan") return special[1] === "" ? NaN : undefined;
    return special[1] === "-" ? -Infinity : Infinity;
  }
  return parseHexFloat(plain);
}

function parseHexFloat(text: string): number | undefined {
  const match = hexFloat.exec(text);
  if (match === null) return undefined;
  const whole = match[2] ?? "";
  const fraction = match[3] ?? "";
  const exponent = Number(match[4]);
  if (whole + fraction === "" || Math.abs(exponent) > 5000) return undefined;
  const mantissa = Number(BigInt(`0x${whole}${fraction}`));
  const value = mantissa * 2 ** (exponent - 4 * fraction.length);
  if (!Number.isFinite(value)) return undefined;
  return match[1] === "-" ? -value : value;
}

/** Go's `strconv.ParseBool`. */
export function parseBool(text: string): boolean | undefined {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  if (["0", "f", "F", "FALSE", "false", "False"].includes(text)) return false;
  return undefined;
}

/** Go's `int(x)` for a float64: truncation; what does not fit becomes the smallest integer, as on amd64. */
export function truncateToInt(value: number): bigint {
  if (!Number.isFinite(value)) return minInt;
  const whole = BigInt(Math.trunc(value));
  return whole < minInt || whole > maxInt ? minInt : whole;
}
