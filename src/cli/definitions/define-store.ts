/** `template create`, `apply`, `update` and the same for the other kinds: files become stored definitions. */
import type { StoredDefinition, StoreRequest } from "../../api/definitions.ts";
import type { DefinitionKind } from "../../model/run/definition.ts";
import { defineCommand } from "../command.ts";
import type { Command, CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { readDocument } from "../read-input.ts";
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

export function defineStore(noun: DefinitionNoun, mode: Mode): Command {
  const { word, kind, one, many } = noun;
  const name = `${word} ${mode}`;
  return defineCommand({
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
    flags: storeFlags,
    examples: [{ line: `millrace ${name} ${word}.yaml`, does: `${mode} ${one} from a file` }],
    run: (context, flags, operands) =>
      storeFiles(context, operands, { mode, kinds: [kind], strict: flags.strict !== false }, flags.output),
  });
}

/** Stores file by file; the first one that is refused ends it. */
export async function storeFiles(
  context: CommandContext,
  operands: readonly string[],
  wishes: { readonly mode: Mode; readonly kinds: readonly DefinitionKind[]; readonly strict: boolean },
  output: "json" | "yaml" | "wide" | "name" | undefined,
): Promise<number> {
  const house = await context.openHouse();
  for (const operand of operands) {
    const input = await readDocument(context.io, operand);
    const answer = await house.definitions.store({ ...input, ...wishes });
    await printDiagnostics(context, answer.ok ? answer.warnings : answer.diagnostics, input.file, "stored");
    if (!answer.ok) return exitCodes.usage;
    noteLeftAlone(context, answer.leftAlone, input.file);
    for (const stored of answer.stored) printStored(context, stored, output);
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
): void {
  const { out } = context;
  const { kind, name, version } = definition;
  if (output === "json" || output === "yaml") printStructured(out, output, definitionToJson(definition));
  else if (output === "name") out.line(name);
  else {
    out.line(`${kind} ${cleanText(name)} ${change} (version ${version})`);
    if (output === "wide") out.lines(formatDefinition(definition, context.io.clock.now()));
  }
}
