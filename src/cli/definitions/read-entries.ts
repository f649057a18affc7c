/**
 * Entries of a ConfigMap or a Secret from the command line, as `kubectl create configmap|secret generic` takes them:
 * literals, files, folders of files, and files of variables; and, so that no value need stand in a command line, variables of
 * the environment.
 */
import { isUtf8 } from "node:buffer";
import { readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { MillraceError } from "../../base/errors.ts";
import type { FlagTable } from "../arguments/flag-table.ts";
import type { CliIo } from "../io.ts";
import { readContent, readDocument } from "../read-input.ts";

export const entryFlags = {
  "from-literal": { kind: "list", value: "KEY=VALUE", help: "an entry; may be repeated" },
  "from-file": {
    kind: "list",
    value: "[KEY=]FILE",
    help: "the content of a file, under its name or KEY; `-` is standard input; every file of a folder",
  },
  "from-env-file": {
    kind: "list",
    value: "FILE",
    help: "lines KEY=VALUE; a line with KEY alone takes it from the environment",
  },
  "from-env": {
    kind: "list",
    value: "KEY[=VARIABLE]",
    help: "the value of a variable of the environment",
  },
} as const satisfies FlagTable;

export interface EntryWishes {
  readonly "from-literal": readonly string[];
  readonly "from-file": readonly string[];
  readonly "from-env-file": readonly string[];
  readonly "from-env": readonly string[];
}

type Entry = readonly [key: string, value: string | Buffer];

export interface Entries {
  /** Texts by key. */
  readonly texts: Readonly<Record<string, string>>;
  /** What is no text in UTF-8, as base64 by key. */
  readonly bytes: Readonly<Record<string, string>>;
}

/** Throws `cli/bad-arguments` for a key that is none, or is there twice. */
export async function readEntries(io: CliIo, wishes: EntryWishes): Promise<Entries> {
  const entries: Entry[] = wishes["from-literal"].map(readLiteral);
  for (const text of wishes["from-file"]) entries.push(...(await readFileEntries(io, text)));
  for (const file of wishes["from-env-file"]) entries.push(...(await readEnvFile(io, file)));
  for (const text of wishes["from-env"]) entries.push(readVariable(io, text));
  const texts = new Map<string, string>();
  const bytes = new Map<string, string>();
  for (const [key, value] of entries) {
    checkKey(key);
    if (texts.has(key) || bytes.has(key)) throw badArguments(`the key '${key}' is given twice`);
    if (typeof value === "string") texts.set(key, value);
    else if (isUtf8(value)) texts.set(key, value.toString("utf8"));
    else bytes.set(key, value.toString("base64"));
  }
  return { texts: Object.fromEntries(texts), bytes: Object.fromEntries(bytes) };
}

function readLiteral(text: string): Entry {
  const equals = text.indexOf("=");
  // The text is not shown: most of it may be a value that nobody should see.
  if (equals <= 0) throw badArguments("--from-literal must be KEY=VALUE");
  return [text.slice(0, equals), text.slice(equals + 1)];
}

async function readFileEntries(io: CliIo, text: string): Promise<readonly Entry[]> {
  const equals = text.indexOf("=");
  const key = equals > 0 ? text.slice(0, equals) : undefined;
  const file = equals >= 0 ? text.slice(equals + 1) : text;
  if (file === "" || equals === 0) throw badArguments(`--from-file must be [KEY=]FILE, found '${text}'`);
  const path = resolve(io.cwd, file);
  if (file === "-" && key === undefined)
    throw badArguments("--from-file needs a KEY for standard input: --from-file KEY=-");
  if (file !== "-" && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    if (key !== undefined) throw badArguments(`${file} is a folder, which cannot be one entry`);
    return readFolder(io, path);
  }
  return [[key ?? basename(path), await readContent(io, file)]];
}

/** As kubectl: what is no plain file, or has no name that could be a key, is left out. */
async function readFolder(io: CliIo, folder: string): Promise<readonly Entry[]> {
  const names = readdirSync(folder)
    .filter(
      (name) => isKey(name) && statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true,
    )
    .sort();
  return Promise.all(names.map(async (name) => [name, await readContent(io, join(folder, name))] as const));
}

/** kubectl: blanks before a line, empty lines and lines that begin with # do not count; a value is taken as it stands. */
async function readEnvFile(io: CliIo, file: string): Promise<readonly Entry[]> {
  const { source } = await readDocument(io, file);
  const lines = source.replace(/^\u{FEFF}/u, "").split(/\r?\n/u);
  return lines.flatMap((line, index) => {
    const text = line.trimStart();
    if (text === "" || text.startsWith("#")) return [];
    const equals = text.indexOf("=");
    const name = equals < 0 ? text.trimEnd() : text.slice(0, equals);
    if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/u.test(name))
      throw badArguments(
        `${file}:${index + 1}: a line must be KEY=VALUE, and a key letters, digits, -, _ or .`,
      );
    if (equals >= 0) return [[name, text.slice(equals + 1)] as const];
    const value = io.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
}

function readVariable(io: CliIo, text: string): Entry {
  const [key = "", variable = key] = text.split("=", 2);
  const value = io.env[variable];
  if (value !== undefined) return [key, value];
  throw badArguments(`--from-env: there is no variable '${variable}' in the environment`);
}

/** Kubernetes core/v1: keys of ConfigMaps and Secrets. */
function isKey(text: string): boolean {
  return /^[-._a-zA-Z0-9]{1,253}$/u.test(text) && text !== "." && !text.startsWith("..");
}

function checkKey(key: string): void {
  if (!isKey(key))
    throw badArguments(`'${key}' cannot be a key: letters, digits, -, _ and . make one, at most 253 of them`);
}

function badArguments(message: string): MillraceError {
  return new MillraceError("cli/bad-arguments", "invalid", message);
}
