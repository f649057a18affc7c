/** `template delete`, `template lint` and the same for the other kinds, and `cron suspend` and `cron resume`. */
import { MillraceError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { lintDocuments, lintFlags } from "../commands/lint.ts";
import { cleanText } from "../render/text-width.ts";
import type { DefinitionNoun } from "./definition-noun.ts";
import { nouns } from "./definition-noun.ts";
import { definitionNamespaceFlag, isInNamespace } from "./definition-text.ts";

export function defineDelete({ word, kind, one, many }: DefinitionNoun): Command {
  return defineCommand({
    name: `${word} delete`,
    summary: `delete ${many}`,
    operands: "NAME...",
    operandsAtLeast: 0,
    operandsAtMost: Infinity,
    completes: "nothing",
    details: ["All versions are deleted. Runs that were made from them go on, and can be retried."],
    flags: {
      all: { kind: "switch", help: `all ${many}; with -n, all of the namespace` },
      ...definitionNamespaceFlag,
      "dry-run": { kind: "switch", help: "only say what would be deleted" },
    } as const,
    examples: [{ line: `millrace ${word} delete NAME`, does: `delete ${one}` }],
    run: async ({ out, openHouse }, flags, operands) => {
      if (operands.length === 0 && flags.all !== true)
        throw new MillraceError("cli/bad-arguments", "invalid", `${word} delete needs NAME... or --all`);
      const { definitions } = await openHouse();
      const all = flags.all === true ? await definitions.list(kind) : [];
      const meant = all.filter((each) => isInNamespace(each, flags.namespace));
      const named = await Promise.all(operands.map((name) => definitions.get({ kind, name })));
      const names = [...new Set([...named, ...meant].map(({ name }) => name))];
      for (const name of names) {
        if (flags["dry-run"] !== true) await definitions.remove({ kind, name });
        out.line(`${kind} '${cleanText(name)}' deleted${flags["dry-run"] === true ? " (dry-run)" : ""}`);
      }
      if (names.length === 0) out.line("nothing to delete");
      return exitCodes.succeeded;
    },
  });
}

export function defineLint({ word, kind, many }: DefinitionNoun): Command {
  return defineCommand({
    name: `${word} lint`,
    summary: `check ${many} before they are stored`,
    operands: "FILE|FOLDER|-...",
    operandsAtLeast: 1,
    operandsAtMost: Infinity,
    completes: "files",
    details: [
      `The same as \`millrace lint\`, for every ${kind} in the files alone: it is checked as storing would check it.`,
      "Exit code 2 when there is an error; warnings alone give 0.",
    ],
    flags: lintFlags,
    examples: [{ line: `millrace ${word} lint ${word}.yaml`, does: "one file" }],
    run: (context, flags, operands) => lintDocuments(context, flags, operands, [kind]),
  });
}

export function defineSuspend(action: "suspend" | "resume"): Command {
  const { kind } = nouns.cron;
  const suspended = action === "suspend";
  return defineCommand({
    name: `cron ${action}`,
    summary: suspended ? "start no more runs by time" : "start runs by time again",
    operands: "NAME...",
    operandsAtLeast: 1,
    operandsAtMost: Infinity,
    completes: "nothing",
    details: [
      "Counts over what the document says, until another version of it is stored.",
      ...(suspended ? ["Runs that were started already go on."] : []),
    ],
    flags: {},
    examples: [
      { line: `millrace cron ${action} NAME`, does: suspended ? "hold a schedule" : "go on with it" },
    ],
    run: async ({ out, openHouse }, _flags, operands) => {
      const { definitions } = await openHouse();
      for (const name of operands) {
        await definitions.suspend(name, suspended);
        out.line(`${kind} '${cleanText(name)}' ${suspended ? "suspended" : "resumed"}`);
      }
      return exitCodes.succeeded;
    },
  });
}
