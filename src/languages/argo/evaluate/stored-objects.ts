/**
 * ConfigMaps and Secrets whose names are known only while the run goes on: what came with the submission stands in the
 * notes of the run, Secrets as seals. What lies in them is never looked through for tags.
 */
import type { Json, JsonObject } from "../../../base/json.ts";
import { isJsonObject } from "../../../base/json.ts";
import type { Evaluated } from "../../../model/run/scope.ts";
import type { Reading } from "./names.ts";
import { renderText } from "./render.ts";
import type { Compiler, Rendered } from "./render.ts";

/** A key of a ConfigMap or Secret whose name is known only now. What lies there is not looked through for tags. */
export function evaluateStored(reading: Reading, source: string, compiler: Compiler): Evaluated {
  const fields = JSON.parse(source) as Readonly<Record<"kind" | "name" | "key", string>> & {
    readonly optional: boolean;
    readonly file?: boolean;
  };
  const name = renderText(fields.name, reading, compiler);
  if (!name.ok) return name;
  const key = renderText(fields.key, reading, compiler);
  if (!key.ok) return key;
  const objects = fields.kind === "Secret" ? "secrets" : "configMaps";
  const hasBytes = fields.file === true && fields.kind !== "Secret";
  const bytes = hasBytes ? findStored(reading, "binaryData", name.text, key.text) : undefined;
  const found = findStored(reading, objects, name.text, key.text) ?? bytes;
  const text = found ?? (fields.optional ? "" : undefined);
  return text === undefined
    ? { ok: false, message: `${fields.kind} '${name.text}' with the key '${key.text}' is not stored` }
    : { ok: true, value: text };
}

/** A whole ConfigMap or Secret whose name is known only now: texts by key, or the same permissions for each. */
export function evaluateStoredFiles(reading: Reading, source: string, compiler: Compiler): Evaluated {
  const fields = JSON.parse(source) as {
    readonly kind: string;
    readonly name: string;
    readonly optional: boolean;
    readonly mode?: number;
    /** Without `binaryData`, which variables do not have. */
    readonly only?: boolean;
  };
  const name = renderText(fields.name, reading, compiler);
  if (!name.ok) return name;
  const texts = findObject(reading, fields.kind === "Secret" ? "secrets" : "configMaps", name.text);
  if (texts === undefined)
    return fields.optional
      ? { ok: true, value: {} }
      : { ok: false, message: `${fields.kind} '${name.text}' is not stored` };
  const hasBytes = fields.kind !== "Secret" && fields.only !== true;
  const bytes = hasBytes ? (findObject(reading, "binaryData", name.text) ?? {}) : {};
  const files = { ...texts, ...bytes };
  const { mode } = fields;
  return {
    ok: true,
    value: mode === undefined ? files : Object.fromEntries(Object.keys(files).map((key) => [key, mode])),
  };
}

/** One of the variables of a container among which are all those of an object. */
type VariablePart =
  | { readonly name: string; readonly secret: boolean; readonly text: string }
  | { readonly name: string; readonly secret: boolean; readonly lookup: string }
  | {
      readonly kind: string;
      readonly object: string;
      readonly prefix: string;
      readonly optional: boolean;
    };

/** The variables of a container in order; of those with one name the last counts (Kubernetes core/v1, EnvFromSource). */
export function evaluateVariables(reading: Reading, source: string, compiler: Compiler): Evaluated {
  const found = new Map<string, Json>();
  for (const part of JSON.parse(source) as readonly VariablePart[]) {
    if ("object" in part) {
      const { kind, object, prefix, optional } = part;
      const all = evaluateStoredFiles(
        reading,
        JSON.stringify({ kind, name: object, optional, only: true }),
        compiler,
      );
      if (!all.ok) return all;
      for (const [key, value] of Object.entries(all.value as JsonObject))
        found.set(prefix + key, { name: prefix + key, value, secret: kind === "Secret" });
      continue;
    }
    const { name, secret } = part;
    const value =
      "lookup" in part
        ? evaluateStored(reading, part.lookup, compiler)
        : toValue(renderText(part.text, reading, compiler));
    if (!value.ok) return value;
    found.set(name, { name, value: typeof value.value === "string" ? value.value : "", secret });
  }
  return { ok: true, value: [...found.values()] };
}

function toValue(rendered: Rendered): Evaluated {
  return rendered.ok ? { ok: true, value: rendered.text } : rendered;
}

type StoredObjects = "configMaps" | "secrets" | "binaryData";

/** What came with the submission under a name and a key. */
export function findStored(
  reading: Reading,
  objects: StoredObjects,
  name: string,
  key: string,
): string | undefined {
  const texts = findObject(reading, objects, name);
  const text = texts !== undefined && Object.hasOwn(texts, key) ? texts[key] : undefined;
  return typeof text === "string" ? text : undefined;
}

function findObject(reading: Reading, objects: StoredObjects, name: string): JsonObject | undefined {
  const byName = reading.scope.run.notes[objects];
  const texts = isJsonObject(byName) && Object.hasOwn(byName, name) ? byName[name] : undefined;
  return isJsonObject(texts) ? texts : undefined;
}
