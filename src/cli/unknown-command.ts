/** The error for a word that is no command. */
import { MillraceError } from "../base/errors.ts";
import { findClosestName } from "./arguments/find-closest-name.ts";
import type { CommandEntry } from "./command.ts";

/** Two-word commands are found by their first word as well. */
export function unknownCommand(name: string, commands: readonly CommandEntry[]): MillraceError {
  const names = commands.map((candidate) => candidate.name);
  return new MillraceError("cli/unknown-command", "invalid", `there is no command '${name}'`, {
    hint: makeHint(name, names),
  });
}

function makeHint(name: string, names: readonly string[]): string {
  const longer = names.filter((candidate) => candidate.startsWith(`${name.split(" ")[0] ?? ""} `));
  if (longer.length > 0)
    return `There is ${longer.map((candidate) => `\`millrace ${candidate}\``).join(", ")}.`;
  const closest = findClosestName(name, names);
  return closest === undefined
    ? "`millrace help` lists the commands."
    : `Did you mean \`millrace ${closest}\`?`;
}
