/** `template list`, `template get` and the same for the other kinds. */
import type { DefinitionPicture } from "../../api/definitions.ts";
import { defineCommand } from "../command.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { formatDuration, formatTime } from "../render/durations.ts";
import { printStructured } from "../render/structured.ts";
import { formatTable } from "../render/table.ts";
import { cleanText } from "../render/text-width.ts";
import { parseLabelSelector } from "../select/label-selector.ts";
import type { DefinitionNoun } from "./definition-noun.ts";
import {
  definitionNamespaceFlag,
  definitionToJson,
  formatDefinition,
  isInNamespace,
  isSuspended,
  listSchedules,
  timezoneOf,
} from "./definition-text.ts";

export function defineList({ word, kind, many }: DefinitionNoun): Command {
  return defineCommand({
    name: `${word} list`,
    summary: `list ${many}`,
    operands: "",
    operandsAtLeast: 0,
    operandsAtMost: 0,
    completes: "nothing",
    flags: {
      labels: {
        kind: "list",
        short: "l",
        aliases: ["selector"],
        value: "SELECTOR",
        help: "only those with these labels, such as team=a,stage!=test",
      },
      ...definitionNamespaceFlag,
      headers: { kind: "switch", help: "column heads; --no-headers leaves them out" },
      output: {
        kind: "choice",
        short: "o",
        choices: ["json", "yaml", "wide", "name"],
        help: "for programs, or with more columns",
      },
    } as const,
    examples: [{ line: `millrace ${word} list`, does: `all ${many}` }],
    run: async ({ io, out, err, openHouse }, flags) => {
      const house = await openHouse();
      const tests = flags.labels.map(parseLabelSelector);
      const found = (await house.definitions.list(kind)).filter(
        (one) => isInNamespace(one, flags.namespace) && tests.every((test) => test(one.labels)),
      );
      const { output } = flags;
      if (output === "json" || output === "yaml") printStructured(out, output, found.map(definitionToJson));
      else if (output === "name") out.lines(found.map(({ name }) => name));
      else if (found.length === 0) err.line(`no ${many} in ${house.home}`);
      else {
        const columns = kind === "CronWorkflow" ? cronColumns : templateColumns;
        const shown = output === "wide" ? [...columns, ...wideColumns] : columns;
        const head = flags.headers === false ? undefined : shown.map(([title]) => title);
        const now = io.clock.now();
        out.lines(
          formatTable(
            head,
            found.map((one) => shown.map(([, cell]) => cell(one, now))),
          ),
        );
      }
      return exitCodes.succeeded;
    },
  });
}

type Column = readonly [string, (definition: DefinitionPicture, now: number) => string];

const templateColumns: readonly Column[] = [
  ["NAME", ({ name }) => cleanText(name)],
  ["VERSION", ({ version }) => String(version)],
  ["AGE", ({ createdAt }, now) => formatDuration(now - createdAt)],
];

const cronColumns: readonly Column[] = [
  ["NAME", ({ name }) => cleanText(name)],
  ["AGE", ({ createdAt }, now) => formatDuration(now - createdAt)],
  ["LAST RUN", describeLastRun],
  ["NEXT RUN", describeNextRun],
  ["SCHEDULES", (definition) => cleanText(listSchedules(definition).join(","))],
  ["TIMEZONE", (definition) => cleanText(timezoneOf(definition))],
  ["SUSPENDED", (definition) => String(isSuspended(definition))],
];

const wideColumns: readonly Column[] = [
  ["UPDATED", ({ updatedAt }) => formatTime(updatedAt)],
  ["ID", ({ uid }) => uid],
  [
    "LABELS",
    ({ labels }) =>
      cleanText(
        Object.entries(labels)
          .map(([name, value]) => `${name}=${value}`)
          .join(","),
      ),
  ],
];

function describeLastRun({ status }: DefinitionPicture, now: number): string {
  const last = status["lastScheduledTime"];
  const at = typeof last === "string" ? Date.parse(last) : Number.NaN;
  return Number.isNaN(at) ? "N/A" : formatDuration(now - at);
}

/** How far it is away. */
function describeNextRun({ nextRunAt }: DefinitionPicture, now: number): string {
  return nextRunAt === undefined ? "N/A" : formatDuration(Math.max(0, nextRunAt - now));
}

export function defineGet({ word, kind, one, many }: DefinitionNoun): Command {
  return defineCommand({
    name: `${word} get`,
    summary: `show ${many}`,
    operands: "NAME...",
    operandsAtLeast: 1,
    operandsAtMost: Infinity,
    completes: "nothing",
    flags: {
      version: { kind: "number", value: "N", help: "this version instead of the latest one" },
      source: { kind: "switch", help: "print the text exactly as it was stored" },
      output: {
        kind: "choice",
        short: "o",
        choices: ["json", "yaml", "wide", "name"],
        help: "the whole object for programs, or its name",
      },
    } as const,
    examples: [
      { line: `millrace ${word} get NAME`, does: `what is known of ${one}` },
      { line: `millrace ${word} get NAME --source > file.yaml`, does: "its text, byte for byte" },
    ],
    run: async ({ io, out, openHouse }, flags, operands) => {
      const house = await openHouse();
      const { version, source, output } = flags;
      for (const [index, name] of operands.entries()) {
        const found = await house.definitions.get({ kind, name }, version);
        if (source === true) out.text(found.source);
        else if (output === "json" || output === "yaml") {
          if (index > 0 && output === "yaml") out.line("---");
          printStructured(out, output, definitionToJson(found));
        } else if (output === "name") out.line(found.name);
        else {
          if (index > 0) out.line();
          out.lines(formatDefinition(found, io.clock.now()));
        }
      }
      return exitCodes.succeeded;
    },
  });
}
