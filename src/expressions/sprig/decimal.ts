/**
 * Float arithmetic by way of decimals, as shopspring/decimal does for sprig's addf, subf, mulf and divf:
 * 0.1 + 0.2 is 0.3. Quotients have 16 decimals.
 */

interface Decimal {
  readonly digits: bigint;
  /** The value is digits / 10^scale. */
  readonly scale: number;
}

/** Wider exponents cannot come from float64; the bound keeps hostile powers of ten small. */
function toDecimal(value: number): Decimal {
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
}

function toNumber(decimal: Decimal): number {
  return Number(`${decimal.digits}e-${decimal.scale}`);
}

function align(left: Decimal, right: Decimal): readonly [bigint, bigint, number] {
  const scale = Math.max(left.scale, right.scale);
  return [
    left.digits * 10n ** BigInt(scale - left.scale),
    right.digits * 10n ** BigInt(scale - right.scale),
    scale,
  ];
}

/** Applies `exact` to finite numbers; for the others IEEE arithmetic is all there is. */
function compute(
  left: number,
  right: number,
  plain: number,
  exact: (a: Decimal, b: Decimal) => Decimal,
): number {
  if (!Number.isFinite(left) || !Number.isFinite(right)) return plain;
  return toNumber(exact(toDecimal(left), toDecimal(right)));
}

export function addDecimal(left: number, right: number): number {
  return compute(left, right, left + right, (a, b) => {
    const [x, y, scale] = align(a, b);
    return { digits: x + y, scale };
  });
}

export function subtractDecimal(left: number, right: number): number {
  return addDecimal(left, -right);
}

export function multiplyDecimal(left: number, right: number): number {
  return compute(left, right, left * right, (a, b) => ({
    digits: a.digits * b.digits,
    scale: a.scale + b.scale,
  }));
}

const quotientScale = 16;

/** The divisor must not be 0. */
export function divideDecimal(left: number, right: number): number {
  return compute(left, right, left / right, (a, b) => {
    const [x, y] = align(a, b);
    const scaled = x * 10n ** BigInt(quotientScale);
    const rest = scaled % y;
    const size = rest < 0n ? -rest : rest;
    const half = y < 0n ? -y : y;
    const away = x < 0n === y < 0n ? 1n : -1n;
    return { digits: scaled / y + (size * 2n >= half ? away : 0n), scale: quotientScale };
  });
}
