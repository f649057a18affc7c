/**
 * Go's time layouts: "2006-01-02T15:04:05Z07:00" and its words, cut into parts once.
 * Source of the rules: package time, the constants stdLongMonth to stdFracSecond9.
 */

/** One element of a layout; `text` is literal text. */
export type LayoutPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "fraction"; readonly separator: string; readonly digits: number; readonly trim: boolean }
  | { readonly kind: LayoutWord };

export type LayoutWord =
  | "January"
  | "Jan"
  | "1"
  | "01"
  | "Monday"
  | "Mon"
  | "2"
  | "_2"
  | "02"
  | "__2"
  | "002"
  | "15"
  | "3"
  | "03"
  | "4"
  | "04"
  | "5"
  | "05"
  | "2006"
  | "06"
  | "PM"
  | "pm"
  | "MST"
  | "Z0700"
  | "Z07:00"
  | "Z07"
  | "Z070000"
  | "Z07:00:00"
  | "-0700"
  | "-07:00"
  | "-07"
  | "-070000"
  | "-07:00:00";

/** Longest first, so that a prefix never wins over the longer word. */
const words: readonly LayoutWord[] = [
  "January",
  "Monday",
  "Z07:00:00",
  "-07:00:00",
  "Z070000",
  "-070000",
  "Z07:00",
  "-07:00",
  "Z0700",
  "-0700",
  "2006",
  "Z07",
  "-07",
  "Jan",
  "Mon",
  "MST",
  "__2",
  "002",
  "01",
  "02",
  "03",
  "04",
  "05",
  "06",
  "_2",
  "15",
  "PM",
  "pm",
  "1",
  "2",
  "3",
  "4",
  "5",
];

const fraction = /([.,])(0+|9+)(?![0-9])/uy;

function startsLowercase(text: string, at: number): boolean {
  return /[a-z]/u.test(text.charAt(at));
}

/** The layout word at `at`, if any. "Jan" and "Mon" do not count inside longer lower-case words. */
function findWord(layout: string, at: number): LayoutWord | undefined {
  const word = words.find((candidate) => layout.startsWith(candidate, at));
  if ((word === "Jan" || word === "Mon") && startsLowercase(layout, at + 3)) return undefined;
  // "_2006" is an underscore before a year, not a padded day before "006".
  if (word === "_2" && layout.startsWith("_2006", at)) return undefined;
  return word;
}

function findFraction(
  layout: string,
  at: number,
): { readonly part: LayoutPart; readonly size: number } | undefined {
  fraction.lastIndex = at;
  const match = fraction.exec(layout);
  if (match === null) return undefined;
  const digits = match[2] ?? "";
  return {
    part: {
      kind: "fraction",
      separator: match[1] ?? ".",
      digits: digits.length,
      trim: digits.startsWith("9"),
    },
    size: match[0].length,
  };
}

function cutLayout(layout: string): readonly LayoutPart[] {
  const parts: LayoutPart[] = [];
  let text = "";
  const flush = (): void => {
    if (text !== "") parts.push({ kind: "text", text });
    text = "";
  };
  for (let at = 0; at < layout.length;) {
    const found = findFraction(layout, at);
    const word = found === undefined ? findWord(layout, at) : undefined;
    if (found === undefined && word === undefined) {
      text += layout.charAt(at++);
      continue;
    }
    flush();
    if (found !== undefined) parts.push(found.part);
    else if (word !== undefined) parts.push({ kind: word });
    at += found?.size ?? word?.length ?? 1;
  }
  flush();
  return parts;
}

const cache = new Map<string, readonly LayoutPart[]>();
const maxCached = 256;

/** The parts of a layout; remembered, because the same few layouts are used over and over. */
export function parseLayout(layout: string): readonly LayoutPart[] {
  const cached = cache.get(layout);
  if (cached !== undefined) return cached;
  const parts = cutLayout(layout);
  if (cache.size >= maxCached) cache.clear();
  if (layout.length < 200) cache.set(layout, parts);
  return parts;
}

export const monthNames: readonly string[] = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

export const dayNames: readonly string[] = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
];

/** The named layouts of Go's package time. */
export const layouts = {
  ansiC: "Mon Jan _2 15:04:05 2006",
  unixDate: "Mon Jan _2 15:04:05 MST 2006",
  rubyDate: "Mon Jan 02 15:04:05 -0700 2006",
  rfc822: "02 Jan 06 15:04 MST",
  rfc850: "Monday, 02-Jan-06 15:04:05 MST",
  rfc1123: "Mon, 02 Jan 2006 15:04:05 MST",
  rfc3339: "2006-01-02T15:04:05Z07:00",
  rfc3339Nano: "2006-01-02T15:04:05.999999999Z07:00",
  kitchen: "3:04PM",
  plain: "2006-01-02 15:04:05.999999999 -0700 MST",
} as const;
