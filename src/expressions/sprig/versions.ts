/**
 * sprig's semantic versions (Masterminds/semver 3.3): versions and constraints such as ">=1.2 <2 || ^3.1.x".
 */
import { failEvaluation } from "../context.ts";
import { compareText } from "../go/utf8.ts";
import { createFunction, createMap } from "../value.ts";
import type { Value } from "../value.ts";
import { fixed, textArg } from "./sprig-function.ts";
import type { Call, SprigEntries } from "./sprig-function.ts";

interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;
}

const identifiers = "[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*";
const versionPattern = new RegExp(
  `^v?(\\d+)(?:\\.(\\d+))?(?:\\.(\\d+))?(?:-(${identifiers}))?(?:\\+(${identifiers}))?$`,
  "u",
);

/** A version, whose minor and patch parts may be missing; undefined for other texts. */
function parseVersion(text: string): Version | undefined {
  const match = text.length > 256 ? null : versionPattern.exec(text);
  if (match === null) return undefined;
  const prerelease = match[4] ?? "";
  if (prerelease.split(".").some((part) => /^0\d+$/u.test(part))) return undefined;
  const [major = 0n, minor = 0n, patch = 0n] = [match[1], match[2], match[3]].map((part) =>
    BigInt(part ?? "0"),
  );
  return { major, minor, patch, prerelease, metadata: match[5] ?? "" };
}

function comparePart(left: string, right: string): number {
  if (left === right) return 0;
  if (left === "") return -1;
  if (right === "") return 1;
  const [a, b] = [left, right].map((part) => (/^\d+$/u.test(part) ? BigInt(part) : undefined));
  if (a === undefined && b === undefined) return compareText(left, right) > 0 ? 1 : -1;
  if (b === undefined) return -1;
  if (a === undefined) return 1;
  return a > b ? 1 : a < b ? -1 : 0;
}

function comparePrerelease(left: string, right: string): number {
  if (left === right) return 0;
  if (left === "") return 1;
  if (right === "") return -1;
  const [a, b] = [left.split("."), right.split(".")];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = comparePart(a[index] ?? "", b[index] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

function compareVersions(left: Version, right: Version): number {
  for (const part of ["major", "minor", "patch"] as const) {
    if (left[part] !== right[part]) return left[part] > right[part] ? 1 : -1;
  }
  return comparePrerelease(left.prerelease, right.prerelease);
}

/** One condition; `dirty` parts were left out or written as x. */
interface Constraint {
  readonly operator: string;
  readonly version: Version;
  readonly dirty: boolean;
  readonly minorDirty: boolean;
  readonly patchDirty: boolean;
}

const operators = "!=|>=|=>|<=|=<|~>|=|>|<|~|\\^|";
const part = "[0-9xX*]+";
const constraintVersion = `v?(${part})(?:\\.(${part}))?(?:\\.(${part}))?(-${identifiers})?(?:\\+${identifiers})?`;
const constraintPattern = new RegExp(`^\\s*(${operators})\\s*${constraintVersion}`, "u");
const rangePattern = /\s*(\S+)\s+-\s+(\S+)\s*/gu;

const isWild = (text: string | undefined): boolean => text === undefined || /^[xX*]$/u.test(text);

function toConstraint(match: RegExpExecArray): Constraint | undefined {
  const [, operator = "", major, minor, patch, prerelease = ""] = match;
  const anything = isWild(major);
  const minorDirty = !anything && isWild(minor);
  const patchDirty = !anything && !minorDirty && isWild(patch);
  const dirty = anything || minorDirty || patchDirty;
  const text = anything
    ? "0.0.0"
    : minorDirty
      ? `${major}.0.0`
      : patchDirty
        ? `${major}.${minor}.0`
        : `${major}.${minor}.${patch}`;
  const version = parseVersion(text + prerelease);
  return version === undefined ? undefined : { operator, version, dirty, minorDirty, patchDirty };
}

/** The conditions of one alternative, all of which must hold. */
function parseAlternative(text: string): readonly Constraint[] | undefined {
  if (text.trim() === "") return undefined;
  const found: Constraint[] = [];
  for (let rest = text; rest.trim() !== "";) {
    const match = constraintPattern.exec(rest);
    const constraint = match === null ? undefined : toConstraint(match);
    if (match === null || constraint === undefined) return undefined;
    found.push(constraint);
    rest = rest.slice(match[0].length);
    // Conditions are separated by blanks or a comma.
    if (rest !== "" && !/^(?:\s+|\s*,)/u.test(rest)) return undefined;
    rest = rest.replace(/^\s*,/u, "");
  }
  return found;
}

function satisfiesNotEqual(version: Version, constraint: Constraint): boolean {
  const { version: bound, dirty, minorDirty, patchDirty } = constraint;
  if (dirty) {
    if (version.prerelease !== "" && bound.prerelease === "") return false;
    if (bound.major !== version.major) return true;
    if (minorDirty) return false;
    if (bound.minor !== version.minor) return true;
    if (patchDirty) return version.prerelease !== bound.prerelease;
    if (bound.patch !== version.patch) return true;
  }
  return compareVersions(version, bound) !== 0;
}

function satisfiesGreater(
  version: Version,
  { version: bound, dirty, minorDirty, patchDirty }: Constraint,
): boolean {
  if (dirty && version.major !== bound.major) return version.major > bound.major;
  if (minorDirty) return false;
  return patchDirty ? version.minor > bound.minor : compareVersions(version, bound) > 0;
}

function satisfiesLessOrEqual(version: Version, { version: bound, dirty, minorDirty }: Constraint): boolean {
  if (!dirty) return compareVersions(version, bound) <= 0;
  if (version.major > bound.major) return false;
  return !(version.major === bound.major && version.minor > bound.minor && !minorDirty);
}

function satisfiesTilde(version: Version, { version: bound, minorDirty, patchDirty }: Constraint): boolean {
  if (compareVersions(version, bound) < 0) return false;
  const zero = bound.major === 0n && bound.minor === 0n && bound.patch === 0n;
  if (zero && !minorDirty && !patchDirty) return true;
  return version.major === bound.major && (minorDirty || version.minor === bound.minor);
}

function satisfiesCaret(version: Version, { version: bound, minorDirty, patchDirty }: Constraint): boolean {
  if (compareVersions(version, bound) < 0) return false;
  if (bound.major > 0n || minorDirty) return version.major === bound.major;
  if (version.major > 0n) return false;
  if (bound.minor > 0n || patchDirty) return version.minor === bound.minor;
  return version.minor === 0n && version.patch === bound.patch;
}

function satisfies(version: Version, constraint: Constraint): boolean {
  const { operator, version: bound, dirty } = constraint;
  if (operator === "!=") return satisfiesNotEqual(version, constraint);
  // A prerelease satisfies only constraints that name one.
  if (version.prerelease !== "" && bound.prerelease === "") return false;
  switch (operator) {
    case ">":
      return satisfiesGreater(version, constraint);
    case "<":
      return compareVersions(version, bound) < 0;
    case ">=":
    case "=>":
      return compareVersions(version, bound) >= 0;
    case "<=":
    case "=<":
      return satisfiesLessOrEqual(version, constraint);
    case "~":
    case "~>":
      return satisfiesTilde(version, constraint);
    case "^":
      return satisfiesCaret(version, constraint);
    default:
      return dirty ? satisfiesTilde(version, constraint) : compareVersions(version, bound) === 0;
  }
}

function compare(call: Call): Value {
  const text = textArg(call, 0).replace(rangePattern, ">= $1, <= $2 ");
  const alternatives = text.split("||").map(parseAlternative);
  if (alternatives.includes(undefined)) return failEvaluation(`improper constraint: ${textArg(call, 0)}`);
  const version = parseVersion(textArg(call, 1));
  if (version === undefined) return failEvaluation("Invalid Semantic Version");
  return alternatives.some((constraints) =>
    constraints?.every((constraint) => satisfies(version, constraint)),
  );
}

/** In Go this is an object whose parts are methods, so here they are functions as well. */
function describe(call: Call): Value {
  const original = textArg(call, 0);
  const version = parseVersion(original);
  if (version === undefined) return failEvaluation("Invalid Semantic Version");
  const { major, minor, patch, prerelease, metadata } = version;
  const full = `${major}.${minor}.${patch}${prerelease && `-${prerelease}`}${metadata && `+${metadata}`}`;
  const parts: readonly (readonly [string, Value])[] = [
    ["Major", major],
    ["Minor", minor],
    ["Patch", patch],
    ["Prerelease", prerelease],
    ["Metadata", metadata],
    ["Original", original],
    ["String", full],
  ];
  return createMap(parts.map(([name, value]) => [name, createFunction(name, () => value)]));
}

export const versionFunctions: SprigEntries = [
  ["semver", fixed(1, describe)],
  ["semverCompare", fixed(2, compare)],
];
