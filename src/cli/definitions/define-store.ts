/** `template create`, `apply`, `update` and the same for the other kinds: files become stored definitions. */
import type { StoredDefinition, StoreRequest } from "../../api/definitions.ts";
import type { CronOverrides } from "../../model/run/language.ts";
import type { FlagValues } from "../arguments/flag-table.ts";
import { readLabels, readPairs } from "../arguments/read-pairs.ts";
import { defineCommand } from "../command.ts";
import type { Command, CommandContext, CommandFacts } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { parameterFlags, submissionFlags } from "../drive/submission-flags.ts";
import { readDocument, readParameterFile } from "../read-input.ts";
import { printDiagnostics } from "../drive/print-diagnostics.ts";
import { printStructured } from "../render/structured.ts";
import { cleanText } from "../render/text-width.ts";
import { definitionToJson, formatDefinition } from "./definition-text.ts";
import type { DefinitionNoun } from "./definition-noun.ts";

type Mode = StoreRequest["mode"];

const details: Readonly<Record<Mode, string>> = {
  create: "A name that is stored already is refused.",
  apply: "What is stored already gets a new version, unless nothing has changed.",
  update: "What is not stored yet is refused; what is gets a new version, unless nothing has changed.",
};

const storeFlags = {
  strict: {
    kind: "switch",
    help: "unknown fields and doubled keys are errors (default); --no-strict allows them",
  },
  output: {
    kind: "choice",
    short: "o",
    choices: ["json", "yaml", "wide", "name"],
    help: "print what was stored for programs, or with more lines",
  },
} as const;

/** What `argo cron create` takes besides. */
const cronFlags = {
  schedule: { kind: "text", value: "SCHEDULE", help: "instead of the document's schedules" },
  name: { kind: "text", value: "NAME", help: "instead of the document's name" },
  "generate-name": {
    kind: "text",
    value: "PREFIX",
    help: "prefix of a name instead of the document's; the rest is made up",
  },
  entrypoint: { kind: "text", value: "NAME", help: "begin with this template instead of the document's" },
  labels: { kind: "list", short: "l", value: "NAME=VALUE,...", help: "further labels" },
  ...parameterFlags,
  "parameter-file": submissionFlags["parameter-file"],
} as const;

export function defineStore(noun: DefinitionNoun, mode: Mode): Command {
  const { kind } = noun;
  if (noun.word !== "cron") {
    return defineCommand({
      ...factsOf(noun, mode),
      flags: storeFlags,
      run: (context, flags, operands) =>
        storeFiles(context, operands, { mode, kinds: [kind], strict: flags.strict !== false }, flags.output),
    });
  }
  return defineCommand({
    ...factsOf(noun, mode),
    flags: { ...storeFlags, ...cronFlags } as const,
    run: async (context, flags, operands) => {
      const overrides = await readOverrides(context, flags);
      const strict = flags.strict !== false;
      const wishes = { mode, kinds: [kind], strict, ...(overrides === undefined ? {} : { overrides }) };
      return storeFiles(context, operands, wishes, flags.output);
    },
  });
}

/** Undefined when nothing is to be changed: then the text is stored as it is. */
async function readOverrides(
  { io }: CommandContext,
  flags: FlagValues<typeof cronFlags>,
): Promise<CronOverrides | undefined> {
  const { schedule, name, entrypoint } = flags;
  const namePrefix = flags["generate-name"];
  const files = await Promise.all(flags["parameter-file"].map((file) => readParameterFile(io, file)));
  const parameters: Record<string, string> = {
    ...Object.assign({}, ...files),
    ...readPairs("parameter", flags.parameter),
  };
  const labels = readLabels(flags.labels);
  const overrides: CronOverrides = {
    ...(schedule === undefined ? {} : { schedule }),
    ...(name === undefined ? {} : { name }),
    ...(namePrefix === undefined ? {} : { namePrefix }),
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
  };
  return Object.keys(overrides).length === 0 ? undefined : overrides;
}

function factsOf(noun: DefinitionNoun, mode: Mode): Omit<CommandFacts, "flags"> {
  const { word, kind, one, many } = noun;
  const name = `${word} ${mode}`;
  return {
    name,
    summary: mode === "update" ? `replace ${many}` : `store ${many}`,
    operands: "FILE|URL|-...",
    operandsAtLeast: 1,
    operandsAtMost: Infinity,
    completes: "files",
    details: [
      details[mode],
      `A file may hold several documents: every ${kind} in it is stored, or none when one is wrong.`,
      "Versions are kept; a run keeps the ones it was made from.",
    ],
    examples: [{ line: `millrace ${name} ${word}.yaml`, does: `${mode} ${one} from a file` }],
  };
}

/** Stores file by file; the first one that is refused ends it. */
export async function storeFiles(
  context: CommandContext,
  operands: readonly string[],
  wishes: Omit<StoreRequest, "source" | "file">,
  output: "json" | "yaml" | "wide" | "name" | undefined,
): Promise<number> {
  const house = await context.openHouse();
  // As argo answers; a file with everything in it is another matter.
  const isSingleKind = wishes.kinds.length === 1;
  for (const operand of operands) {
    const input = await readDocument(context.io, operand);
    const answer = await house.definitions.store({ ...input, ...wishes });
    await printDiagnostics(context, answer.ok ? answer.warnings : answer.diagnostics, input.file, "stored");
    if (!answer.ok) return exitCodes.usage;
    noteLeftAlone(context, answer.leftAlone, input.file);
    for (const stored of answer.stored) printStored(context, stored, output, isSingleKind);
  }
  return exitCodes.succeeded;
}

function noteLeftAlone({ err }: CommandContext, kinds: readonly string[], file: string): void {
  const named = [...new Set(kinds.filter((kind) => kind !== ""))];
  if (named.length > 0) err.line(`note: not stored by this command in ${file}: ${named.join(", ")}`);
}

function printStored(
  context: CommandContext,
  { change, definition }: StoredDefinition,
  output: "json" | "yaml" | "wide" | "name" | undefined,
  isShown: boolean,
): void {
  const { out } = context;
  const { kind, name, version } = definition;
  if (output === "json" || output === "yaml") printStructured(out, output, definitionToJson(definition));
  else if (output === "name") out.line(name);
  else {
    out.line(`${kind} ${cleanText(name)} ${change} (version ${version})`);
    if (isShown || output === "wide") out.lines(formatDefinition(definition, context.io.clock.now()));
  }
}
