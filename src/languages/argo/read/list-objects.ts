/**
 * The objects of a file one by one, each with a text of its own: what is stored under a kind and a name.
 * The text of an object is exactly what stands in the file, without the marker in front of it; members of a List have
 * no text of their own and get JSON. Never throws, whatever the text: what cannot be read is left out.
 */
import { isJsonObject } from "../../../base/json.ts";
import type { Json, JsonObject } from "../../../base/json.ts";
import type { ListedObject } from "../../../model/run/language.ts";
import { loadYaml } from "./load-yaml.ts";

export function listObjects(source: string): readonly ListedObject[] {
  const parts = splitParts(source);
  if (parts.length === 1) return listPart(source);
  return parts.flatMap((part) => listPart(part.replace(/^---[ \t]*(?:\r?\n)?/u, "")));
}

/** Values of the objects of a file, Lists taken apart. */
export function listObjectValues(source: string): readonly JsonObject[] {
  return loadYaml(source, "", false).documents.flatMap(({ raw }) => takeApart(raw as Json | undefined));
}

/** A line that begins with the marker ends a document even inside a block of text. */
function splitParts(source: string): readonly string[] {
  return source.split(/^(?=---(?:[ \t\r\n]|$))/mu).filter((part) => part.trim() !== "");
}

function listPart(text: string): readonly ListedObject[] {
  const loaded = loadYaml(text, "", false).documents.map(({ raw }) => raw as Json | undefined);
  return loaded.flatMap((raw) =>
    takeApart(raw).map((value): ListedObject => {
      const isAlone = loaded.length === 1 && value === raw;
      return describe(value, isAlone ? text : `${JSON.stringify(value, undefined, 2)}\n`);
    }),
  );
}

/** The schema of the reader makes JSON values only. */
function takeApart(raw: Json | undefined): readonly JsonObject[] {
  if (!isJsonObject(raw)) return [];
  const { items } = raw;
  return raw["kind"] === "List" && Array.isArray(items) ? items.filter(isJsonObject) : [raw];
}

function describe(value: JsonObject, source: string): ListedObject {
  const { kind } = value;
  const metadata = isJsonObject(value["metadata"]) ? value["metadata"] : {};
  const labels = isJsonObject(metadata["labels"]) ? metadata["labels"] : {};
  const { name } = metadata;
  return {
    kind: typeof kind === "string" ? kind : "",
    name: typeof name === "string" ? name : "",
    labels: Object.fromEntries(
      Object.entries(labels).map(([label, text]) => [
        label,
        typeof text === "string" ? text : JSON.stringify(text),
      ]),
    ),
    value,
    source,
  };
}
