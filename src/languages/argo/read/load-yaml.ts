/**
 * Loads the documents of a YAML or JSON text with Go's scalar rules.
 * JSON and simple YAML have readers of their own, which are much faster; all else is one plain load by js-yaml.
 * Only when that fails is more done: duplicate keys are found and reported (the last one counts), and after a syntax
 * error the other documents of the file are still read.
 * Never throws, whatever the text.
 */
import { loadAll, YAMLException } from "js-yaml";
import type { LoadOptions } from "js-yaml";
import type { Diagnostic } from "../../../base/diagnostic.ts";
import type { Json } from "../../../base/json.ts";
import { goSchema } from "./go-scalars.ts";
import { readSimpleYaml } from "./read-simple-yaml.ts";
import { createSourceText } from "./source-text.ts";
import type { SourceText } from "./source-text.ts";
import { readYamlPositions, skipToValue } from "./yaml-positions.ts";
import type { PositionNode, YamlPositions } from "./yaml-positions.ts";

/** One loaded document and how to find positions in it. */
export interface LoadedDocument {
  readonly raw: unknown;
  /** The tree of positions, built when first asked for; undefined when there is none. */
  readonly findRoot: () => PositionNode | undefined;
  /** Turns an offset of a position node into one of the whole text. */
  readonly toOffset: (nodeOffset: number) => number;
}

export interface LoadedText {
  readonly source: SourceText;
  readonly documents: readonly LoadedDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A stretch of the text that is parsed on its own: the whole, or one document after an error elsewhere. */
interface Chunk {
  readonly text: string;
  readonly baseOffset: number;
}

/** js-yaml also knows limits that its types do not list: nesting, and keys copied by merges. */
const LIMITS: LoadOptions & { readonly maxDepth: number; readonly maxTotalMergeKeys: number } = {
  schema: goSchema,
  maxDepth: 250,
  maxTotalMergeKeys: 200_000,
};

/** More duplicates than anybody reads are not reported. */
const MOST_DUPLICATES = 500;

const DUPLICATE_KEY = "duplicated mapping key";

export function loadYaml(text: string, file: string, strict: boolean): LoadedText {
  const source = createSourceText(file, text);
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const whole: Chunk = { text: start === 0 ? text : text.slice(start), baseOffset: start };
  const quick = parseJson(whole.text) ?? readSimpleYaml(whole.text);
  if (quick !== undefined) return { source, documents: nameDocuments([quick.value], whole), diagnostics: [] };
  const diagnostics: Diagnostic[] = [];
  const first = loadChunk(whole, false);
  if (first.error === undefined) {
    return { source, documents: nameDocuments(first.values, whole), diagnostics };
  }
  const chunks = first.error.reason === DUPLICATE_KEY ? [whole] : splitDocuments(whole);
  const documents = chunks.flatMap((chunk) => loadWithReports(chunk, source, strict, diagnostics));
  return { source, documents, diagnostics };
}

/** JSON is parsed as such: it is much faster than YAML, and what servers receive. */
function parseJson(text: string): { readonly value: unknown } | undefined {
  const first = text.charCodeAt(skipToValue(text, 0));
  if (first !== 123 && first !== 91) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined; // Not JSON after all: YAML's flow style begins alike.
  }
}

function loadChunk(
  chunk: Chunk,
  lastWins: boolean,
): { readonly values: readonly unknown[]; readonly error?: YAMLException } {
  try {
    return { values: loadAll(chunk.text, null, { ...LIMITS, json: lastWins }) };
  } catch (error) {
    if (error instanceof YAMLException) return { values: [], error };
    if (error instanceof RangeError) return { values: [], error: new YAMLException("nested too deeply") };
    throw error;
  }
}

function loadWithReports(
  chunk: Chunk,
  source: SourceText,
  strict: boolean,
  diagnostics: Diagnostic[],
): readonly LoadedDocument[] {
  let loaded = loadChunk(chunk, false);
  if (loaded.error?.reason === DUPLICATE_KEY) {
    loaded = loadChunk(chunk, true);
    const { duplicates } = readYamlPositions(chunk.text, { ...LIMITS, json: true });
    for (const { key, offset } of duplicates.slice(0, MOST_DUPLICATES)) {
      const at = chunk.baseOffset + skipToValue(chunk.text, offset);
      const message = `the key ${JSON.stringify(key.slice(0, 100))} appears more than once; the last one counts`;
      diagnostics.push(
        makeDiagnostic("argo/duplicate-key", strict ? "error" : "warning", message, source, at),
      );
    }
  }
  if (loaded.error !== undefined) diagnostics.push(reportSyntaxError(loaded.error, chunk, source));
  return nameDocuments(loaded.values, chunk);
}

function reportSyntaxError(error: YAMLException, chunk: Chunk, source: SourceText): Diagnostic {
  const reason = error.reason;
  const offset = chunk.baseOffset + (error.mark?.position ?? 0);
  const deep = reason.startsWith("nest");
  const merged = reason.startsWith("merge keys") || reason.startsWith("abnormal merge");
  const code = deep ? "argo/too-deep" : merged ? "argo/too-many-aliases" : "argo/yaml-syntax";
  const message = deep ? "the document is nested too deeply" : `the YAML cannot be read: ${reason}`;
  return makeDiagnostic(code, "error", message, source, offset);
}

export function makeDiagnostic(
  code: string,
  severity: "error" | "warning",
  message: string,
  source: SourceText,
  offset: number,
): Diagnostic {
  const position = source.positionAt(offset);
  return { code, severity, message, position, excerpt: source.excerptAt(position) };
}

function nameDocuments(values: readonly unknown[], chunk: Chunk): readonly LoadedDocument[] {
  let positions: YamlPositions | undefined;
  const findPositions = (): YamlPositions =>
    (positions ??= readYamlPositions(chunk.text, { ...LIMITS, json: true }));
  const toOffset = (offset: number): number => chunk.baseOffset + skipToValue(chunk.text, offset);
  return values.map((raw, index) => ({ raw, findRoot: () => findPositions().roots[index], toOffset }));
}

/** Cuts at document markers: `---` in the first column ends a document even inside a block of text. */
function splitDocuments(whole: Chunk): readonly Chunk[] {
  const starts = [0];
  for (const match of whole.text.matchAll(/^---(?=[ \t\r\n]|$)/gm))
    if (match.index > 0) starts.push(match.index);
  return starts.map((start, index) => ({
    text: whole.text.slice(start, starts[index + 1] ?? whole.text.length),
    baseOffset: whole.baseOffset + start,
  }));
}

/** The value of a YAML text inside of a document, by Go's rules for scalars; undefined when it is not YAML. */
export function findYamlValue(text: string): Json | undefined {
  const { values, error } = loadChunk({ text, baseOffset: 0 }, true);
  // The schema makes JSON values only.
  return error === undefined ? (values[0] as Json | undefined) : undefined;
}

/** True when a text is YAML; for manifests inside of documents. */
export function canLoadYaml(text: string): boolean {
  const { error } = loadChunk({ text, baseOffset: 0 }, true);
  return error === undefined;
}
