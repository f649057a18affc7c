/**
 * Reads a command's arguments against its flag table.
 *
 * Own code instead of `parseArgs` of node:util or a library: all that is wrong is reported at once with the nearest
 * known flag, values are typed by the table (durations, choices), and nothing is loaded on the way to a run.
 * Known forms: `--name value`, `--name=value`, `--no-name`, `-n value`, `-nvalue`, `-n=value`, `-ab`, `--`, `-` (a positional).
 */
import { MillraceError } from "../../base/errors.ts";
import { findReplacement } from "./argo-flags.ts";
import { findMeantName } from "./find-meant-name.ts";
import type { FlagSpec, FlagTable, FlagValues } from "./flag-table.ts";
import { parseDurationMs } from "./parse-duration.ts";

export interface ParsedArguments<F extends FlagTable> {
  readonly flags: FlagValues<F>;
  readonly positionals: readonly string[];
}

interface Reading {
  readonly table: FlagTable;
  readonly rest: string[];
  readonly values: Record<string, unknown>;
  readonly positionals: string[];
  readonly problems: { readonly message: string; readonly hint?: string }[];
}

/** Throws MillraceError `cli/bad-arguments` (category `invalid`) that names every problem. `name` is the command's. */
export function parseArguments<F extends FlagTable>(
  argv: readonly string[],
  table: F,
  name: string,
): ParsedArguments<F> {
  const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [flag, spec] of Object.entries(table)) values[flag] = spec.kind === "list" ? [] : undefined;
  const reading: Reading = { table, rest: [...argv], values, positionals: [], problems: [] };
  while (reading.rest.length > 0) readNext(reading);
  const { problems } = reading;
  if (problems.length > 0) {
    const meant = problems.find((problem) => problem.hint !== undefined)?.hint;
    const message = problems.map((problem) => problem.message).join("; ");
    throw new MillraceError("cli/bad-arguments", "invalid", message, {
      hint: meant ?? `\`millrace ${name} --help\` shows its flags.`,
    });
  }
  return { flags: values as FlagValues<F>, positionals: reading.positionals };
}

function readNext(reading: Reading): void {
  const argument = reading.rest.shift() ?? "";
  if (argument === "--") reading.positionals.push(...reading.rest.splice(0));
  else if (argument.startsWith("--")) readLong(reading, argument.slice(2));
  else if (argument.startsWith("-") && argument !== "-") readShort(reading, argument.slice(1));
  else reading.positionals.push(argument);
}

function readLong(reading: Reading, text: string): void {
  const equals = text.indexOf("=");
  const given = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? undefined : text.slice(equals + 1);
  const known = findFlag(reading.table, given);
  if (known !== undefined) return store(reading, known, `--${given}`, value);
  const negated = given.startsWith("no-") ? findFlag(reading.table, given.slice(3)) : undefined;
  if (negated !== undefined && reading.table[negated]?.kind === "switch" && value === undefined) {
    reading.values[negated] = false;
    return;
  }
  const closest = findMeantName(given, listFlagNames(reading.table));
  const message = `unknown flag --${given}`;
  const hint = findReplacement(given) ?? (closest === undefined ? undefined : `Did you mean --${closest}?`);
  reading.problems.push(hint === undefined ? { message } : { message, hint });
}

function readShort(reading: Reading, text: string): void {
  const letter = text[0] ?? "";
  const known = Object.keys(reading.table).find((name) => reading.table[name]?.short === letter);
  if (known === undefined) {
    reading.problems.push({ message: `unknown flag -${letter}` });
    return;
  }
  const rest = text.slice(1);
  if (reading.table[known]?.kind !== "switch") {
    return store(reading, known, `-${letter}`, rest === "" ? undefined : rest.replace(/^=/, ""));
  }
  reading.values[known] = true;
  if (rest !== "") readShort(reading, rest);
}

function store(reading: Reading, name: string, given: string, attached: string | undefined): void {
  const spec = reading.table[name];
  if (spec === undefined) return;
  if (spec.kind === "switch") {
    if (attached === undefined || attached === "true") reading.values[name] = true;
    else if (attached === "false") reading.values[name] = false;
    else reading.problems.push({ message: `${given} is on or off and takes no value, found '${attached}'` });
    return;
  }
  const text = attached ?? reading.rest.shift();
  if (text === undefined) {
    reading.problems.push({ message: `${given} needs a value: ${describeValue(spec)}` });
    return;
  }
  const value = readValue(spec, text);
  if (value === undefined)
    reading.problems.push({ message: `${given} must be ${describeValue(spec)}, found '${text}'` });
  else if (spec.kind === "list") (reading.values[name] as unknown[]).push(value);
  else reading.values[name] = value;
}

function readValue(spec: Exclude<FlagSpec, { kind: "switch" }>, text: string): string | number | undefined {
  switch (spec.kind) {
    case "text":
    case "list":
      return text;
    case "number":
      return readWholeNumber(text, spec.atLeast ?? 0, spec.atMost ?? Number.MAX_SAFE_INTEGER);
    case "duration":
      return parseDurationMs(text);
    case "choice":
      return spec.choices.includes(text) ? text : undefined;
  }
}

function readWholeNumber(text: string, atLeast: number, atMost: number): number | undefined {
  if (!/^-?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= atLeast && value <= atMost ? value : undefined;
}

function describeValue(spec: Exclude<FlagSpec, { kind: "switch" }>): string {
  switch (spec.kind) {
    case "text":
    case "list":
      return spec.value;
    case "number":
      return spec.atMost === undefined ? "a whole number" : `a whole number up to ${spec.atMost}`;
    case "duration":
      return "a duration such as 90s, 10m, 2h or 7d";
    case "choice":
      return `one of ${spec.choices.join(", ")}`;
  }
}

function findFlag(table: FlagTable, given: string): string | undefined {
  if (Object.hasOwn(table, given)) return given;
  return Object.keys(table).find((name) => table[name]?.aliases?.includes(given));
}

/** Every long name that the table knows, negations of switches that are usually on included. */
export function listFlagNames(table: FlagTable): readonly string[] {
  return Object.entries(table).flatMap(([name, spec]) => [
    name,
    ...(spec.aliases ?? []),
    ...(spec.kind === "switch" ? [`no-${name}`] : []),
  ]);
}
