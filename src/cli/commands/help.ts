/** `millrace help`. */
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findFamily, formatFamily, formatHelp, formatOverview } from "../render/help.ts";
import { unknownCommand } from "../unknown-command.ts";

export const command = defineCommand({
  name: "help",
  summary: "explain a command",
  operands: "[COMMAND]",
  operandsAtLeast: 0,
  operandsAtMost: 2,
  completes: "commands",
  flags: {},
  examples: [
    { line: "millrace help", does: "all commands" },
    { line: "millrace help run", does: "one command with its flags" },
  ],
  run: async ({ io, out, style, commands }, _flags, operands) => {
    const name = operands.join(" ");
    const entry = commands.find((candidate) => candidate.name === name);
    const family = findFamily(name, commands);
    if (name === "") out.lines(formatOverview(commands, io.columns, style));
    else if (entry !== undefined) out.lines(formatHelp(await entry.load(), io.columns, style));
    else if (family !== undefined) out.lines(formatFamily(name, family, io.columns));
    else throw unknownCommand(name, commands);
    return exitCodes.succeeded;
  },
});
