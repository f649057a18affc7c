/** Files of a volume that are known only when the attempt starts (lower/lower-text-volume.ts). */
import type { Json } from "../../../base/json.ts";
import type { Evaluated } from "../../../model/run/scope.ts";
import type { ComputedFiles, ObjectFiles } from "../lower/lower-text-volume.ts";
import type { Reading } from "./names.ts";
import { renderText } from "./render.ts";
import type { Compiler, Rendered } from "./render.ts";
import { findMember, readObject, refuseKey } from "./stored-objects.ts";

interface StoredFile {
  readonly text: Json;
  readonly mode?: number | undefined;
}

type Files = ReadonlyMap<string, StoredFile>;

type Listed = { readonly ok: true; readonly files: Files } | (Rendered & { readonly ok: false });

/** Texts by path, or the permissions of those that have any; of several at one path the last counts. */
export function evaluateStoredFiles(reading: Reading, source: string, compiler: Compiler): Evaluated {
  const { wants, parts } = JSON.parse(source) as ComputedFiles;
  const files = new Map<string, StoredFile>();
  for (const part of parts) {
    const listed = "path" in part ? renderFile(reading, part, compiler) : listFiles(reading, part, compiler);
    if (!listed.ok) return listed;
    for (const [path, file] of listed.files) files.set(path, file);
  }
  const values = [...files].flatMap(([path, { text, mode }]): [string, Json][] => {
    if (wants === "texts") return [[path, text]];
    return mode === undefined ? [] : [[path, mode & 0o777]];
  });
  return { ok: true, value: Object.fromEntries(values) };
}

function renderFile(
  reading: Reading,
  { path, text, mode }: { readonly path: string; readonly text: string; readonly mode?: number | undefined },
  compiler: Compiler,
): Listed {
  const rendered = renderText(text, reading, compiler);
  return rendered.ok ? { ok: true, files: new Map([[path, { text: rendered.text, mode }]]) } : rendered;
}

/** All keys, or those that are asked for, at their paths. */
function listFiles(reading: Reading, wishes: ObjectFiles, compiler: Compiler): Listed {
  const { items, mode: usual, optional } = wishes;
  const object = readObject(reading, wishes, compiler, true);
  if (!object.ok) return object;
  const files = new Map<string, StoredFile>();
  for (const { key: from = "", path = "", mode = usual } of items) {
    const key = renderText(from, reading, compiler);
    if (!key.ok) return key;
    const text = findMember(object.texts, key.text);
    if (text !== undefined) files.set(path, { text, mode });
    else if (!optional) return refuseKey(wishes, object.name, key.text);
  }
  if (items.length === 0)
    for (const [key, text] of Object.entries(object.texts)) files.set(key, { text, mode: usual });
  return { ok: true, files };
}
