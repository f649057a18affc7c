/**
 * `archive list` and its like: argo's commands for runs that have ended. There is no second place for them here: every
 * run stays in the history until somebody deletes it, and is found by its name or its id.
 */
import type { House, RunRow } from "../../api/house.ts";
import { MillraceError, unreachable } from "../../base/errors.ts";
import { getFlags, showRun } from "../commands/get.ts";
import { resubmitFlags, resubmitRuns } from "../commands/resubmit.ts";
import { retryFlags, retryRuns } from "../commands/retry.ts";
import { defineCommand } from "../command.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { printStructured, rowToJson } from "../render/structured.ts";
import { formatTable } from "../render/table.ts";
import { cleanText } from "../render/text-width.ts";
import { labelsOf } from "../select/run-labels.ts";
import { filterRuns, runFilterFlags } from "../select/select-runs.ts";

export type ArchiveWord =
  "list" | "get" | "delete" | "retry" | "resubmit" | "list-label-keys" | "list-label-values";

const named = { completes: "runs", operandsAtLeast: 1 } as const;
const bare = { completes: "nothing", operands: "", operandsAtLeast: 0, operandsAtMost: 0 } as const;

export function defineArchive(word: ArchiveWord, summary: string): Command {
  const head = { name: `archive ${word}`, summary };
  const example = (rest: string, does: string) => ({
    examples: [{ line: `millrace archive ${word}${rest}`, does }],
  });
  switch (word) {
    case "list":
      return defineArchiveList(head);
    case "list-label-keys":
      return defineCommand({
        ...head,
        ...bare,
        ...example("", "which labels there are"),
        flags: {},
        run: async ({ out, openHouse }) => {
          const rows = await listEnded(await openHouse());
          out.lines([...new Set(rows.flatMap((row) => Object.keys(labelsOf(row))))].toSorted());
          return exitCodes.succeeded;
        },
      });
    case "list-label-values":
      return defineLabelValues(head);
    case "delete":
      return defineArchiveDelete(head);
    case "get":
      return defineCommand({
        ...head,
        ...named,
        ...example(" 6f1c0d1e-...", "a run by its id"),
        operands: "ID|NAME",
        operandsAtMost: 1,
        flags: getFlags,
        run: showRun,
      });
    case "retry":
      return defineCommand({
        ...head,
        ...named,
        ...example(" my-run", "what failed, once more"),
        operands: "ID|NAME...",
        operandsAtMost: Infinity,
        flags: retryFlags,
        run: retryRuns,
      });
    case "resubmit":
      return defineCommand({
        ...head,
        ...named,
        ...example(" my-run", "the same again"),
        operands: "ID|NAME...",
        operandsAtMost: Infinity,
        flags: resubmitFlags,
        run: resubmitRuns,
      });
    default:
      return unreachable(word);
  }
}

interface Head {
  readonly name: string;
  readonly summary: string;
}

function defineArchiveList(head: Head): Command {
  const { namespace, labels, prefix, "field-selector": fields } = runFilterFlags;
  return defineCommand({
    ...head,
    ...bare,
    examples: [{ line: "millrace archive list -l team=a", does: "with their ids" }],
    flags: {
      namespace,
      labels,
      prefix,
      "field-selector": fields,
      headers: { kind: "switch", help: "column heads; --no-headers leaves them out" },
      output: {
        kind: "choice",
        short: "o",
        choices: ["json", "yaml", "wide", "name"],
        help: "for programs; name prints ids",
      },
    } as const,
    run: async ({ out, io, openHouse }, flags) => {
      const house = await openHouse();
      const rows = filterRuns(await house.list(), { ...flags, completed: true }, io.clock.now());
      const { output } = flags;
      if (output === "json" || output === "yaml") printStructured(out, output, rows.map(rowToJson));
      else if (output === "name") out.lines(rows.map(({ runId }) => runId));
      else {
        const titles = flags.headers === false ? undefined : ["NAMESPACE", "NAME", "STATUS", "UID"];
        out.lines(
          formatTable(
            titles,
            rows.map(({ namespace = "default", name, shownPhase, runId }) => [
              cleanText(namespace),
              cleanText(name),
              shownPhase,
              runId,
            ]),
          ),
        );
      }
      return exitCodes.succeeded;
    },
  });
}

function defineLabelValues(head: Head): Command {
  return defineCommand({
    ...head,
    ...bare,
    examples: [{ line: "millrace archive list-label-values -l team", does: "all teams" }],
    flags: { selector: { kind: "text", short: "l", value: "LABEL", help: "the name of the label" } } as const,
    run: async ({ out, openHouse }, { selector }) => {
      if (selector === undefined || selector === "")
        throw new MillraceError("cli/bad-arguments", "invalid", `${head.name} needs -l LABEL`);
      const rows = await listEnded(await openHouse());
      const values = rows
        .map(labelsOf)
        .flatMap((labels) => (Object.hasOwn(labels, selector) ? [labels[selector] ?? ""] : []));
      out.lines([...new Set(values)].toSorted().map(cleanText));
      return exitCodes.succeeded;
    },
  });
}

function defineArchiveDelete(head: Head): Command {
  return defineCommand({
    ...head,
    ...named,
    examples: [{ line: "millrace archive delete 6f1c0d1e-...", does: "a run by its id" }],
    operands: "ID|NAME...",
    operandsAtMost: Infinity,
    flags: {},
    run: async ({ out, openHouse }, _flags, operands) => {
      const house = await openHouse();
      for (const operand of operands) {
        const { name } = await house.find(operand);
        await house.remove(name);
        out.line(`Archived workflow '${cleanText(operand)}' deleted`);
      }
      return exitCodes.succeeded;
    },
  });
}

async function listEnded(house: House): Promise<readonly RunRow[]> {
  return (await house.list()).filter(({ endedAt }) => endedAt !== undefined);
}
