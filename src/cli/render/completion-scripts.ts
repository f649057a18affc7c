/**
 * Completion scripts. Flags and commands are written into the script; names of runs are asked for when they are needed.
 * Texts come from our own tables; quotes in them are escaped all the same.
 */
import { globalFlags } from "../arguments/flag-table.ts";
import type { FlagSpec } from "../arguments/flag-table.ts";
import type { Command } from "../command.ts";

const listRuns = "millrace list -o name 2>/dev/null";

function flagsOf(command: Command): readonly (readonly [string, FlagSpec])[] {
  return Object.entries({ ...command.flags, ...globalFlags });
}

function flagWords(command: Command): readonly string[] {
  return flagsOf(command).flatMap(([name, spec]) => [
    `--${name}`,
    ...(spec.short === undefined ? [] : [`-${spec.short}`]),
  ]);
}

/** First words of all commands. */
function firstWords(commands: readonly Command[]): readonly string[] {
  return [...new Set(commands.map(({ name }) => name.split(" ")[0] ?? name))];
}

function secondWords(commands: readonly Command[], first: string): readonly string[] {
  return commands.flatMap(({ name }) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []));
}

export function formatBash(commands: readonly Command[]): readonly string[] {
  return [
    "# bash completion for millrace",
    "_millrace() {",
    '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" command="${COMP_WORDS[1]}"',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W '${firstWords(commands).join(" ")}' -- "$word")); return`,
    "  fi",
    '  case "$command $before" in',
    ...commands.flatMap((command) =>
      choicesOf(command).map(
        ([flag, choices]) =>
          `    '${firstWord(command)} ${flag}') COMPREPLY=($(compgen -W '${choices.join(" ")}' -- "$word")); return ;;`,
      ),
    ),
    "  esac",
    '  case "$command" in',
    ...firstWords(commands).map((first) => formatBashCase(commands, first)),
    "  esac",
    "}",
    "complete -o default -F _millrace millrace",
  ];
}

function firstWord({ name }: Command): string {
  return name.split(" ")[0] ?? name;
}

function choicesOf(command: Command): readonly (readonly [string, readonly string[]])[] {
  return flagsOf(command).flatMap(([name, spec]) =>
    spec.kind === "choice"
      ? [
          [`--${name}`, spec.choices] as const,
          ...(spec.short === undefined ? [] : [[`-${spec.short}`, spec.choices] as const]),
        ]
      : [],
  );
}

function formatBashCase(commands: readonly Command[], first: string): string {
  const own = commands.filter((command) => firstWord(command) === first);
  const words = [...new Set([...secondWords(commands, first), ...own.flatMap(flagWords)])];
  const runs = own.some(({ completes }) => completes === "runs")
    ? ` $([ "\${word#-}" = "$word" ] && ${listRuns})`
    : "";
  const names = own.some(({ completes }) => completes === "commands")
    ? ` ${firstWords(commands).join(" ")}`
    : "";
  return `    ${first}) COMPREPLY=($(compgen -W "${words.join(" ")}${names}${runs}" -- "$word")) ;;`;
}

export function formatZsh(commands: readonly Command[]): readonly string[] {
  return [
    "#compdef millrace",
    "_millrace() {",
    "  local -a commands",
    "  commands=(",
    ...commands.map(
      ({ name, summary }) =>
        `    ${quote(`${name.split(" ")[0] ?? name}:${summary.replaceAll(":", "\\:")}`)}`,
    ),
    "  )",
    "  if (( CURRENT == 2 )); then _describe command commands; return; fi",
    "  case $words[2] in",
    ...firstWords(commands).map((first) => formatZshCase(commands, first)),
    "  esac",
    "}",
    'if [ "$funcstack[1]" = _millrace ]; then _millrace "$@"; else compdef _millrace millrace; fi',
  ];
}

function formatZshCase(commands: readonly Command[], first: string): string {
  const own = commands.filter((command) => firstWord(command) === first);
  const flags = [...new Map(own.flatMap((command) => flagsOf(command))).entries()].flatMap(([name, spec]) =>
    zshFlag(name, spec),
  );
  const second = secondWords(commands, first);
  const operands =
    second.length > 0
      ? `'1:part:(${second.join(" ")})' '*:run:($(${listRuns}))'`
      : zshOperands(own[0], commands);
  return `    ${first}) shift words; (( CURRENT-- )); _arguments ${[...flags, operands].join(" ")} ;;`;
}

function zshFlag(name: string, spec: FlagSpec): readonly string[] {
  const help = spec.help.replaceAll(/[[\]:]/g, (character) => `\\${character}`);
  const value =
    spec.kind === "switch"
      ? ""
      : spec.kind === "choice"
        ? `:value:(${spec.choices.join(" ")})`
        : `:${spec.value.toLowerCase().replaceAll(/[^a-z ]/g, " ")}:_files`;
  const repeated = spec.kind === "list" ? "*" : "";
  const long = quote(`${repeated}--${name}[${help}]${value}`);
  return spec.short === undefined ? [long] : [long, quote(`${repeated}-${spec.short}[${help}]${value}`)];
}

function zshOperands(command: Command | undefined, commands: readonly Command[]): string {
  switch (command?.completes) {
    case "runs":
      return `'*:run:($(${listRuns}))'`;
    case "commands":
      return `'*:command:(${firstWords(commands).join(" ")})'`;
    case "files":
      return "'*:file:_files'";
    case "nothing":
    case undefined:
      return "";
  }
}

export function formatFish(commands: readonly Command[]): readonly string[] {
  const lines = ["# fish completion for millrace", "complete -c millrace -f"];
  for (const command of commands) {
    const [first = "", second] = command.name.split(" ");
    lines.push(
      `complete -c millrace -n __fish_use_subcommand -a ${quote(first)} -d ${quote(command.summary)}`,
    );
    const when = `-n ${quote(`__fish_seen_subcommand_from ${first}`)}`;
    if (second !== undefined) lines.push(`complete -c millrace ${when} -a ${quote(second)}`);
    if (command.completes === "runs") lines.push(`complete -c millrace ${when} -a ${quote(`(${listRuns})`)}`);
    if (command.completes === "files") lines.push(`complete -c millrace ${when} -F`);
    for (const [name, spec] of flagsOf(command))
      lines.push(`complete -c millrace ${when} ${fishFlag(name, spec)}`);
  }
  return lines;
}

function fishFlag(name: string, spec: FlagSpec): string {
  const short = spec.short === undefined ? "" : ` -s ${spec.short}`;
  const value =
    spec.kind === "switch" ? "" : spec.kind === "choice" ? ` -x -a ${quote(spec.choices.join(" "))}` : " -r";
  return `-l ${name}${short}${value} -d ${quote(spec.help)}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
