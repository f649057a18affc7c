/**
 * The command line: finds the command, runs it, and turns what goes wrong into one message and an exit code.
 * Nothing is loaded or done at import time but what every command needs.
 */
import { argoFlags } from "./arguments/argo-flags.ts";
import { globalFlags } from "./arguments/flag-table.ts";
import type { FlagTable } from "./arguments/flag-table.ts";
import type { CommandEntry, HouseFactory, World } from "./command.ts";
import { commandTable } from "./commands/table.ts";
import { exitCodeOfError, exitCodes } from "./exit-codes.ts";
import type { CliIo } from "./io.ts";
import { createPrinter } from "./printer.ts";

export type { HouseFactory } from "./command.ts";
export type { CliIo } from "./io.ts";

/** Runs the command in `argv` (without the program's name); resolves to the exit code and never rejects. */
export async function runCli(argv: readonly string[], io: CliIo, openHouse: HouseFactory): Promise<number> {
  const world: World = {
    io,
    out: createPrinter(io.stdout),
    err: createPrinter(io.stderr),
    openHouse,
    commands: commandTable,
  };
  try {
    return await dispatch(argv, world);
  } catch (error) {
    const { reportError } = await import("./report-error.ts");
    reportError(error, world);
    return exitCodeOfError(error);
  }
}

async function dispatch(given: readonly string[], world: World): Promise<number> {
  // As with argo, flags that every command has may stand before it: `argo -n team list`.
  const leading = countLeadingFlags(given);
  if (leading > 0 && leading < given.length) {
    const rest = given.slice(leading);
    const words = commandTable.some(({ name }) => name === `${rest[0]} ${rest[1]}`) ? 2 : 1;
    return dispatch([...rest.slice(0, words), ...given.slice(0, leading), ...rest.slice(words)], world);
  }
  if (leading > 1) return showOverview(world, asksForHelp(given) ? exitCodes.succeeded : exitCodes.usage);
  return dispatchCommand(given, world);
}

/** So many arguments at the beginning are flags that every command has, with their values. */
function countLeadingFlags(argv: readonly string[]): number {
  let count = 0;
  for (let argument = argv[0]; argument?.startsWith("-") === true; argument = argv[count]) {
    const name = argument.replace(/^--?(?:no-)?/u, "").replace(/=.*$/su, "");
    const table: FlagTable = { ...globalFlags, ...argoFlags };
    const spec = argument.startsWith("--")
      ? Object.entries(table).find(([flag]) => flag === name)?.[1]
      : Object.values(table).find(({ short }) => short === name);
    if (spec === undefined) return count;
    count += spec.kind === "switch" || argument.includes("=") ? 1 : 2;
  }
  return count;
}

async function dispatchCommand(argv: readonly string[], world: World): Promise<number> {
  const [first, second] = argv;
  if (first === undefined) return showOverview(world, exitCodes.usage);
  if (first === "--help" || first === "-h") return showOverview(world, exitCodes.succeeded);
  const name = first === "--version" || first === "-V" || first === "-v" ? "version" : first;
  const two = commandTable.find((entry) => entry.name === `${name} ${second ?? ""}`);
  if (two !== undefined) return runEntry(two, argv.slice(2), world);
  const one = commandTable.find((entry) => entry.name === name);
  if (one !== undefined) return runEntry(one, argv.slice(1), world);
  return refuse(name, argv.slice(1), world);
}

/** No command has this name; but its first word may be that of several, and then `--help` lists them. */
async function refuse(name: string, rest: readonly string[], world: World): Promise<number> {
  const { findFamily, formatFamily } = await import("./render/help.ts");
  const family = findFamily(name, world.commands);
  if (family !== undefined && asksForHelp(rest)) {
    world.out.lines(formatFamily(name, family, world.io.columns));
    return exitCodes.succeeded;
  }
  const { unknownCommand } = await import("./unknown-command.ts");
  const [second = ""] = rest;
  throw unknownCommand(family === undefined ? name : `${name} ${second}`.trim(), world.commands);
}

async function runEntry(entry: CommandEntry, argv: readonly string[], world: World): Promise<number> {
  const command = await entry.load();
  if (!asksForHelp(argv)) return command.invoke(argv, world);
  const [{ formatHelp }, style] = await Promise.all([import("./render/help.ts"), loadStyle(world)]);
  world.out.lines(formatHelp(command, world.io.columns, style));
  return exitCodes.succeeded;
}

/** `--help` wins over everything else that may be wrong in the line. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv
    .slice(0, end < 0 ? undefined : end)
    .some((argument) => argument === "--help" || argument === "-h");
}

async function showOverview(world: World, code: number): Promise<number> {
  const [{ formatOverview }, style] = await Promise.all([import("./render/help.ts"), loadStyle(world)]);
  const printer = code === exitCodes.succeeded ? world.out : world.err;
  printer.lines(formatOverview(world.commands, world.io.columns, style));
  return code;
}

async function loadStyle({ io }: World) {
  const { createStyle } = await import("./render/style.ts");
  return createStyle({ isTTY: io.isTTY, env: io.env });
}
