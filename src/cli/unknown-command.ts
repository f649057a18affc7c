/** The error for a word that is no command. */
import { MillraceError } from "../base/errors.ts";
import { quoteWord } from "../base/quote-word.ts";
import { findMeantName } from "./arguments/find-meant-name.ts";
import type { CommandEntry } from "./command.ts";

/** Words that people bring along from `argo` and from the shell, and what to do here. */
const elsewhere: Readonly<Record<string, string>> = {
  server: "`millrace serve` is the process that stays up; it has no HTTP interface yet.",
  controller: "Did you mean `millrace serve`?",
  "executor-plugin": "Plugins are not run here.",
  auth: "There is no HTTP interface, so there is nothing to sign in to.",
  info: "`millrace doctor` says what this machine can do, `millrace version` which Millrace it is.",
  status: "Did you mean `millrace get`?",
  show: "Did you mean `millrace get`?",
  describe: "Did you mean `millrace get`?",
  ls: "Did you mean `millrace list`?",
  ps: "Did you mean `millrace list`?",
  rm: "Did you mean `millrace delete`?",
  kill: "Did you mean `millrace terminate`?",
  cancel: "Did you mean `millrace stop`?",
  continue: "Did you mean `millrace resume`?",
  start: "Did you mean `millrace run`?",
  rerun: "`millrace retry` runs again what failed; `millrace resubmit` starts a new run.",
  validate: "Did you mean `millrace lint`?",
  check: "Did you mean `millrace lint`?",
};

/** Two-word commands are found by their first word as well. */
export function unknownCommand(name: string, commands: readonly CommandEntry[]): MillraceError {
  const names = commands.map((candidate) => candidate.name);
  return new MillraceError("cli/unknown-command", "invalid", `there is no command '${name}'`, {
    hint: makeHint(name, names),
  });
}

function makeHint(name: string, names: readonly string[]): string {
  if (/\.(?:ya?ml|json)$/i.test(name)) return `To run a document: millrace run ${quoteWord(name)}`;
  const [first = ""] = name.split(" ");
  const longer = names.filter((candidate) => candidate.startsWith(`${first} `));
  const meant = name === first ? undefined : findMeantName(name, longer);
  if (meant !== undefined) return `Did you mean \`millrace ${meant}\`?`;
  if (longer.length > 0)
    return `There is ${longer.map((candidate) => `\`millrace ${candidate}\``).join(", ")}.`;
  const here = Object.hasOwn(elsewhere, first) ? elsewhere[first] : undefined;
  if (here !== undefined) return here;
  const closest = findMeantName(name, names);
  return closest === undefined
    ? "`millrace help` lists the commands."
    : `Did you mean \`millrace ${closest}\`?`;
}
