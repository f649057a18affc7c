/** The parts of docs/cli.md that come from the command table and the list of exit codes. */
import { globalFlags } from "../../src/cli/arguments/flag-table.ts";
import type { FlagTable } from "../../src/cli/arguments/flag-table.ts";
import type { Command } from "../../src/cli/command.ts";
import { exitCodeMeanings } from "../../src/cli/exit-codes.ts";
import { describeFlag } from "../../src/cli/render/help.ts";

/** One command: what it does, how to call it, its flags, examples. */
export function renderCommand(command: Command): string {
  const own = Object.keys(command.flags).length > 0;
  const usage = `millrace ${command.name} ${own ? "[FLAGS] " : ""}${command.operands}`.trimEnd();
  const { summary, details, examples } = command;
  return [
    `## millrace ${command.name}`,
    `${summary[0]?.toUpperCase() ?? ""}${summary.slice(1)}.${details === undefined ? "" : ` ${details.join(" ")}`}`,
    `Usage: \`${usage}\``,
    ...(own ? [renderFlags(command.flags)] : []),
    ["```sh", ...examples.flatMap(({ line, does }) => [`# ${does}`, line]), "```"].join("\n"),
  ].join("\n\n");
}

export function renderGlobalFlags(): string {
  return renderFlags(globalFlags);
}

function renderFlags(flags: FlagTable): string {
  const rows = Object.entries(flags).map(
    ([name, spec]) => `| \`${describeFlag(name, spec).trim().replaceAll("|", "\\|")}\` | ${spec.help} |`,
  );
  return ["| Flag | Meaning |", "|---|---|", ...rows].join("\n");
}

export function renderExitCodes(): string {
  return [
    "| Code | Meaning |",
    "|---|---|",
    ...exitCodeMeanings.map(({ code, meaning }) => `| ${code} | ${meaning} |`),
  ].join("\n");
}
