/** `millrace cp`: copies what tasks gave back into a folder, as plain files (argo cp). */
import { lstat, rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { House, RunPicture } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";
import type { Json } from "../../base/json.ts";
import type { FileValue } from "../../model/plan/plan.ts";
import { defineCommand } from "../command.ts";
import type { CommandContext } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { cleanText } from "../render/text-width.ts";

const usualPath = "{namespace}/{workflowName}/{nodeId}/outputs/{artifactName}";

export const command = defineCommand({
  name: "cp",
  summary: "copy artifacts of a run into a folder",
  operands: "NAME|@latest FOLDER",
  operandsAtLeast: 2,
  operandsAtMost: 2,
  completes: "runs",
  details: [
    "Copies every artifact that tasks of the run gave back and that is kept in the home. A file that is there already is",
    "replaced, a folder is not.",
  ],
  flags: {
    "artifact-name": { kind: "text", value: "NAME", help: "only artifacts of this name" },
    "template-name": { kind: "text", value: "NAME", help: "only artifacts of tasks of this template" },
    "node-id": { kind: "text", value: "ID", help: "only artifacts of the task with this id" },
    path: {
      kind: "text",
      value: "PATTERN",
      help: `folders below FOLDER (default ${usualPath}; there is also {templateName})`,
    },
  } as const,
  examples: [
    { line: "millrace cp my-run results", does: "all artifacts" },
    {
      line: "millrace cp @latest . --artifact-name report --path '{workflowName}'",
      does: "one, in a folder named after the run",
    },
  ],
  run: async (context, flags, [name = "", folder = ""]) => {
    const house = await context.openHouse();
    const picture = await house.get(name);
    const wanted = listArtifacts(picture).filter(
      (one) =>
        (flags["artifact-name"] ?? one.artifactName) === one.artifactName &&
        (flags["template-name"] ?? one.templateName) === one.templateName &&
        (flags["node-id"] ?? one.nodeId) === one.nodeId,
    );
    for (const one of wanted)
      await copyOne(context, house, one, resolve(context.io.cwd, folder), flags.path ?? usualPath);
    if (wanted.length === 0) context.err.line("no such artifacts");
    return exitCodes.succeeded;
  },
});

/** An artifact with what the pattern of a path may name. */
interface Found {
  readonly namespace: string;
  readonly workflowName: string;
  readonly nodeId: string;
  readonly templateName: string;
  readonly artifactName: string;
  readonly file: FileValue;
}

function listArtifacts({ row, state, view }: RunPicture): readonly Found[] {
  return view.rows(state).flatMap(({ task, template }) =>
    Object.entries(state.outputs.get(task)?.files ?? {}).map(([artifactName, file]) => ({
      namespace: row.namespace ?? "default",
      workflowName: row.name,
      nodeId: view.taskId(state, task),
      templateName: template,
      artifactName,
      file,
    })),
  );
}

async function copyOne(
  { out, err }: CommandContext,
  house: House,
  { file, ...names }: Found,
  folder: string,
  pattern: string,
): Promise<void> {
  if (file.kind === "absent") return;
  if (file.kind !== "artifact") {
    err.line(`note: ${cleanText(names.artifactName)} is not kept in the home, and is not copied`);
    return;
  }
  const path = fillPattern(pattern, names);
  const target = join(folder, path, file.artifact.fileName);
  if (relative(folder, target).startsWith("..")) {
    throw new MillraceError("cli/bad-arguments", "invalid", `--path '${pattern}' leads out of the folder`);
  }
  await makeRoom(target);
  // A FileValue is plain JSON.
  await house.exportArtifact(file as unknown as Json, target);
  out.line(`Created "${cleanText(file.artifact.fileName)}" in ${cleanText(join(folder, path))}`);
}

/** A file may be replaced; what a whole folder holds is not known here, so it stays. */
async function makeRoom(target: string): Promise<void> {
  const found = await lstat(target).catch(() => undefined);
  if (found?.isDirectory() !== true) return rm(target, { force: true });
  throw new MillraceError("cli/bad-arguments", "invalid", `there is a folder at ${target}`, {
    hint: "Remove it, or copy to another place.",
  });
}

function fillPattern(pattern: string, names: Readonly<Record<string, string>>): string {
  return pattern.replace(/\{(\w+)\}/gu, (whole, name: string) => {
    const value = Object.hasOwn(names, name) ? names[name] : undefined;
    if (value === undefined)
      throw new MillraceError("cli/bad-arguments", "invalid", `--path knows no ${whole}`, {
        hint: `It knows ${Object.keys(names)
          .map((known) => `{${known}}`)
          .join(", ")}.`,
      });
    // Names of people may hold what would lead elsewhere.
    return value.replace(/[/\\]/gu, "_").replace(/^\.+$/u, "_");
  });
}
