/** `configmap create`, `secret apply` and so on: settings are stored from the command line, without a document. */
import { MillraceError } from "../../base/errors.ts";
import { readLabels } from "../arguments/read-pairs.ts";
import { defineCommand } from "../command.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { printDiagnostics } from "../drive/print-diagnostics.ts";
import { cleanText } from "../render/text-width.ts";
import { settingNouns } from "./definition-noun.ts";
import { entryFlags, readEntries } from "./read-entries.ts";
import { writePlainJson } from "./write-plain-json.ts";

export function defineSettings(word: "configmap" | "secret", mode: "create" | "apply"): Command {
  const { kind, one } = settingNouns[word];
  const isSecret = word === "secret";
  return defineCommand({
    name: `${word} ${mode}`,
    summary: mode === "create" ? `store ${one}` : `store ${one}, or replace it`,
    operands: "NAME",
    operandsAtLeast: 1,
    operandsAtMost: 1,
    completes: "nothing",
    details: [
      mode === "create"
        ? "A name that is stored already is refused."
        : "What is stored already is replaced as a whole, with all its keys.",
      isSecret
        ? "Values are encrypted in the home; the key lies elsewhere. What stands in a command line can be seen by others on the machine: --from-env, --from-file and --from-env-file do not show it. Runs get the value of the moment at which an attempt begins."
        : "Runs get the values of the moment at which they are submitted.",
      "`millrace apply FILE` stores documents.",
    ],
    flags: {
      ...entryFlags,
      labels: { kind: "list", short: "l", value: "NAME=VALUE,...", help: `labels of the ${kind}` },
    } as const,
    examples: isSecret
      ? [
          {
            line: `millrace secret ${mode} db --from-env password=DB_PASSWORD`,
            does: "out of the environment",
          },
          {
            line: `millrace secret ${mode} key --from-file id_rsa=$HOME/.ssh/id_rsa`,
            does: "the content of a file",
          },
        ]
      : [
          {
            line: `millrace configmap ${mode} limits --from-literal workflow=2`,
            does: "the limit of a semaphore",
          },
          {
            line: `millrace configmap ${mode} settings --from-env-file settings.env`,
            does: "lines KEY=VALUE",
          },
        ],
    run: async (context, flags, [name = ""]) => {
      checkName(name);
      const entries = await readEntries(context.io, flags);
      const house = await context.openHouse();
      const labels = readLabels(flags.labels);
      const metadata = { name, ...(Object.keys(labels).length === 0 ? {} : { labels }) };
      const { texts, bytes } = entries;
      const binary = Object.keys(bytes).length === 0 ? {} : { [isSecret ? "data" : "binaryData"]: bytes };
      const data = isSecret ? { type: "Opaque", stringData: texts, ...binary } : { data: texts, ...binary };
      const source = writePlainJson({ apiVersion: "v1", kind, metadata, ...data });
      const file = `${word} ${name}`;
      const answer = await house.definitions.store({ source, file, mode, kinds: [kind], strict: false });
      const { length } = [...Object.keys(texts), ...Object.keys(bytes)];
      await printDiagnostics(context, answer.ok ? answer.warnings : answer.diagnostics, file, "stored");
      if (!answer.ok) return exitCodes.usage;
      for (const { change, definition } of answer.stored)
        context.out.line(
          `${kind} ${cleanText(definition.name)} ${change} (version ${definition.version}, ${length} ${length === 1 ? "key" : "keys"})`,
        );
      return exitCodes.succeeded;
    },
  });
}

/** Kubernetes: a DNS subdomain name. */
function checkName(name: string): void {
  if (/^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/u.test(name)) return;
  throw new MillraceError("cli/bad-arguments", "invalid", `'${cleanText(name)}' cannot be a name`, {
    hint: "A name is lower case letters, digits, - and ., and begins and ends with a letter or digit.",
  });
}
