/**
 * Colours and symbols, or their absence: decided once for a command, from flags, environment and terminal.
 * NO_COLOR, TERM=dumb and pipes turn colours off (no-color.org); FORCE_COLOR turns them on.
 */

export type Tone = "good" | "bad" | "warn" | "active" | "quiet" | "strong";

export interface Style {
  readonly color: boolean;
  readonly utf8: boolean;
  /** The text in a tone; unchanged without colours. */
  paint(tone: Tone, text: string): string;
}

export interface StyleWishes {
  /** Undefined: the terminal decides. */
  readonly color?: boolean | undefined;
  readonly utf8?: boolean | undefined;
  readonly isTTY: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const codes: Readonly<Record<Tone, readonly [number, number]>> = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  active: [36, 39],
  quiet: [2, 22],
  strong: [1, 22],
};

export function createStyle(wishes: StyleWishes): Style {
  const color = wishes.color ?? wantsColor(wishes);
  const utf8 = wishes.utf8 ?? speaksUtf8(wishes.env);
  const paint = (tone: Tone, text: string): string => {
    const [on, off] = codes[tone];
    return color && text !== "" ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  };
  return { color, utf8, paint };
}

function wantsColor({ isTTY, env }: StyleWishes): boolean {
  if (isSet(env["NO_COLOR"])) return false;
  if (isSet(env["FORCE_COLOR"]) && env["FORCE_COLOR"] !== "0") return true;
  return isTTY && env["TERM"] !== "dumb";
}

/** A locale that names a character set other than UTF-8 gets ASCII; without a locale UTF-8 is assumed. */
function speaksUtf8(env: StyleWishes["env"]): boolean {
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find(isSet) ?? "";
  if (env["TERM"] === "linux" || env["TERM"] === "dumb") return false;
  return locale === "" || locale === "C.UTF-8" || !locale.includes(".") || /utf-?8/i.test(locale);
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
