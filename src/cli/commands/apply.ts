/** `millrace apply`: every kind of definition at once, as `kubectl apply` does it. */
import { definitionKinds } from "../../model/run/definition.ts";
import { defineCommand } from "../command.ts";
import { storeFiles } from "../definitions/define-store.ts";

export const command = defineCommand({
  name: "apply",
  summary: "store whatever definitions are in files",
  operands: "FILE|URL|-...",
  operandsAtLeast: 1,
  operandsAtMost: Infinity,
  completes: "files",
  details: [
    `Stores ${definitionKinds.join(", ")}; workflows are left alone.`,
    "What is stored already gets a new version, unless nothing has changed.",
    "Values of Secrets are kept apart from their documents, as files that only you can read.",
  ],
  flags: {
    strict: { kind: "switch", help: "unknown fields and doubled keys are errors" },
    output: {
      kind: "choice",
      short: "o",
      choices: ["json", "yaml", "wide", "name"],
      help: "print what was stored for programs, or with more lines",
    },
  } as const,
  examples: [
    { line: "kustomize build . | millrace apply -", does: "templates, schedules, settings and secrets" },
  ],
  run: (context, flags, operands) =>
    storeFiles(
      context,
      operands,
      { mode: "apply", kinds: definitionKinds, strict: flags.strict === true },
      flags.output,
    ),
});
