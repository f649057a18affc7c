/**
 * Volumes that are files with known contents (Kubernetes core/v1): ConfigMaps and Secrets that came with the submission,
 * what the downward API says, and projected volumes, which put these together in one directory.
 */
import type { Expression, Templated } from "../../../model/plan/expression.ts";
import type { AttemptVolume } from "../../../model/run/attempt.ts";
import type { DownwardFile, KeyToPath, ProjectedPart, Template, Volume } from "../read/types.ts";
import { readPodField, readResourceField } from "./downward-fields.ts";
import { dialects, intern, lowerLiteral, lowerText, report, settleText } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";
import { findObject, keepStored, reportMissingKey, reportMissingObject } from "./stored-references.ts";
import type { ObjectKind, StoredObject } from "./stored-references.ts";

type TextSource = Templated<AttemptVolume>["source"];

interface TextFile {
  readonly path: string;
  readonly text: string | Expression;
  readonly mode: number | undefined;
}

/** Files of an object whose name is known only when the attempt starts: those of some keys, or without any, of all. */
export interface ObjectFiles extends StoredObject {
  readonly items: readonly KeyToPath[];
  readonly mode?: number | undefined;
}

/** What is computed when the attempt starts; the texts of single files hold tags. */
export interface ComputedFiles {
  readonly wants: "texts" | "modes";
  readonly parts: readonly (ObjectFiles | (TextFile & { readonly text: string }))[];
}

interface VolumeParts {
  readonly parts: readonly (TextFile | ObjectFiles)[];
  readonly isSecret: boolean;
}

/** Undefined for a volume of another kind. */
export function lowerTextVolume(
  desk: Lowering,
  { name = "", configMap, secret, downwardAPI, projected }: Volume,
  template: Template,
  place: Place,
): TextSource | undefined {
  if (configMap !== undefined)
    return makeSource(desk, [listKeys(desk, { kind: "ConfigMap", ...configMap }, place)]);
  if (secret !== undefined)
    return makeSource(desk, [listKeys(desk, { kind: "Secret", ...secret, name: secret.secretName }, place)]);
  if (downwardAPI !== undefined)
    return makeSource(desk, [listFields(desk, downwardAPI.items, downwardAPI.defaultMode, template, place)]);
  if (projected === undefined) return undefined;
  const { sources = [], defaultMode } = projected;
  return makeSource(
    desk,
    sources.map((part) => listPart(desk, name, part, defaultMode, template, place)),
  );
}

const nothing: VolumeParts = { parts: [], isSecret: false };

function listPart(
  desk: Lowering,
  volume: string,
  { configMap, secret, downwardAPI, ...others }: ProjectedPart,
  defaultMode: number | undefined,
  template: Template,
  place: Place,
): VolumeParts {
  if (configMap !== undefined) return listKeys(desk, { kind: "ConfigMap", ...configMap, defaultMode }, place);
  if (secret !== undefined) return listKeys(desk, { kind: "Secret", ...secret, defaultMode }, place);
  if (downwardAPI !== undefined) return listFields(desk, downwardAPI.items, defaultMode, template, place);
  const [source = "nothing"] = Object.keys(others);
  report(
    desk,
    "error",
    "argo/unsupported-volume",
    `volume ${JSON.stringify(volume)} projects a ${source}, which only a cluster has`,
    place,
    "a configMap, a secret and the downwardAPI can be projected",
  );
  return nothing;
}

interface KeyWishes {
  readonly kind: ObjectKind;
  readonly name?: string | undefined;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
  readonly defaultMode?: number | undefined;
}

/** All keys, or those that are asked for; one that is not there is an error, unless the volume is optional. */
function listKeys(desk: Lowering, wishes: KeyWishes, place: Place): VolumeParts {
  const { kind, name: from = "", items = [], optional = false, defaultMode } = wishes;
  const isSecret = kind === "Secret";
  const name = settleText(desk, from);
  if (name.includes("{{"))
    return { parts: [keepStored(desk, { kind, name, optional, mode: defaultMode, items })], isSecret };
  const values = findValues(desk, kind, name);
  if (values === undefined) {
    if (!optional) reportMissingObject(desk, kind, name, place);
    return { parts: [], isSecret };
  }
  const wanted: readonly KeyToPath[] =
    items.length === 0 ? [...values.keys()].map((key) => ({ key, path: key })) : items;
  const parts = wanted.flatMap(({ key = "", path = "", mode = defaultMode }) => {
    const text = values.get(key);
    if (text !== undefined) return [{ path, text, mode }];
    const hint = `it has: ${[...values.keys()].join(", ")}; a volume with \`optional: true\` leaves out what is not there`;
    if (!optional) reportMissingKey(desk, { name, key }, kind, place, hint);
    return [];
  });
  return { parts, isSecret };
}

/** Volumes have `binaryData` as well. */
function findValues(desk: Lowering, kind: ObjectKind, name: string): ReadonlyMap<string, string> | undefined {
  const texts = findObject(desk, kind, name);
  const bytes = kind === "Secret" ? undefined : desk.around.binaryData.get(name);
  return texts === undefined || bytes === undefined ? texts : new Map([...texts, ...bytes]);
}

function listFields(
  desk: Lowering,
  items: readonly DownwardFile[] = [],
  defaultMode: number | undefined,
  template: Template,
  place: Place,
): VolumeParts {
  const parts = items.map(({ path = "", fieldRef, resourceFieldRef, mode = defaultMode }) => {
    const text =
      fieldRef === undefined
        ? readResourceField(desk, template, undefined, resourceFieldRef ?? {}, place)
        : readPodField(desk, template, fieldRef.fieldPath ?? "");
    return { path, text: lowerText(desk, text), mode };
  });
  return { parts, isSecret: false };
}

/** Where several have the same path, the last one counts, as in a projected volume. */
function makeSource(desk: Lowering, listed: readonly VolumeParts[]): TextSource {
  const parts = listed.flatMap((one) => one.parts);
  const secret = listed.some(({ isSecret }) => isSecret) ? { secret: true } : {};
  const files = parts.flatMap((part) => ("path" in part ? [part] : []));
  // A record may be computed as a whole, which the type of templated records does not say.
  if (files.length < parts.length)
    return { kind: "text", ...computeFiles(desk, parts), ...secret } as unknown as TextSource;
  const byPath = new Map(files.map((file) => [file.path, file]));
  const modes = [...byPath].flatMap(([path, { mode }]) =>
    mode === undefined ? [] : [[path, mode & 0o777] as const],
  );
  return {
    kind: "text",
    files: Object.fromEntries([...byPath].map(([path, { text }]) => [path, text])),
    ...(modes.length === 0 ? {} : { modes: Object.fromEntries(modes) }),
    ...secret,
  };
}

/** How many files there are only the run can tell. */
function computeFiles(
  desk: Lowering,
  listed: readonly (TextFile | ObjectFiles)[],
): { readonly files: Expression; readonly modes?: Expression } {
  const parts = listed.map((part) => {
    if (!("path" in part)) return part;
    const { text } = part;
    return { ...part, text: typeof text === "string" ? lowerLiteral(text) : text.source };
  });
  const compute = (wants: ComputedFiles["wants"]): Expression => {
    const source: ComputedFiles = { wants, parts };
    return intern(desk, dialects.storedFiles, JSON.stringify(source), "json");
  };
  const hasModes = parts.some(
    (part) =>
      part.mode !== undefined || ("items" in part && part.items.some(({ mode }) => mode !== undefined)),
  );
  return { files: compute("texts"), ...(hasModes ? { modes: compute("modes") } : {}) };
}
