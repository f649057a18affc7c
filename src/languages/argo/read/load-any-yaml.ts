/**
 * Loads whatever is YAML: one plain load by js-yaml.
 * Only when that fails is more done: duplicate keys are found and reported (the last one counts), and after a syntax
 * error the other documents of the file are still read.
 * Never throws, whatever the text. Few documents need this module, so it exports functions only and can be loaded late.
 */
import { loadAll, YAMLException } from "js-yaml";
import type { Diagnostic } from "../../../base/diagnostic.ts";
import type { Json } from "../../../base/json.ts";
import { makeDiagnostic, nameDocuments } from "./loaded-document.ts";
import type { Chunk, LoadedDocument, LoadedText } from "./loaded-document.ts";
import { skipToValue } from "./source-text.ts";
import type { SourceText } from "./source-text.ts";
import { yamlOptions } from "./yaml-options.ts";
import { readYamlPositions } from "./yaml-positions.ts";

/** More duplicates than anybody reads are not reported. */
const mostDuplicates = 500;

const duplicateKey = "duplicated mapping key";

/** Loads all documents of the text, the good ones beside bad ones. */
export function loadAnyYaml(whole: Chunk, source: SourceText, strict: boolean): LoadedText {
  const diagnostics: Diagnostic[] = [];
  const first = loadChunk(whole, false);
  if (first.error === undefined) {
    return { source, documents: nameDocuments(first.values, whole), diagnostics };
  }
  const chunks = first.error.reason === duplicateKey ? [whole] : splitDocuments(whole);
  const documents = chunks.flatMap((chunk) => loadWithReports(chunk, source, strict, diagnostics));
  return { source, documents, diagnostics };
}

function loadChunk(
  chunk: Chunk,
  lastWins: boolean,
): { readonly values: readonly unknown[]; readonly error?: YAMLException } {
  try {
    return { values: loadAll(chunk.text, null, { ...yamlOptions, json: lastWins }) };
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
  if (loaded.error?.reason === duplicateKey) {
    loaded = loadChunk(chunk, true);
    const { duplicates } = readYamlPositions(chunk.text);
    for (const { key, offset } of duplicates.slice(0, mostDuplicates)) {
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
