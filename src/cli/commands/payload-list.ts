/** `millrace payload list`: what runs were about, and how that stands. */
import type { PayloadRow } from "../../api/house.ts";
import type { JsonObject } from "../../base/json.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { formatDuration, formatTime } from "../render/durations.ts";
import { formatRunPhase } from "../render/run-phase.ts";
import { printStructured } from "../render/structured.ts";
import { paintSymbol, toneOf } from "../render/symbols.ts";
import { formatTable } from "../render/table.ts";
import { cleanText } from "../render/text-width.ts";

export const command = defineCommand({
  name: "payload list",
  summary: "list payloads and how they stand",
  operands: "",
  operandsAtLeast: 0,
  operandsAtMost: 0,
  completes: "nothing",
  details: ["The state of a payload is that of the newest run that was submitted with it."],
  flags: {
    status: {
      kind: "text",
      value: "STATUS,...",
      help: "only payloads in these states, such as Failed,Error",
    },
    workflow: { kind: "text", value: "TEXT", help: "only payloads of workflows whose name has this in it" },
    limit: { kind: "number", value: "N", help: "at most N payloads" },
    headers: { kind: "switch", help: "column heads; --no-headers leaves them out" },
    output: {
      kind: "choice",
      short: "o",
      choices: ["json", "yaml", "name", "wide"],
      help: "for programs, or with more columns; name prints keys",
    },
  } as const,
  examples: [
    { line: "millrace payload list", does: "all payloads, newest run first" },
    { line: "millrace payload list --status Failed -o name", does: "keys of what failed, for scripts" },
  ],
  run: async ({ io, out, err, style, openHouse }, flags) => {
    const house = await openHouse();
    const states = flags.status?.split(",").map((text) => text.trim().toLowerCase());
    const rows = (await house.payloads())
      .filter(
        ({ run }) =>
          states === undefined || states.includes(run.phase) || states.includes(run.shownPhase.toLowerCase()),
      )
      .filter(({ workflow }) => workflow.includes(flags.workflow ?? ""))
      .slice(0, flags.limit);
    const { output } = flags;
    if (output === "json" || output === "yaml") printStructured(out, output, rows.map(payloadToJson));
    else if (output === "name") out.lines(rows.map(({ key }) => key));
    else if (rows.length === 0) err.line(`no payloads in ${house.home}`);
    else {
      const now = io.clock.now();
      const isWide = output === "wide";
      const head = ["PAYLOAD", "STATUS", "RUN", "RUNS", "AGE", "WORKFLOW", ...(isWide ? ["KEY"] : [])];
      const cells = rows.map(({ id, key, workflow, run, runCount }) => [
        cleanText(id),
        `${paintSymbol(run.phase, style)} ${style.paint(toneOf(run.phase), formatRunPhase(run))}`,
        cleanText(run.name),
        String(runCount),
        formatDuration(now - run.createdAt),
        cleanText(workflow),
        ...(isWide ? [key] : []),
      ]);
      out.lines(formatTable(flags.headers === false ? undefined : head, cells));
    }
    return exitCodes.succeeded;
  },
});

/** What programs get. */
export function payloadToJson({ key, id, workflow, run, runCount }: PayloadRow): JsonObject {
  return {
    key,
    id,
    workflow,
    phase: run.phase,
    status: run.shownPhase,
    run: run.name,
    runCount,
    createdAt: formatTime(run.createdAt),
    ...(run.endedAt === undefined ? {} : { finishedAt: formatTime(run.endedAt) }),
  };
}
