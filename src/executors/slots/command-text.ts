/**
 * The shell text that runs one command.
 *
 * A command is one simple command with redirections, so that a shell forks and executes exactly once, and its program
 * is an absolute path, so that it can be no built-in of the shell: `echo` differs between shells, `exit` would end the slot.
 */
import type { AttemptProblem } from "../../model/run/attempt.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { isPlainVariableName, quoteForShell } from "./shell-quote.ts";

/** A command as it is really run: everything resolved and mapped. */
export interface ReadyCommand {
  readonly name: string;
  /** The program's absolute path and its arguments. */
  readonly argv: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  /** Absolute. */
  readonly workingDirectory: string;
  /** The program, resolved like the command's own, that is asked whether the command can be used. */
  readonly probeArgv?: readonly string[];
}

/** Linux refuses a single argument or variable of 128 KiB or more (execve(2), MAX_ARG_STRLEN). */
const longestArgumentBytes = 131_071;
/** Arguments and environment together; a quarter of the usual stack limit, with room for what is added on the way. */
const longestCommandBytes = 2_000_000;

/** Variables that need no `env`, as `A='x' B='y' `. */
export function writeAssignments(env: ReadyCommand["env"]): string {
  let text = "";
  for (const each of env) {
    if (isPlainVariableName(each.name)) text += `${each.name}=${quoteForShell(each.value)} `;
  }
  return text;
}

/**
 * Program and arguments as shell words (`quote` makes one of a text); variables with names that no shell can assign go
 * through `env`.
 */
export function writeWords(
  command: Pick<ReadyCommand, "argv" | "env">,
  quote: (text: string) => string = quoteForShell,
): string {
  return [...listEnvWords(command.env), ...command.argv].map(quote).join(" ");
}

/** What stands in front of a program that a shell starts, so that it gets the variables that no shell passes on. */
export function listEnvWords(env: ReadyCommand["env"]): readonly string[] {
  const others = env.filter((each) => !isPlainVariableName(each.name));
  return others.length === 0 ? [] : ["/usr/bin/env", ...others.map(({ name, value }) => `${name}=${value}`)];
}

/** Refuses what no program can be given: NUL characters and command lines that the system does not take. */
export function checkCommandSize(command: ReadyCommand): Result<ReadyCommand, AttemptProblem> {
  let total = 0;
  const texts = [...command.argv, ...command.env.map((each) => `${each.name}=${each.value}`)];
  for (const text of texts) {
    if (text.includes("\0")) return refuse(command, "executor/nul-in-command", "holds a NUL character");
    total += text.length;
  }
  if (command.env.some((each) => each.name === "" || each.name.includes("=")))
    return refuse(
      command,
      "executor/bad-variable-name",
      "has an environment variable whose name is empty or holds '='",
    );
  if (total < longestArgumentBytes / 4) return ok(command);
  const sizes = texts.map((text) => Buffer.byteLength(text));
  if (sizes.some((size) => size > longestArgumentBytes))
    return refuse(
      command,
      "executor/command-too-long",
      `has an argument or variable above ${longestArgumentBytes} bytes`,
    );
  if (sizes.reduce((sum, size) => sum + size + 9, 0) > longestCommandBytes)
    return refuse(
      command,
      "executor/command-too-long",
      `has arguments and environment above ${longestCommandBytes} bytes`,
    );
  return ok(command);
}

function refuse(command: ReadyCommand, code: string, what: string): Result<never, AttemptProblem> {
  return err({ kind: "start-refused", code, message: `command "${command.name}" ${what}` });
}
