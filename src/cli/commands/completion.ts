/** `millrace completion`: scripts for bash, zsh and fish, made from the command table. */
import { MillraceError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { formatBash, formatFish, formatZsh } from "../render/completion-scripts.ts";

const writers: Readonly<Record<string, (commands: readonly Command[]) => readonly string[]>> = {
  bash: formatBash,
  zsh: formatZsh,
  fish: formatFish,
};

export const command = defineCommand({
  name: "completion",
  summary: "print a completion script for a shell",
  operands: "bash|zsh|fish",
  operandsAtLeast: 1,
  operandsAtMost: 1,
  completes: "nothing",
  flags: {},
  examples: [
    { line: "source <(millrace completion bash)", does: "for this shell" },
    { line: "millrace completion zsh > ~/.zsh/completions/_millrace", does: "for good, in zsh" },
    {
      line: "millrace completion fish > ~/.config/fish/completions/millrace.fish",
      does: "for good, in fish",
    },
  ],
  run: async ({ out, commands }, _flags, [shell = ""]) => {
    const write = Object.hasOwn(writers, shell) ? writers[shell] : undefined;
    if (write === undefined) {
      throw new MillraceError("cli/bad-arguments", "invalid", `there is no completion for '${shell}'`, {
        hint: "There is bash, zsh and fish.",
      });
    }
    out.lines(write(await Promise.all(commands.map((entry) => entry.load()))));
    return exitCodes.succeeded;
  },
});
