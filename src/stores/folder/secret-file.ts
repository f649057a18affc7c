/**
 * One Secret as a file: a box (secret-box.ts), or, from versions that did not encrypt, plain JSON.
 * Files are written beside their place and moved there, so that a reader finds the old or the new one whole; and they are
 * on the disk before anybody is told, because the run that needs them may be.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { MillraceError } from "../../base/errors.ts";
import { isJsonObject } from "../../base/json.ts";
import type { Json, JsonObject } from "../../base/json.ts";
import { closeBox, openBox } from "./secret-box.ts";
import type { SecretBox, SecretKey } from "./secret-box.ts";
import type { SecretKeys } from "./secret-keys.ts";
import { syncFolder } from "../durable/sync-folder.ts";

export interface StoredSecret {
  readonly name: string;
  readonly texts: ReadonlyMap<string, string>;
  /** The key that it is encrypted with; absent: it is not. */
  readonly keyId?: string;
}

/** What can be known without the key. */
export interface SecretLabel {
  readonly name: string;
  readonly keys: readonly string[];
}

/** Undefined when there is no such file. MillraceError `secrets/unreadable`, `secrets/damaged`, or what SecretKeys refuses. */
export function readSecretFile(path: string, keys: SecretKeys): StoredSecret | undefined {
  const value = readObject(path);
  if (value === undefined) return undefined;
  const sealed = readSealed(value);
  if (sealed === undefined) return parseSecret(value) ?? refuseFile(path);
  const { label, box } = sealed;
  const what = `the Secret ${label.name}`;
  const key = keys.find(box.key);
  if (key === undefined) throw keys.refuse(box.key, `${what} is encrypted`);
  const opened = openBox(box, key, describePlace(path, label));
  const secret = opened === undefined ? undefined : parseSecret(parseObject(opened));
  if (secret !== undefined) return { ...secret, keyId: key.id };
  throw new MillraceError("secrets/damaged", "invalid", `${what} was changed since it was stored (${path})`, {
    hint: "Take the file from a copy of the home, or store the Secret again.",
  });
}

/** Needs no key. Undefined when there is no such file. MillraceError `secrets/unreadable`. */
export function readSecretLabel(path: string): SecretLabel | undefined {
  const value = readObject(path);
  if (value === undefined) return undefined;
  const label = readSealed(value)?.label;
  if (label !== undefined) return label;
  const { name, texts } = parseSecret(value) ?? refuseFile(path);
  return { name, keys: [...texts.keys()] };
}

export function writeSecretFile(
  path: string,
  { name, texts }: Pick<StoredSecret, "name" | "texts">,
  key: SecretKey,
): void {
  const label = { name, keys: [...texts.keys()] };
  const box = closeBox(JSON.stringify({ name, values: [...texts] }), key, describePlace(path, label));
  writeWhole(path, `${JSON.stringify({ ...box, label })}\n`);
}

/** What is written beside the box cannot be changed either, nor can the file take the place of another one. */
function describePlace(path: string, { name, keys }: SecretLabel): string {
  return JSON.stringify([basename(path), name, ...keys]);
}

function readObject(path: string): JsonObject | undefined {
  try {
    return parseObject(readFileSync(path, "utf8")) ?? refuseFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** For its owner alone, and on the disk. */
export function writeWhole(path: string, text: string): void {
  const beside = `${path}.${process.pid}.new`;
  try {
    writeFileSync(beside, text, { mode: 0o600, flush: true });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

function refuseFile(path: string): never {
  throw new MillraceError("secrets/unreadable", "invalid", `${path} is not a stored Secret`, {
    hint: "Delete the file, and run a document that brings the Secret with it.",
  });
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const parsed = JSON.parse(text) as Json;
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    // A file that somebody else wrote, or a disk tore; the caller says so.
    return undefined;
  }
}

function readSealed(value: JsonObject): { readonly label: SecretLabel; readonly box: SecretBox } | undefined {
  const { form, key, nonce, tag, box, label } = value;
  if (form !== 2 || typeof key !== "string" || typeof nonce !== "string") return undefined;
  if (typeof tag !== "string" || typeof box !== "string" || !isJsonObject(label)) return undefined;
  const { name, keys } = label;
  if (typeof name !== "string" || !Array.isArray(keys)) return undefined;
  const names = keys.filter((each) => typeof each === "string");
  return { label: { name, keys: names }, box: { form, key, nonce, tag, box } };
}

function parseSecret(value: JsonObject | undefined): StoredSecret | undefined {
  const { name, values } = value ?? {};
  if (typeof name !== "string" || !Array.isArray(values)) return undefined;
  const texts = new Map<string, string>();
  for (const pair of values) {
    const [key, text] = Array.isArray(pair) ? pair : [];
    if (typeof key !== "string" || typeof text !== "string") return undefined;
    texts.set(key, text);
  }
  return { name, texts };
}
