/** `millrace payload get`: one payload, with all runs that were about it. */
import type { RunRow } from "../../api/house.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { formatMoment, formatSpan } from "../render/durations.ts";
import { formatRunPhase } from "../render/run-phase.ts";
import { printStructured, rowToJson } from "../render/structured.ts";
import { paintSymbol, toneOf } from "../render/symbols.ts";
import { formatFields, formatTable } from "../render/table.ts";
import { cleanText } from "../render/text-width.ts";
import { payloadToJson } from "./payload-list.ts";

export const command = defineCommand({
  name: "payload get",
  summary: "show a payload and its runs",
  operands: "ID|KEY",
  operandsAtLeast: 1,
  operandsAtMost: 1,
  completes: "nothing",
  flags: {
    output: {
      kind: "choice",
      short: "o",
      choices: ["json", "yaml"],
      help: "for programs, with the payload itself",
    },
  } as const,
  examples: [
    { line: "millrace payload get scene-42", does: "how it stands, and its runs" },
    { line: "millrace payload get scene-42 -o json | jq .payload", does: "what was submitted" },
  ],
  run: async ({ io, out, style, openHouse }, flags, [name = ""]) => {
    const house = await openHouse();
    const payload = await house.payload(name);
    const { id, key, workflow, run, runs, value } = payload;
    if (flags.output !== undefined) {
      printStructured(out, flags.output, {
        ...payloadToJson(payload),
        payload: value,
        runs: runs.map(rowToJson),
      });
      return exitCodes.succeeded;
    }
    const now = io.clock.now();
    const state = (row: RunRow): string =>
      `${paintSymbol(row.phase, style)} ${style.paint(toneOf(row.phase), formatRunPhase(row))}`;
    out.lines([
      ...formatFields([
        ["Payload", cleanText(id)],
        ["Status", state(run)],
        ["Workflow", cleanText(workflow)],
        ["Key", key],
      ]),
      "",
      ...formatTable(
        ["RUN", "STATUS", "CREATED", "DURATION"],
        runs.map((row) => [
          cleanText(row.name),
          state(row),
          formatMoment(row.createdAt, now),
          formatSpan(row.startedAt, row.endedAt, now),
        ]),
      ),
    ]);
    return exitCodes.succeeded;
  },
});
