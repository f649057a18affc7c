/** Help: the overview of all commands, and the page of one. */
import { globalFlags } from "../arguments/flag-table.ts";
import type { FlagSpec, FlagTable } from "../arguments/flag-table.ts";
import type { CommandEntry, CommandFacts } from "../command.ts";
import { exitCodeMeanings } from "../exit-codes.ts";
import type { Style } from "./style.ts";

/** Every command with one line, by group. */
export function formatOverview(commands: readonly CommandEntry[], style: Style): readonly string[] {
  const groups = [...new Set(commands.map(({ group }) => group))];
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    "Millrace runs workflow documents on this machine.",
    "",
    "Usage: millrace COMMAND [FLAGS] [ARGUMENTS]",
    ...groups.flatMap((group) => [
      "",
      style.paint("strong", group),
      ...commands
        .filter((entry) => entry.group === group)
        .map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    ]),
    "",
    "`millrace COMMAND --help` explains a command. For a start: millrace run workflow.yaml",
  ];
}

/** Usage, details, flags, examples, and exit codes of one command. */
export function formatHelp(facts: CommandFacts, style: Style): readonly string[] {
  const own = Object.keys(facts.flags).length > 0;
  return [
    `millrace ${facts.name}: ${facts.summary}`,
    "",
    `Usage: millrace ${facts.name} ${own ? "[FLAGS] " : ""}${facts.operands}`.trimEnd(),
    ...(facts.details === undefined ? [] : ["", ...facts.details]),
    ...(own ? ["", style.paint("strong", "Flags"), ...formatFlags(facts.flags)] : []),
    "",
    style.paint("strong", "Flags of every command"),
    ...formatFlags(globalFlags),
    "",
    style.paint("strong", "Examples"),
    ...facts.examples.flatMap(({ line, does }) => [`  # ${does}`, `  ${line}`]),
    "",
    style.paint("strong", "Exit codes"),
    ...exitCodeMeanings.map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`),
  ];
}

/** `  -p, --parameter NAME=VALUE  …` for each flag. */
export function formatFlags(flags: FlagTable): readonly string[] {
  const rows = Object.entries(flags).map(([name, spec]) => [describeFlag(name, spec), spec.help] as const);
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

/** `-p, --parameter NAME=VALUE`. */
export function describeFlag(name: string, spec: FlagSpec): string {
  const short = spec.short === undefined ? "    " : `-${spec.short}, `;
  const aliases = (spec.aliases ?? []).map((alias) => `, --${alias}`).join("");
  const value =
    spec.kind === "switch" ? "" : ` ${spec.kind === "choice" ? spec.choices.join("|") : spec.value}`;
  return `${short}--${name}${aliases}${value}`;
}
