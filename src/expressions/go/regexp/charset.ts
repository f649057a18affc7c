/**
 * Sets of code points as sorted ranges: what a character class of a pattern accepts.
 */

/** Pairs of first and last code point, sorted, without overlap. */
export type CharSet = readonly (readonly [number, number])[];

export const maxPoint = 0x10ffff;

/** Sorts and joins ranges. */
export function normalizeSet(ranges: CharSet): CharSet {
  const sorted = [...ranges].sort((left, right) => left[0] - right[0]);
  const result: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

/** Everything that is not in the set. */
export function negateSet(set: CharSet): CharSet {
  const result: [number, number][] = [];
  let next = 0;
  for (const [from, to] of normalizeSet(set)) {
    if (from > next) result.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= maxPoint) result.push([next, maxPoint]);
  return result;
}

/** Tells by bisection whether a code point is in a normalized set. */
export function hasPoint(set: CharSet, point: number): boolean {
  let low = 0;
  let high = set.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = set[middle];
    if (range === undefined) return false;
    if (point < range[0]) high = middle - 1;
    else if (point > range[1]) low = middle + 1;
    else return true;
  }
  return false;
}

/** Code points that differ only in case, by Unicode's simple folding. */
function findFolds(point: number): readonly number[] {
  const character = String.fromCodePoint(point);
  const folds = new Set<number>();
  for (const other of [character.toLowerCase(), character.toUpperCase()]) {
    if (Array.from(other).length === 1) folds.add(other.codePointAt(0) ?? point);
  }
  for (const extra of specialFolds.get(point) ?? []) folds.add(extra);
  return [...folds];
}

/**
 * Orbits of more than two: k and the Kelvin sign, s and the long s, sigma and its final form, and the like.
 */
const specialFolds: ReadonlyMap<number, readonly number[]> = new Map([
  [0x4b, [0x6b, 0x212a]],
  [0x6b, [0x4b, 0x212a]],
  [0x212a, [0x4b, 0x6b]],
  [0x53, [0x73, 0x17f]],
  [0x73, [0x53, 0x17f]],
  [0x17f, [0x53, 0x73]],
  [0xc5, [0xe5, 0x212b]],
  [0xe5, [0xc5, 0x212b]],
  [0x212b, [0xc5, 0xe5]],
  [0x3a3, [0x3c3, 0x3c2]],
  [0x3c3, [0x3a3, 0x3c2]],
  [0x3c2, [0x3a3, 0x3c3]],
  [0x3a9, [0x3c9, 0x2126]],
  [0x3c9, [0x3a9, 0x2126]],
  [0x2126, [0x3a9, 0x3c9]],
  [0x39c, [0x3bc, 0xb5]],
  [0x3bc, [0x39c, 0xb5]],
  [0xb5, [0x39c, 0x3bc]],
  [0x1e9e, [0xdf]],
  [0xdf, [0x1e9e]],
]);

/** Alphabets with case lie below this. */
const lastCased = 0x1e943;

let foldTable: ReadonlyMap<number, readonly number[]> | undefined;

/** Every code point that has another case, found once on first use. */
function getFoldTable(): ReadonlyMap<number, readonly number[]> {
  if (foldTable !== undefined) return foldTable;
  const table = new Map<number, readonly number[]>();
  for (let point = 0; point <= lastCased; point++) {
    // Between the alphabets lie thousands of letters without case, and the surrogates.
    if (point === 0x2e80) point = 0xa640;
    if (point === 0xac00) point = 0xff21;
    const folds = findFolds(point).filter((fold) => fold !== point);
    if (folds.length > 0) table.set(point, folds);
  }
  foldTable = table;
  return table;
}

const foldedSets = new WeakMap<CharSet, CharSet>();

/** Adds the other case of every letter. */
export function foldSet(set: CharSet): CharSet {
  const cached = foldedSets.get(set);
  if (cached !== undefined) return cached;
  const normal = normalizeSet(set);
  const result: (readonly [number, number])[] = [...normal];
  const size = normal.reduce((total, [from, to]) => total + to - from + 1, 0);
  const add = (folds: readonly number[]): void => folds.forEach((fold) => void result.push([fold, fold]));
  if (size < 100) {
    for (const [from, to] of normal) for (let point = from; point <= to; point++) add(findFolds(point));
  } else {
    for (const [point, folds] of getFoldTable()) if (hasPoint(normal, point)) add(folds);
  }
  const folded = normalizeSet(result);
  foldedSets.set(set, folded);
  return folded;
}

/** `\d`, `\s`, `\w` are ASCII in RE2. */
export const perlClasses: ReadonlyMap<string, CharSet> = new Map<string, CharSet>([
  ["d", [[0x30, 0x39]]],
  [
    "s",
    [
      [0x09, 0x0a],
      [0x0c, 0x0d],
      [0x20, 0x20],
    ],
  ],
  [
    "w",
    [
      [0x30, 0x39],
      [0x41, 0x5a],
      [0x5f, 0x5f],
      [0x61, 0x7a],
    ],
  ],
]);

/** `[[:alpha:]]` and its kin, ASCII only. */
export const posixClasses: ReadonlyMap<string, CharSet> = new Map<string, CharSet>([
  [
    "alnum",
    [
      [0x30, 0x39],
      [0x41, 0x5a],
      [0x61, 0x7a],
    ],
  ],
  [
    "alpha",
    [
      [0x41, 0x5a],
      [0x61, 0x7a],
    ],
  ],
  ["ascii", [[0, 0x7f]]],
  [
    "blank",
    [
      [9, 9],
      [0x20, 0x20],
    ],
  ],
  [
    "cntrl",
    [
      [0, 0x1f],
      [0x7f, 0x7f],
    ],
  ],
  ["digit", [[0x30, 0x39]]],
  ["graph", [[0x21, 0x7e]]],
  ["lower", [[0x61, 0x7a]]],
  ["print", [[0x20, 0x7e]]],
  [
    "punct",
    [
      [0x21, 0x2f],
      [0x3a, 0x40],
      [0x5b, 0x60],
      [0x7b, 0x7e],
    ],
  ],
  [
    "space",
    [
      [9, 13],
      [0x20, 0x20],
    ],
  ],
  ["upper", [[0x41, 0x5a]]],
  [
    "word",
    [
      [0x30, 0x39],
      [0x41, 0x5a],
      [0x5f, 0x5f],
      [0x61, 0x7a],
    ],
  ],
  [
    "xdigit",
    [
      [0x30, 0x39],
      [0x41, 0x46],
      [0x61, 0x66],
    ],
  ],
]);

const unicodeClasses = new Map<string, CharSet | null>();
const maxUnicodeClasses = 400;

/** The set of a Unicode category or script name; undefined for unknown names. */
export function findUnicodeClass(name: string): CharSet | undefined {
  const cached = unicodeClasses.get(name);
  if (cached !== undefined) return cached ?? undefined;
  const set = buildUnicodeClass(name);
  if (unicodeClasses.size >= maxUnicodeClasses) unicodeClasses.clear();
  unicodeClasses.set(name, set ?? null);
  return set;
}

/** Go knows categories by one or two letters and scripts by name; Any means everything. */
function createPropertyTest(name: string): RegExp | undefined {
  if (!/^[A-Z][A-Za-z_]*$/u.test(name)) return undefined;
  const property = name.length <= 2 ? `gc=${name}` : `sc=${name}`;
  try {
    return new RegExp(`\\p{${property}}+`, "gu");
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const blockSize = 4096;
/** Where characters are assigned; the surrogates are none. */
const assigned: CharSet = [
  [0, 0xd7ff],
  [0xe000, 0x323af],
  [0xe0000, 0xe01ff],
  [0xf0000, maxPoint],
];

/**
 * Lets the engine find runs of members in blocks of text, which is far quicker than asking point by point.
 */
function buildUnicodeClass(name: string): CharSet | undefined {
  if (name === "Any") return [[0, maxPoint]];
  const runs = createPropertyTest(name);
  if (runs === undefined) return undefined;
  const ranges: [number, number][] = [];
  for (const [first, last] of assigned) {
    for (let start = first; start <= last; start = Math.floor(start / blockSize + 1) * blockSize) {
      const end = Math.min(last, Math.floor(start / blockSize) * blockSize + blockSize - 1);
      const text = String.fromCodePoint(
        ...Array.from({ length: end - start + 1 }, (_, index) => start + index),
      );
      const unitsPerPoint = start > 0xffff ? 2 : 1;
      for (const match of text.matchAll(runs)) {
        const from = start + match.index / unitsPerPoint;
        ranges.push([from, from + match[0].length / unitsPerPoint - 1]);
      }
    }
  }
  return normalizeSet(ranges);
}
