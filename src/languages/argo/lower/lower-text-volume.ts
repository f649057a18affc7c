/**
 * Volumes that are files with known contents (Kubernetes core/v1): ConfigMaps and Secrets that came with the submission,
 * what the downward API says, and projected volumes, which put these together in one directory.
 */
import type { Expression, Templated } from "../../../model/plan/expression.ts";
import type { AttemptVolume } from "../../../model/run/attempt.ts";
import type { DownwardFile, KeyToPath, ProjectedPart, Template, Volume } from "../read/types.ts";
import { readPodField, readResourceField } from "./downward-fields.ts";
import { describeMissing, hintMissing, lowerLookup, needStored } from "./lower-environment.ts";
import { dialects, intern, lowerText, report, settleText } from "./lowering.ts";
import type { Lowering, Place } from "./lowering.ts";

type TextSource = Templated<AttemptVolume>["source"];

interface TextFile {
  readonly path: string;
  readonly text: string | Expression;
  readonly mode: number | undefined;
  readonly secret: boolean;
}

/** Undefined for a volume of another kind. */
export function lowerTextVolume(
  desk: Lowering,
  { name = "", configMap, secret, downwardAPI, projected }: Volume,
  template: Template,
  place: Place,
): TextSource | undefined {
  if (configMap !== undefined) return lowerObject(desk, { kind: "ConfigMap", ...configMap }, place);
  if (secret !== undefined)
    return lowerObject(desk, { kind: "Secret", ...secret, name: secret.secretName }, place);
  if (downwardAPI !== undefined)
    return makeSource(listFields(desk, downwardAPI.items, downwardAPI.defaultMode, template));
  if (projected === undefined) return undefined;
  const { sources = [], defaultMode } = projected;
  return makeSource(sources.flatMap((part) => listPart(desk, name, part, defaultMode, template, place)));
}

/** All of an object whose name is known only when the attempt starts is looked up then, as one. */
function lowerObject(desk: Lowering, wishes: KeyWishes, place: Place): TextSource {
  const { kind, name = "", items = [], optional = false, defaultMode } = wishes;
  const isSecret = kind === "Secret";
  const settled = settleText(desk, name);
  if (!settled.includes("{{") || items.length > 0) return makeSource(listKeys(desk, wishes, place), isSecret);
  needStored(desk, kind);
  const lookUp = (mode: number | undefined): Expression => {
    const source = { kind, name: settled, optional, ...(mode === undefined ? {} : { mode: mode & 0o777 }) };
    return intern(desk, dialects.storedFiles, JSON.stringify(source), "json");
  };
  const source = {
    kind: "text",
    files: lookUp(undefined),
    ...(defaultMode === undefined ? {} : { modes: lookUp(defaultMode) }),
    ...(isSecret ? { secret: true } : {}),
  } as const;
  // A record may be computed as a whole, which the type of templated records does not say.
  return source as unknown as TextSource;
}

function listPart(
  desk: Lowering,
  volume: string,
  { configMap, secret, downwardAPI, ...others }: ProjectedPart,
  defaultMode: number | undefined,
  template: Template,
  place: Place,
): readonly TextFile[] {
  if (configMap !== undefined) return listKeys(desk, { kind: "ConfigMap", ...configMap, defaultMode }, place);
  if (secret !== undefined) return listKeys(desk, { kind: "Secret", ...secret, defaultMode }, place);
  if (downwardAPI !== undefined) return listFields(desk, downwardAPI.items, defaultMode, template);
  const [source = "nothing"] = Object.keys(others);
  report(
    desk,
    "error",
    "argo/unsupported-volume",
    `volume ${JSON.stringify(volume)} projects a ${source}, which only a cluster has`,
    place,
    "a configMap, a secret and the downwardAPI can be projected",
  );
  return [];
}

interface KeyWishes {
  readonly kind: "ConfigMap" | "Secret";
  readonly name?: string | undefined;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
  readonly defaultMode?: number | undefined;
}

/** All keys, or those that are asked for; one that is not there is an error, unless the volume is optional. */
function listKeys(
  desk: Lowering,
  { kind, name: from = "", items = [], optional = false, defaultMode }: KeyWishes,
  place: Place,
): readonly TextFile[] {
  const name = settleText(desk, from);
  const isSecret = kind === "Secret";
  if (items.length > 0 && name.includes("{{"))
    return items.map(({ key = "", path = "", mode = defaultMode }) => {
      const text = lowerLookup(desk, { name, key: settleText(desk, key), optional }, kind, true);
      return { path, text, mode, secret: isSecret };
    });
  const values = findValues(desk, kind, name);
  if (values === undefined) {
    if (!optional)
      report(desk, "error", codeOf(kind), describeMissing(kind, name), place, hintMissing(kind, name));
    return [];
  }
  const wanted: readonly KeyToPath[] =
    items.length === 0 ? [...values.keys()].map((key) => ({ key, path: key })) : items;
  return wanted.flatMap(({ key = "", path = "", mode = defaultMode }) => {
    const text = values.get(key);
    if (text !== undefined) return [{ path, text, mode, secret: isSecret }];
    if (!optional)
      report(
        desk,
        "error",
        codeOf(kind),
        `${kind} ${name} has no key ${JSON.stringify(key)}`,
        place,
        `it has: ${[...values.keys()].join(", ")}; a volume with \`optional: true\` leaves out what is not there`,
      );
    return [];
  });
}

/** Volumes have `binaryData` as well. */
function findValues(
  { around }: Lowering,
  kind: "ConfigMap" | "Secret",
  name: string,
): ReadonlyMap<string, string> | undefined {
  if (kind === "Secret") return around.secrets.get(name);
  const texts = around.configMaps.get(name);
  const bytes = around.binaryData.get(name);
  return texts === undefined || bytes === undefined ? texts : new Map([...texts, ...bytes]);
}

function codeOf(kind: "ConfigMap" | "Secret"): string {
  return kind === "Secret" ? "argo/unknown-secret" : "argo/unknown-config-map";
}

function listFields(
  desk: Lowering,
  items: readonly DownwardFile[] = [],
  defaultMode: number | undefined,
  template: Template,
): readonly TextFile[] {
  return items.map(({ path = "", fieldRef, resourceFieldRef, mode = defaultMode }) => {
    const text =
      fieldRef === undefined
        ? readResourceField(template, undefined, resourceFieldRef ?? {})
        : readPodField(desk, template, fieldRef.fieldPath ?? "");
    return { path, text: lowerText(desk, text), mode, secret: false };
  });
}

/** Where several have the same path, the last one counts, as in a projected volume. */
function makeSource(files: readonly TextFile[], isSecret = files.some(({ secret }) => secret)): TextSource {
  const modes = files.flatMap(({ path, mode }) =>
    mode === undefined ? [] : [[path, mode & 0o777] as const],
  );
  return {
    kind: "text",
    files: Object.fromEntries(files.map(({ path, text }) => [path, text])),
    ...(modes.length === 0 ? {} : { modes: Object.fromEntries(modes) }),
    ...(isSecret ? { secret: true } : {}),
  };
}
