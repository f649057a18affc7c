/**
 * What a command is: a name, a flag table, examples and a function.
 * Each command is a file of its own in commands/, loaded only when it is used.
 */
import type { House } from "../api/house.ts";
import { MillraceError } from "../base/errors.ts";
import { quoteWord } from "../base/quote-word.ts";
import { addArgoFlags, noteArgoFlags } from "./arguments/argo-flags.ts";
import { globalFlags } from "./arguments/flag-table.ts";
import type { FlagTable, FlagValues } from "./arguments/flag-table.ts";
import { parseArguments } from "./arguments/parse-arguments.ts";
import type { CliIo } from "./io.ts";
import type { Printer } from "./printer.ts";
import { createStyle } from "./render/style.ts";
import type { Style } from "./render/style.ts";

/** Opens the house; `home` is undefined when neither a flag nor MILLRACE_HOME names a folder. */
export type HouseFactory = (home: string | undefined) => House | Promise<House>;

/** What every command works with. */
export interface CommandContext {
  readonly io: CliIo;
  readonly out: Printer;
  readonly err: Printer;
  /** For standard output. */
  readonly style: Style;
  /** Every command there is. */
  readonly commands: readonly CommandEntry[];
  readonly openHouse: () => Promise<House>;
  /** A command line for the user to type next: `millrace resume x`, with the same home as this command. */
  readonly advise: (line: string) => string;
}

export interface CommandExample {
  readonly line: string;
  readonly does: string;
}

/** The parts that help, completion and documentation show. */
export interface CommandFacts {
  /** One or two words. */
  readonly name: string;
  readonly summary: string;
  /** Positional arguments as in `FILE|-`. */
  readonly operands: string;
  readonly operandsAtLeast: number;
  readonly operandsAtMost: number;
  /** What completion offers for positionals. */
  readonly completes: "runs" | "files" | "commands" | "nothing";
  readonly details?: readonly string[];
  readonly flags: FlagTable;
  readonly examples: readonly CommandExample[];
}

export interface CommandDefinition<F extends FlagTable> extends CommandFacts {
  readonly flags: F;
  run(
    context: CommandContext,
    flags: FlagValues<F & typeof globalFlags>,
    operands: readonly string[],
  ): Promise<number>;
}

export interface Command extends CommandFacts {
  /** Parses the arguments behind the command's name and carries it out; returns the exit code. */
  invoke(argv: readonly string[], world: World): Promise<number>;
}

/** A line of the command table: enough for the overview, and how to load the rest. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Heading under which the overview shows it. */
  readonly group: "Run" | "Look" | "Steer" | "Store" | "Other";
  readonly load: () => Promise<Command>;
}

/** What is known before the arguments are read. */
export interface World {
  readonly io: CliIo;
  readonly out: Printer;
  readonly err: Printer;
  readonly openHouse: HouseFactory;
  readonly commands: readonly CommandEntry[];
}

/** Ties a definition to its own flag table. */
export function defineCommand<F extends FlagTable>(definition: CommandDefinition<F>): Command {
  const own = { ...definition.flags, ...globalFlags };
  const table = addArgoFlags(own);
  const invoke = async (argv: readonly string[], world: World): Promise<number> => {
    const { io, out, err, commands } = world;
    const { flags, positionals } = parseArguments<F & typeof globalFlags>(argv, table, definition.name);
    checkOperands(definition, positionals);
    err.lines(noteArgoFlags(own, flags));
    const style = createStyle({ color: flags.color, utf8: flags.utf8, isTTY: io.isTTY, env: io.env });
    const home = flags.home ?? (io.env["MILLRACE_HOME"] === "" ? undefined : io.env["MILLRACE_HOME"]);
    let house: Promise<House> | undefined;
    const openHouse = (): Promise<House> => (house ??= Promise.resolve(world.openHouse(home)));
    const advise = (line: string): string =>
      `millrace ${line}${flags.home === undefined ? "" : ` --home ${quoteWord(flags.home)}`}`;
    return definition.run({ io, out, err, style, commands, openHouse, advise }, flags, positionals);
  };
  return { ...definition, invoke };
}

function checkOperands(facts: CommandFacts, operands: readonly string[]): void {
  const usage = `millrace ${facts.name} ${facts.operands}`.trimEnd();
  const hint = `Usage: ${usage}; \`millrace ${facts.name} --help\` explains it.`;
  if (operands.length < facts.operandsAtLeast) {
    throw new MillraceError("cli/bad-arguments", "invalid", `${facts.name} needs ${facts.operands}`, {
      hint,
    });
  }
  if (operands.length > facts.operandsAtMost) {
    const extra = operands
      .slice(facts.operandsAtMost)
      .map((text) => `'${text}'`)
      .join(", ");
    throw new MillraceError(
      "cli/bad-arguments",
      "invalid",
      `${facts.name} does not know what to do with ${extra}`,
      { hint },
    );
  }
}
