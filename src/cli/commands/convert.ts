/** `millrace convert`: documents in their present form, for people who keep old ones. */
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { printStructured } from "../render/structured.ts";
import { readInputs } from "./lint.ts";

export const command = defineCommand({
  name: "convert",
  summary: "write documents in their present form",
  operands: "FILE|FOLDER|-...",
  operandsAtLeast: 1,
  operandsAtMost: Infinity,
  completes: "files",
  details: [
    "Fields that were replaced by lists, `schedule`, `mutex` and `semaphore`, are moved into these. The result goes to",
    "standard output; comments are lost. Old documents run as they are: this is for those who want to be rid of the",
    "warnings.",
  ],
  flags: {
    output: { kind: "choice", short: "o", choices: ["yaml", "json"], help: "the form of the result" },
  } as const,
  examples: [{ line: "millrace convert old.yaml > new.yaml", does: "one file" }],
  run: async (context, { output = "yaml" }, operands) => {
    const house = await context.openHouse();
    const { inputs } = await readInputs(context, house, operands);
    for (const { source, file } of inputs)
      for (const object of house.convert(source, file)) {
        if (output === "yaml") context.out.line("---");
        printStructured(context.out, output, object);
      }
    return exitCodes.succeeded;
  },
});
