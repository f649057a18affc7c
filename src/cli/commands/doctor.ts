/** `millrace doctor`: what this machine can do, and what is in the way. */
import type { DoctorFinding } from "../../api/house.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { printStructured } from "../render/structured.ts";
import type { CliIo } from "../io.ts";
import { paintSymbol } from "../render/symbols.ts";
import { wrapText } from "../render/text-width.ts";

/** Marks of the phases stand for the states of findings. */
const marks: Readonly<Record<DoctorFinding["state"], string>> = {
  good: "succeeded",
  limited: "suspended",
  bad: "failed",
};

export const command = defineCommand({
  name: "doctor",
  summary: "say what this machine can do",
  operands: "",
  operandsAtLeast: 0,
  operandsAtMost: 0,
  completes: "nothing",
  details: ["Exit code 5 when something is in the way of running documents here."],
  flags: { output: { kind: "choice", short: "o", choices: ["json", "yaml"], help: "for programs" } } as const,
  examples: [{ line: "millrace doctor", does: "look before the first run" }],
  run: async ({ io, out, style, openHouse }, flags) => {
    const house = await openHouse();
    const findings = await house.doctor();
    if (flags.output !== undefined) {
      const plain = findings.map(({ topic, state, message, hint }) => ({
        topic,
        state,
        message,
        ...(hint === undefined ? {} : { hint }),
      }));
      printStructured(out, flags.output, { home: house.home, findings: plain });
    } else {
      for (const { topic, state, message, hint } of findings) {
        out.lines(
          fold(`${paintSymbol(marks[state], style)} ${style.paint("strong", topic)}: ${message}`, io),
        );
        if (hint !== undefined) out.lines(fold(`    ${hint}`, io));
      }
    }
    return findings.some(({ state }) => state === "bad") ? exitCodes.unavailable : exitCodes.succeeded;
  },
});

/** On a terminal long lines are broken between words, and go on below their text. */
function fold(text: string, { isTTY, columns }: CliIo): readonly string[] {
  const indent = "    ";
  const [first = "", ...rest] = isTTY ? wrapText(text, columns - indent.length) : [text];
  return [first, ...rest.map((line) => indent + line)];
}
