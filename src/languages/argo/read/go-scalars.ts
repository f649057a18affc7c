/**
 * The scalar rules of Go's YAML (sigs.k8s.io/yaml on go-yaml v2), and Go's number formats.
 * Argo reads documents with these rules and they are neither YAML 1.1 nor 1.2: `y` and `on` are booleans,
 * `0755` is octal, `12:30` and timestamps are text, `.` is text.
 * Integers beyond 2^53 become bigint and whole floats from 1e6 become GoFloat, because Go writes both
 * differently when they land in a text field.
 */
/** A float in the document whose value is whole and whose text in a string field differs from the integer's. */
export class GoFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  get [Symbol.toStringTag](): string {
    return "GoFloat";
  }

  toString(): string {
    return formatGeneralFloat(this.value);
  }
}

/** What a plain scalar can become besides text. */
export type GoScalar = null | boolean | number | bigint | GoFloat;

const goWords = new Map<string, GoScalar>();
addWords(true, "y Y yes Yes YES true True TRUE on On ON");
addWords(false, "n N no No NO false False FALSE off Off OFF");
addWords(null, "~ null Null NULL");
addWords(Number.NaN, ".nan .NaN .NAN");
addWords(Infinity, ".inf .Inf .INF +.inf +.Inf +.INF");
addWords(-Infinity, "-.inf -.Inf -.INF");

const integerPattern = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
const floatPattern = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const longestWord = 5;
const longestNumber = 400;

function addWords(value: GoScalar, words: string): void {
  for (const word of words.split(" ")) goWords.set(word, value);
}

/** The value of a plain scalar that is not text; undefined when it is text. */
export function resolveGoScalar(text: string): GoScalar | undefined {
  if (text === "") return null;
  const first = text.charCodeAt(0);
  if ((first >= 48 && first <= 57) || first === 43 || first === 45) {
    return text.length <= longestWord && goWords.has(text) ? goWords.get(text) : resolveNumber(text);
  }
  if (first === 46) return goWords.has(text) ? goWords.get(text) : resolveFloat(text);
  return text.length <= longestWord ? goWords.get(text) : undefined;
}

function resolveNumber(text: string): GoScalar | undefined {
  if (text.length > longestNumber) return undefined;
  const plain = text.includes("_") ? text.replaceAll("_", "") : text;
  if (integerPattern.test(plain)) {
    const integer = parseInteger(plain);
    if (integer !== undefined) return integer;
  }
  return resolveFloat(plain);
}

function parseInteger(plain: string): number | bigint | undefined {
  const negative = plain.startsWith("-");
  const digits = negative || plain.startsWith("+") ? plain.slice(1) : plain;
  const octal = digits.length > 1 && digits.startsWith("0") && /[0-7]/.test(digits.charAt(1));
  const source = octal ? `0o${digits.slice(1)}` : digits;
  const small = Number(source);
  if (Number.isSafeInteger(small)) return negative && small !== 0 ? -small : small;
  const exact = negative ? -BigInt(source) : BigInt(source);
  return exact >= -(2n ** 63n) && exact < 2n ** 64n ? exact : undefined;
}

function resolveFloat(plain: string): GoScalar | undefined {
  if (!floatPattern.test(plain)) return undefined;
  const value = Number(plain);
  if (!Number.isFinite(value)) return undefined;
  return Number.isInteger(value) && Math.abs(value) >= 1e6 ? new GoFloat(value) : value;
}

/** Go's strconv.FormatFloat(value, 'g', -1, 64): what a float becomes in a plain string field. */
export function formatGeneralFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  const [mantissa = "0", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) return Object.is(value, -0) ? "-0" : formatPlainFloat(value);
  const sign = exponent < 0 ? "-" : "+";
  return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** Go's strconv.FormatFloat(value, 'f', -1, 64): all digits, no exponent. */
export function formatPlainFloat(value: number): string {
  const short = String(value);
  if (!short.includes("e")) return short;
  const [mantissa = "0", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  const sign = mantissa.startsWith("-") ? "-" : "";
  const digits = mantissa.replace(/[-.]/g, "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  return sign + digits.padEnd(exponent + 1, "0");
}

/** The text of a number or boolean in a Go string field. */
export function formatTextScalar(value: boolean | number | bigint | GoFloat): string {
  if (value instanceof GoFloat) return formatGeneralFloat(value.value);
  if (typeof value === "number" && !Number.isInteger(value)) return formatGeneralFloat(value);
  return String(value);
}

/** The text of a number or boolean in a field of Argo's AnyString type: a JSON round trip, then all digits. */
export function formatAnyScalar(value: boolean | number | bigint | GoFloat): string {
  if (value instanceof GoFloat) return formatPlainFloat(value.value);
  if (typeof value === "bigint") return formatPlainFloat(Number(value));
  return typeof value === "number" ? formatPlainFloat(value) : String(value);
}
