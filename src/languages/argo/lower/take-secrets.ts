/**
 * Takes the values out of the Secrets that lie among the documents of a file.
 * What is left of such a document is one line that still says its kind and name, and as many empty lines as it had, so
 * that documents keep their numbers and all others their positions.
 */
import { isJsonObject } from "../../../base/json.ts";
import type { Json, JsonObject } from "../../../base/json.ts";
import type { SecretTexts } from "../../../model/run/sealed-secret.ts";
import { findYamlValue } from "../read/load-any-yaml.ts";
import { readSecretTexts } from "./surroundings.ts";

/** `file` is for the interface's sake: nothing here is reported. A document that cannot be read is left to the checks. */
export function takeSecrets(
  source: string,
  _file: string,
): { readonly source: string; readonly secrets: SecretTexts } {
  if (!mayHoldSecret(source)) return { source, secrets: {} };
  const secrets: Record<string, Readonly<Record<string, string>>> = {};
  const parts = source.split(/^(?=---(?:[ \t\r\n]|$))/mu);
  const left = parts.map((part) => takeFromPart(part, secrets));
  return { source: left.join(""), secrets };
}

/** Most documents do not have the letters, and a pattern takes long to compile for them. */
function mayHoldSecret(text: string): boolean {
  return text.includes("Secret") && /\bSecret\b/u.test(text);
}

function takeFromPart(part: string, secrets: Record<string, Readonly<Record<string, string>>>): string {
  if (!mayHoldSecret(part)) return part;
  const marker = /^---[ \t]*/u.exec(part)?.[0] ?? "";
  const value = findYamlValue(part.slice(marker.length));
  if (value === undefined) return part;
  const emptied = emptySecrets(value, secrets);
  if (emptied === value) return part;
  const lineEnds = part.match(/\r?\n/gu) ?? [];
  const [first = "", ...others] = lineEnds;
  // The marker's own line end comes first, when it has one.
  const text = JSON.stringify(emptied);
  return /^---[ \t]*\r?\n/u.test(part)
    ? `${marker}${first}${text}${others.join("")}`
    : `${marker}${text}${lineEnds.join("")}`;
}

/** The same value when there was nothing to take. */
function emptySecrets(value: Json, secrets: Record<string, Readonly<Record<string, string>>>): Json {
  if (!isJsonObject(value)) return value;
  if (value["kind"] === "Secret") return emptySecret(value, secrets);
  const { items } = value;
  if (value["kind"] !== "List" || !Array.isArray(items)) return value;
  const emptied = items.map((item) => emptySecrets(item, secrets));
  return emptied.every((item, index) => item === items[index]) ? value : { ...value, items: emptied };
}

function emptySecret(secret: JsonObject, secrets: Record<string, Readonly<Record<string, string>>>): Json {
  const { metadata } = secret;
  const name = isJsonObject(metadata) ? metadata["name"] : undefined;
  const texts = readSecretTexts(secret);
  if (typeof name !== "string" || texts.size === 0) return secret;
  secrets[name] = Object.fromEntries(texts);
  const { data: _data, stringData: _stringData, ...rest } = secret;
  return rest;
}
