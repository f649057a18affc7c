/**
 * Go's `fmt.Sprintf` for the verbs that documents use: %v %s %d %q %x %X %o %b %c %U %t %e %f %g %T %%,
 * flags `+ - # space 0`, width, precision and `*`. Mistakes print as Go prints them: `%!d(string=hi)`.
 */
import { kindOf, goTypeName } from "../value.ts";
import type { Value } from "../value.ts";
import { formatExponent, formatFixed, formatFloat } from "./format-float.ts";
import { formatValue } from "./format-value.ts";
import { quoteText } from "./quote.ts";
import { countRunes, encodeUtf8 } from "./utf8.ts";

interface Directive {
  readonly plus: boolean;
  readonly minus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  readonly width: number;
  /** -1 when not given. */
  readonly precision: number;
  readonly verb: string;
}

const directivePattern = /%([+\-# 0]*)(\*|\d+)?(?:\.(\*|\d+)?)?(.)?/suy;
/** Wider paddings are refused by Go as well ("%!(BADWIDTH)"). */
const maxWidth = 1_000_000;

function padTo(text: string, directive: Directive, numeric: boolean): string {
  const missing = directive.width - countRunes(text);
  if (missing <= 0) return text;
  if (directive.minus) return text + " ".repeat(missing);
  if (!directive.zero || !numeric) return " ".repeat(missing) + text;
  const sign = /^[+\- ]?(?:0[xXob])?/u.exec(text)?.[0] ?? "";
  return sign + "0".repeat(missing) + text.slice(sign.length);
}

function signed(text: string, directive: Directive): string {
  if (text.startsWith("-") || text.startsWith("+")) return text;
  return directive.plus ? `+${text}` : directive.space ? ` ${text}` : text;
}

const integerBases: Readonly<Record<string, number>> = { d: 10, v: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
const basePrefixes: Readonly<Record<string, string>> = { b: "0b", o: "0", x: "0x", X: "0X" };

function formatInteger(value: bigint, directive: Directive): string | undefined {
  const { verb } = directive;
  if (verb === "c") return padTo(toCharacter(value), directive, false);
  if (verb === "q") return padTo(quoteText(toCharacter(value), "'"), directive, false);
  if (verb === "U") return padTo(`U+${value.toString(16).toUpperCase().padStart(4, "0")}`, directive, false);
  const base = integerBases[verb];
  if (base === undefined) return undefined;
  let digits = (value < 0n ? -value : value).toString(base).padStart(Math.max(directive.precision, 1), "0");
  if (verb === "X") digits = digits.toUpperCase();
  const prefix = verb === "O" ? "0o" : directive.sharp ? (basePrefixes[verb] ?? "") : "";
  const text = signed((value < 0n ? "-" : "") + prefix + digits, directive);
  return padTo(text, { ...directive, zero: directive.zero && directive.precision < 0 }, true);
}

function toCharacter(value: bigint): string {
  return value >= 0n && value <= 0x10ffffn ? String.fromCodePoint(Number(value)) : "\ufffd";
}

function formatNumber(value: number, directive: Directive): string | undefined {
  const { verb, precision } = directive;
  let text: string;
  if (verb === "v") text = formatFloat(value, precision);
  else if (verb === "g" || verb === "G") text = formatFloat(value, precision);
  else if (verb === "f" || verb === "F") text = formatFixed(value, precision < 0 ? 6 : precision);
  else if (verb === "e" || verb === "E") text = formatExponent(value, precision < 0 ? 6 : precision);
  else return undefined;
  if (text.startsWith("+") && !directive.plus) text = directive.space ? ` ${text.slice(1)}` : text;
  if (verb === "G" || verb === "E") text = text.toUpperCase();
  const finite = Number.isFinite(value);
  return padTo(signed(text, directive), { ...directive, zero: directive.zero && finite }, true);
}

function toHex(text: string, directive: Directive): string {
  const bytes = Array.from(encodeUtf8(text), (byte) => byte.toString(16).padStart(2, "0"));
  const kept = directive.precision >= 0 ? bytes.slice(0, directive.precision) : bytes;
  const hex = kept.join(directive.space ? " " : "");
  return directive.verb === "X" ? hex.toUpperCase() : hex;
}

function formatText(value: string, directive: Directive): string | undefined {
  const { verb, precision } = directive;
  const cut = precision >= 0 ? Array.from(value).slice(0, precision).join("") : value;
  switch (verb) {
    case "v":
    case "s":
      return padTo(cut, directive, true);
    case "q":
      return padTo(directive.sharp && !cut.includes("`") ? `\`${cut}\`` : quoteText(cut), directive, false);
    case "x":
    case "X":
      return padTo(toHex(value, directive), directive, false);
    default:
      return undefined;
  }
}

function formatOne(value: Value, directive: Directive): string | undefined {
  if (directive.verb === "T") return padTo(goTypeName(value), directive, false);
  switch (typeof value) {
    case "bigint":
      return formatInteger(value, directive);
    case "number":
      return formatNumber(value, directive);
    case "string":
      return formatText(value, directive);
    case "boolean":
      return "tv".includes(directive.verb) ? padTo(String(value), directive, false) : undefined;
    case "function":
    case "object":
    case "symbol":
    case "undefined":
      break;
  }
  if (value === null)
    return directive.verb === "v" ? padTo("<nil>", directive, false) : `%!${directive.verb}(<nil>)`;
  const kind = kindOf(value);
  if (kind === "list" && directive.verb !== "v") return formatItems(value as readonly Value[], directive);
  if (kind === "duration" && directive.verb === "d")
    return formatInteger((value as { readonly ns: bigint }).ns, directive);
  if (!"vs".includes(directive.verb)) return undefined;
  return padTo(formatValue(value), directive, false);
}

function formatItems(items: readonly Value[], directive: Directive): string {
  return `[${items.map((item) => formatOrExplain(item, directive)).join(" ")}]`;
}

function formatOrExplain(value: Value, directive: Directive): string {
  return formatOne(value, directive) ?? `%!${directive.verb}(${goTypeName(value)}=${formatValue(value)})`;
}

/** Takes arguments one by one. */
interface Arguments {
  readonly values: readonly Value[];
  next: number;
}

/** A width or precision: digits, or `*` for the next argument. */
function readSize(text: string | undefined, args: Arguments, absent: number): number {
  if (text === undefined) return absent;
  if (text !== "*") return Math.min(Number(text), maxWidth);
  const value = args.values[args.next++];
  return typeof value === "bigint" && value > -1000n && value <= BigInt(maxWidth) ? Number(value) : absent;
}

function readDirective(match: RegExpExecArray, args: Arguments): Directive {
  const flags = match[1] ?? "";
  const width = readSize(match[2], args, 0);
  const hasPoint =
    match[0].slice(1 + flags.length + (match[2] ?? "").length).startsWith(".") && match[4] !== ".";
  const precision = hasPoint ? readSize(match[3], args, 0) : -1;
  const minus = flags.includes("-") || width < 0;
  return {
    plus: flags.includes("+"),
    minus,
    sharp: flags.includes("#"),
    space: flags.includes(" "),
    zero: flags.includes("0") && !minus,
    width: Math.abs(width),
    precision,
    verb: match[4] ?? "",
  };
}

function formatExtra(args: Arguments): string {
  if (args.next >= args.values.length) return "";
  const rest = args.values
    .slice(args.next)
    .map((value) => (value === null ? "<nil>" : `${goTypeName(value)}=${formatValue(value)}`));
  return `%!(EXTRA ${rest.join(", ")})`;
}

/** Go's `fmt.Sprintf`. */
export function formatPrintf(format: string, values: readonly Value[]): string {
  const args: Arguments = { values, next: 0 };
  let result = "";
  let from = 0;
  for (let at = format.indexOf("%"); at >= 0; at = format.indexOf("%", from)) {
    result += format.slice(from, at);
    directivePattern.lastIndex = at;
    const match = directivePattern.exec(format);
    if (match === null) break;
    from = at + match[0].length;
    result += formatDirective(readDirective(match, args), args);
  }
  return result + format.slice(from) + formatExtra(args);
}

function formatDirective(directive: Directive, args: Arguments): string {
  if (directive.verb === "%") return "%";
  if (directive.verb === "") return "%!(NOVERB)";
  if (args.next >= args.values.length) return `%!${directive.verb}(MISSING)`;
  return formatOrExplain(args.values[args.next++] ?? null, directive);
}
