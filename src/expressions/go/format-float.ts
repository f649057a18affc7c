/**
 * Go's `strconv.FormatFloat` for 64 bits, verbs e, f and g.
 * JavaScript finds the same shortest digits; only the layout of the exponent and the thresholds differ.
 */

/** Go writes at least two digits of exponent; JavaScript writes as few as it can. */
function widenExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/u, "e$10$2");
}

function formatSpecial(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  return undefined;
}

function signOf(value: number): string {
  return value < 0 || Object.is(value, -0) ? "-" : "";
}

/** Plain decimals of a number that JavaScript would write with an exponent. */
function expandExponent(text: string): string {
  const match = /^(\d)(?:\.(\d+))?e([+-]\d+)$/u.exec(text);
  if (match === null) return text;
  const digits = (match[1] ?? "") + (match[2] ?? "");
  const point = 1 + Number(match[3]);
  if (point <= 0) return `0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return digits + "0".repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The exact decimal value of a finite, non-negative double: its integer digits and its fraction digits. */
function toExactDigits(value: number): { readonly digits: bigint; readonly scale: number } {
  let exponent = 0;
  let mantissa = value;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent++;
  }
  return { digits: BigInt(mantissa) * 5n ** BigInt(exponent), scale: exponent };
}

/** Rounds exactly, half to even, to `precision` decimals. */
export function formatFixed(value: number, precision: number): string {
  const special = formatSpecial(value);
  if (special !== undefined) return special;
  const { digits, scale } = toExactDigits(Math.abs(value));
  const rounded =
    precision >= scale ? digits * 10n ** BigInt(precision - scale) : roundHalfEven(digits, scale - precision);
  const text = rounded.toString().padStart(precision + 1, "0");
  const split = text.length - precision;
  return signOf(value) + text.slice(0, split) + (precision > 0 ? `.${text.slice(split)}` : "");
}

function roundHalfEven(digits: bigint, drop: number): bigint {
  const unit = 10n ** BigInt(drop);
  const quotient = digits / unit;
  const twice = (digits % unit) * 2n;
  return twice > unit || (twice === unit && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

/** Verb e; a precision of -1 means as few digits as tell the number apart. */
export function formatExponent(value: number, precision: number): string {
  const special = formatSpecial(value);
  if (special !== undefined) return special;
  const magnitude = Math.abs(value);
  const text = precision < 0 ? magnitude.toExponential() : exactExponential(magnitude, precision);
  return signOf(value) + widenExponent(text);
}

/** JavaScript rounds halves up in toExponential, Go to even. */
function exactExponential(value: number, precision: number): string {
  if (value === 0) return `0${precision > 0 ? `.${"0".repeat(precision)}` : ""}e+0`;
  const { digits, scale } = toExactDigits(value);
  let text = digits.toString();
  let exponent = text.length - 1 - scale;
  const drop = text.length - 1 - precision;
  if (drop > 0) {
    text = roundHalfEven(digits, drop).toString();
    if (text.length > precision + 1) exponent++;
  }
  const kept = text.padEnd(precision + 1, "0").slice(0, precision + 1);
  const tail = precision > 0 ? `.${kept.slice(1)}` : "";
  return `${kept.slice(0, 1)}${tail}e${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
}

/** Verb f with as few digits as tell the number apart. */
export function formatShortestFixed(value: number): string {
  return formatSpecial(value) ?? signOf(value) + expandExponent(String(Math.abs(value)));
}

/** Verb g, and `%v` of a float64; -1 means the shortest digits, with an exponent from 1e+06 on. */
export function formatFloat(value: number, precision = -1): string {
  const special = formatSpecial(value);
  if (special !== undefined) return special;
  if (value === 0) return `${signOf(value)}0`;
  if (precision < 0) {
    const exponent = Number(/e([+-]\d+)$/u.exec(Math.abs(value).toExponential())?.[1] ?? "0");
    return exponent < -4 || exponent >= 6 ? formatExponent(value, -1) : formatShortestFixed(value);
  }
  return formatSignificant(value, Math.max(precision, 1));
}

function formatSignificant(value: number, digits: number): string {
  const rounded = exactExponential(Math.abs(value), digits - 1);
  const [mantissa = "", exponentText = "0"] = rounded.split("e");
  const exponent = Number(exponentText);
  const trimmed = mantissa.includes(".") ? mantissa.replace(/\.?0+$/u, "") : mantissa;
  const brief = `${trimmed}e${exponentText}`;
  const count = trimmed.replace(".", "").length;
  const limit = digits > count && count >= exponent + 1 ? count : digits;
  if (exponent < -4 || exponent >= limit) return signOf(value) + widenExponent(brief);
  return signOf(value) + expandExponent(brief);
}
