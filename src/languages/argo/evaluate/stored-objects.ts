/**
 * ConfigMaps and Secrets whose names are known only while the run goes on: what came with the submission stands in the
 * notes of the run, Secrets as seals. What lies in them is never looked through for tags.
 */
import type { JsonObject } from "../../../base/json.ts";
import { isJsonObject } from "../../../base/json.ts";
import type { StoredKey, StoredObject } from "../lower/stored-references.ts";
import type { Reading } from "./names.ts";
import { ownMember } from "./own-member.ts";
import { renderText } from "./render.ts";
import type { Compiler, Rendered } from "./render.ts";

/** What a key holds; an optional one that is not there is empty. */
export function readKey(reading: Reading, reference: StoredKey, compiler: Compiler): Rendered {
  const key = renderText(reference.key, reading, compiler);
  if (!key.ok) return key;
  const object = readObject(reading, reference, compiler);
  if (!object.ok) return object;
  const text = findMember(object.texts, key.text) ?? (reference.optional ? "" : undefined);
  return text === undefined ? refuseKey(reference, object.name, key.text) : { ok: true, text };
}

/** The answer for a key that is not there. */
export function refuseKey(
  { kind }: StoredObject,
  name: string,
  key: string,
): Rendered & { readonly ok: false } {
  return { ok: false, message: `${kind} '${name}' with the key '${key}' is not stored`, absent: false };
}

type Read =
  | { readonly ok: true; readonly name: string; readonly texts: JsonObject }
  | (Rendered & { readonly ok: false });

/** The texts of an object by key. `files`: with `binaryData`, which variables do not have. */
export function readObject(
  reading: Reading,
  { kind, name: from, optional }: StoredObject,
  compiler: Compiler,
  files = false,
): Read {
  const rendered = renderText(from, reading, compiler);
  if (!rendered.ok) return rendered;
  const name = rendered.text;
  const texts = findObject(reading, kind === "Secret" ? "secrets" : "configMaps", name);
  if (texts === undefined && !optional)
    return { ok: false, message: `${kind} '${name}' is not stored`, absent: false };
  const bytes = files && kind !== "Secret" ? findObject(reading, "binaryData", name) : undefined;
  return { ok: true, name, texts: bytes === undefined ? (texts ?? {}) : { ...texts, ...bytes } };
}

type StoredObjects = "configMaps" | "secrets" | "binaryData";

/** What came with the submission under a name and a key. */
export function findStored(
  reading: Reading,
  objects: StoredObjects,
  name: string,
  key: string,
): string | undefined {
  return findMember(findObject(reading, objects, name) ?? {}, key);
}

export function findMember(texts: JsonObject, key: string): string | undefined {
  const text = ownMember(texts, key);
  return typeof text === "string" ? text : undefined;
}

function findObject(reading: Reading, objects: StoredObjects, name: string): JsonObject | undefined {
  const byName = reading.scope.run.notes[objects];
  const texts = isJsonObject(byName) ? ownMember(byName, name) : undefined;
  return isJsonObject(texts) ? texts : undefined;
}
