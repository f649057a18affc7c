/** Reads what the command line names: documents, standard input, parameter files. */
import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { isJsonObject } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import { MillraceError } from "../base/errors.ts";
import type { CliIo } from "./io.ts";

export interface InputText {
  readonly source: string;
  /** As shown in messages: relative to the working folder where that is shorter. */
  readonly file: string;
}

/** A file, or standard input for `-`. Throws `cli/unreadable-file`. */
export async function readDocument(io: CliIo, operand: string): Promise<InputText> {
  if (operand === "-") return { source: await readStdin(io), file: "stdin" };
  const path = resolve(io.cwd, operand);
  const shown = relative(io.cwd, path);
  return { source: readText(path, operand), file: shown === "" || shown.startsWith("..") ? path : shown };
}

async function readStdin({ stdin }: CliIo): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

/** Read at once: loading the promises of node:fs would cost a run more than reading its document. */
function readText(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why =
      code === "ENOENT"
        ? "there is no such file"
        : code === "EISDIR"
          ? "it is a folder"
          : code === "EACCES"
            ? "permission denied"
            : String(cause);
    const hint =
      code === "EISDIR" ? { hint: "`millrace lint` takes folders; the other commands take files." } : {};
    throw new MillraceError(
      "cli/unreadable-file",
      code === "ENOENT" ? "not-found" : "invalid",
      `cannot read ${shown}: ${why}`,
      { ...hint, cause },
    );
  }
}

/**
 * Parameters from a file: a JSON object, or YAML with one mapping.
 * Texts, numbers and booleans are taken as they are written (`1.10` stays `1.10`); lists and mappings become JSON text.
 */
export async function readParameterFile(io: CliIo, operand: string): Promise<Record<string, string>> {
  const { source, file } = await readDocument(io, operand);
  const value = source.trimStart().startsWith("{") ? parseJson(source, file) : await parseYaml(source, file);
  if (!isJsonObject(value))
    throw new MillraceError("cli/bad-parameter-file", "invalid", `${file} must hold names with values`);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      typeof item === "string" ? item : JSON.stringify(item),
    ]),
  );
}

function parseJson(source: string, file: string): Json {
  try {
    return JSON.parse(source) as Json;
  } catch (cause) {
    throw new MillraceError("cli/bad-parameter-file", "invalid", `${file} is not JSON: ${String(cause)}`, {
      cause,
    });
  }
}

async function parseYaml(source: string, file: string): Promise<Json> {
  const { load, CORE_SCHEMA, FAILSAFE_SCHEMA } = await import("js-yaml");
  try {
    const typed = (load(source, { schema: CORE_SCHEMA }) ?? {}) as Json;
    const written = (load(source, { schema: FAILSAFE_SCHEMA }) ?? {}) as Json;
    if (!isJsonObject(typed) || !isJsonObject(written)) return typed;
    return Object.fromEntries(
      Object.entries(typed).map(([name, value]) => [
        name,
        isScalar(value) ? (written[name] ?? value) : value,
      ]),
    );
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw new MillraceError("cli/bad-parameter-file", "invalid", `${file} is not YAML: ${message}`, {
      cause,
    });
  }
}

function isScalar(value: Json): boolean {
  return typeof value === "number" || typeof value === "boolean" || typeof value === "string";
}
