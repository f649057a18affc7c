/** Help: the overview of all commands, and the page of one. Lines are broken to the width of the terminal. */
import { globalFlags } from "../arguments/flag-table.ts";
import type { FlagSpec, FlagTable } from "../arguments/flag-table.ts";
import type { CommandEntry, CommandFacts } from "../command.ts";
import { exitCodeMeanings } from "../exit-codes.ts";
import type { Style } from "./style.ts";
import { wrapText } from "./text-width.ts";

/** Every command with one line, by group. */
export function formatOverview(
  commands: readonly CommandEntry[],
  columns: number,
  style: Style,
): readonly string[] {
  const groups = [...new Set(commands.map(({ group }) => group))];
  const rows = groups.map((group) => listRows(commands.filter((entry) => entry.group === group)));
  const width = Math.max(...rows.flat().map(([name]) => name.length));
  return [
    "Millrace runs workflow documents on this machine.",
    "",
    "Usage: millrace COMMAND [FLAGS] [ARGUMENTS]",
    ...groups.flatMap((group, index) => [
      "",
      style.paint("strong", group),
      ...(rows[index] ?? []).flatMap(([name, summary]) => formatPair(name, summary, width, columns)),
    ]),
    "",
    "`millrace COMMAND --help` explains a command.",
    "For a start: millrace run workflow.yaml",
  ];
}

/** A name and what it does. Commands that share their first word are one row, which names their second words. */
function listRows(entries: readonly CommandEntry[]): readonly (readonly [string, string])[] {
  const byFirst = new Map<string, CommandEntry[]>();
  for (const entry of entries) {
    const [first = ""] = entry.name.split(" ");
    byFirst.set(first, [...(byFirst.get(first) ?? []), entry]);
  }
  return [...byFirst].map(([first, list]) => {
    const [only] = list;
    return only !== undefined && list.length === 1
      ? [only.name, only.summary]
      : [`${first} ...`, list.map(({ name }) => name.slice(first.length + 1)).join(", ")];
  });
}

/** The commands that begin with a word, as `template` begins seven; undefined when none does. */
export function findFamily(
  first: string,
  commands: readonly CommandEntry[],
): readonly CommandEntry[] | undefined {
  const family = commands.filter(({ name }) => name.startsWith(`${first} `));
  return family.length === 0 ? undefined : family;
}

/** The commands of a family with one line each. */
export function formatFamily(
  first: string,
  family: readonly CommandEntry[],
  columns: number,
): readonly string[] {
  const width = Math.max(...family.map(({ name }) => name.length));
  return [
    `Usage: millrace ${first} COMMAND [FLAGS] [ARGUMENTS]`,
    "",
    ...family.flatMap(({ name, summary }) => formatPair(name, summary, width, columns)),
    "",
    `\`millrace ${first} COMMAND --help\` explains a command.`,
  ];
}

/** Usage, details, flags, examples, and exit codes of one command, for a terminal of so many columns. */
export function formatHelp(facts: CommandFacts, columns: number, style: Style): readonly string[] {
  const own = Object.keys(facts.flags).length > 0;
  const details = facts.details === undefined ? [] : ["", ...wrapText(facts.details.join(" "), columns)];
  return [
    ...wrapText(`millrace ${facts.name}: ${facts.summary}`, columns),
    "",
    `Usage: millrace ${facts.name} ${own ? "[FLAGS] " : ""}${facts.operands}`.trimEnd(),
    ...details,
    ...(own ? ["", style.paint("strong", "Flags"), ...formatFlags(facts.flags, columns)] : []),
    "",
    style.paint("strong", "Flags of every command"),
    ...formatFlags(globalFlags, columns),
    "",
    style.paint("strong", "Examples"),
    ...facts.examples.flatMap(({ line, does }) => [`  # ${does}`, `  ${line}`]),
    "",
    style.paint("strong", "Exit codes"),
    ...exitCodeMeanings.flatMap(({ code, meaning }) =>
      formatPair(String(code).padStart(3), meaning, 3, columns),
    ),
  ];
}

/** A flag that is longer than this has its explanation on the next line. */
const flagColumnsAtMost = 37;

/** `  -p, --parameter NAME=VALUE  …` for each flag. */
function formatFlags(flags: FlagTable, columns: number): readonly string[] {
  const rows = Object.entries(flags).map(([name, spec]) => [describeFlag(name, spec), spec.help] as const);
  const fitting = rows.map(([left]) => left.length).filter((length) => length <= flagColumnsAtMost);
  const width = Math.max(...fitting);
  return rows.flatMap(([left, right]) => formatPair(left, right, width, columns));
}

/** Narrower columns of text are not read with pleasure. */
const meaningColumnsAtLeast = 30;

/** A word and what it means, side by side where there is room, and otherwise below each other. */
function formatPair(left: string, right: string, width: number, columns: number): readonly string[] {
  const isBeside = columns - width - 4 >= meaningColumnsAtLeast;
  const indent = " ".repeat(isBeside ? width + 4 : 8);
  const [first = "", ...rest] = wrapText(right, columns - indent.length);
  const head =
    isBeside && left.length <= width ? [`  ${left.padEnd(width)}  ${first}`] : [`  ${left}`, indent + first];
  return [...head, ...rest.map((line) => indent + line)];
}

/** `-p, --parameter NAME=VALUE`. */
export function describeFlag(name: string, spec: FlagSpec): string {
  const short = spec.short === undefined ? "    " : `-${spec.short}, `;
  const aliases = (spec.aliases ?? []).map((alias) => `, --${alias}`).join("");
  const value =
    spec.kind === "switch" ? "" : ` ${spec.kind === "choice" ? spec.choices.join("|") : spec.value}`;
  return `${short}--${name}${aliases}${value}`;
}
