/** `millrace lint`: checks documents without running anything. All files of a call are definitions for each other. */
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { House } from "../../api/house.ts";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { MillraceError } from "../../base/errors.ts";
import type { FlagValues } from "../arguments/flag-table.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { readDocument } from "../read-input.ts";
import type { InputText } from "../read-input.ts";
import { countOf, countProblems, formatDiagnostic, formatDiagnosticLine } from "../render/diagnostics.ts";
import { printStructured } from "../render/structured.ts";

interface Checked {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** The linters of single kinds have them as well. */
export const lintFlags = {
  output: {
    kind: "choice",
    short: "o",
    choices: ["pretty", "simple", "json"],
    help: "with excerpts (default), one line each, or for programs",
  },
  strict: {
    kind: "switch",
    help: "unknown fields and doubled keys are errors (default); --no-strict makes them warnings",
  },
  with: { kind: "list", value: "FILE", help: "definitions that are not checked themselves" },
  offline: { kind: "switch", help: "does nothing: checking is always local" },
} as const;

export const command = defineCommand({
  name: "lint",
  summary: "check documents without running them",
  operands: "FILE|FOLDER|-...",
  operandsAtLeast: 1,
  operandsAtMost: Infinity,
  completes: "files",
  details: [
    "Folders are searched for .yaml, .yml and .json that hold workflow documents. Documents may refer to each other",
    "across all files of the call.",
    "Exit code 2 when there is an error; warnings alone give 0.",
  ],
  flags: {
    ...lintFlags,
    kinds: {
      kind: "text",
      value: "KIND,...",
      help: "only documents of these kinds: workflows, workflowtemplates, cronworkflows, ...; all (default)",
    },
  } as const,
  examples: [
    { line: "millrace lint workflow.yaml", does: "one file" },
    { line: "millrace lint workflows/", does: "everything in a folder" },
    { line: "millrace lint -o simple workflows/ ", does: "one line per problem, for editors" },
  ],
  run: async (context, flags, operands) => {
    const { parseKinds } = await import("../definitions/definition-noun.ts");
    return lintDocuments(context, flags, operands, parseKinds(flags.kinds ?? "all"));
  },
});

type Kinds = Parameters<House["pickKinds"]>[2];

/** Checks what the operands mean, of the given kinds alone or of all; returns the exit code. */
export async function lintDocuments(
  context: CommandContext,
  flags: FlagValues<typeof lintFlags>,
  operands: readonly string[],
  kinds?: Kinds,
): Promise<number> {
  const { io } = context;
  const house = await context.openHouse();
  const { inputs, skipped } = await readInputs(context, house, operands);
  const chosen = pickInputs(house, inputs, kinds);
  const others = await Promise.all(flags.with.map((path) => readDocument(io, path)));
  const checked = await Promise.all(
    chosen.map(async (input): Promise<Checked> => {
      // Documents of other kinds in its file are definitions for it as well.
      const definitions = [...inputs, ...others].filter((other) => other !== input);
      const strict = flags.strict !== false;
      return {
        file: input.file,
        diagnostics: await house.lint(input.source, input.file, { strict, definitions }),
      };
    }),
  );
  print(context, checked, skipped, flags.output ?? "pretty");
  const hasErrors = checked.some(({ diagnostics }) =>
    diagnostics.some(({ severity }) => severity === "error"),
  );
  return hasErrors ? exitCodes.usage : exitCodes.succeeded;
}

function pickInputs(
  house: House,
  inputs: readonly InputText[],
  kinds: Kinds | undefined,
): readonly InputText[] {
  if (kinds === undefined) return inputs;
  const picked = inputs.flatMap((input): readonly InputText[] => {
    const source = house.pickKinds(input.source, input.file, kinds);
    return source === undefined ? [] : [{ ...input, source }];
  });
  if (picked.length > 0) return picked;
  const files = inputs.map(({ file }) => file).join(", ");
  const message = `found nothing to lint in the specified paths: no ${kinds.join(", ")} in ${files}`;
  throw new MillraceError("cli/no-documents", "not-found", message);
}

/** The documents that the operands mean. Of what lies in folders, texts that are no documents are left out and counted. */
export async function readInputs(
  { io }: CommandContext,
  house: House,
  operands: readonly string[],
): Promise<{ readonly inputs: readonly InputText[]; readonly skipped: number }> {
  const named = new Set<string>();
  const paths = new Set<string>();
  for (const operand of operands) {
    const found = await listFolder(io.cwd, operand);
    if (found === undefined) named.add(operand);
    for (const path of found ?? [operand]) paths.add(path);
  }
  const texts = await Promise.all(
    [...paths].map(async (path) => ({ path, input: await readDocument(io, path) })),
  );
  const inputs = texts
    .filter(({ path, input }) => named.has(path) || house.recognizes(input.source, input.file))
    .map(({ input }) => input);
  if (inputs.length === 0) {
    const what = texts.length === 0 ? "no .yaml, .yml or .json" : "no workflow documents";
    throw new MillraceError("cli/no-documents", "not-found", `${what} below ${operands.join(", ")}`);
  }
  return { inputs, skipped: texts.length - inputs.length };
}

/** The documents below a folder, in order of their paths; undefined for what is no folder. */
async function listFolder(cwd: string, operand: string): Promise<readonly string[] | undefined> {
  if (operand === "-") return undefined;
  const found = await stat(resolve(cwd, operand)).catch(() => undefined);
  if (found?.isDirectory() !== true) return undefined;
  const names = await readdir(resolve(cwd, operand), { recursive: true });
  return names
    .filter(
      (name) =>
        /\.(?:ya?ml|json)$/i.test(name) && !/(?:^|[/\\])(?:node_modules|\.[^/\\]+)(?:[/\\]|$)/.test(name),
    )
    .sort()
    .map((name) => join(operand, name));
}

function print(
  { io, out, style }: CommandContext,
  checked: readonly Checked[],
  skipped: number,
  output: "pretty" | "simple" | "json",
): void {
  if (output === "json") {
    const files = checked.map(({ file, diagnostics }) => ({
      file,
      diagnostics: diagnostics.map((diagnostic) => toJson(diagnostic)),
    }));
    printStructured(out, "json", { files });
    return;
  }
  for (const { file, diagnostics } of checked) {
    for (const diagnostic of diagnostics) {
      if (output === "simple") out.line(formatDiagnosticLine(diagnostic, file));
      else out.lines([...formatDiagnostic(diagnostic, file, io.columns, style), ""]);
    }
  }
  if (output === "simple") return;
  const problems = countProblems(checked.flatMap(({ diagnostics }) => diagnostics));
  const files = countOf(checked.length, "file");
  const others = skipped === 0 ? "" : `; ${countOf(skipped, "other file")} without workflow documents`;
  const isBad = checked.some(({ diagnostics }) => diagnostics.some(({ severity }) => severity === "error"));
  const mark = style.utf8 ? (isBad ? "✖" : "✔") : isBad ? "x" : "+";
  out.line(
    `${style.paint(isBad ? "bad" : "good", mark)} ${problems === "" ? "no linting errors found" : problems} in ${files}${others}`,
  );
}

function toJson({ code, severity, message, position, excerpt, hint }: Diagnostic) {
  return {
    code,
    severity,
    message,
    ...(position === undefined ? {} : { file: position.file, line: position.line, column: position.column }),
    ...(excerpt === undefined ? {} : { excerpt }),
    ...(hint === undefined ? {} : { hint }),
  };
}
