/**
 * Loads the documents of a YAML or JSON text with Go's scalar rules.
 * JSON and simple YAML have readers of their own, which are much faster; all else is read by js-yaml.
 * Never throws, whatever the text.
 */
import { loadAnyYaml } from "./load-any-yaml.ts";
import { nameDocuments } from "./loaded-document.ts";
import type { Chunk, LoadedText } from "./loaded-document.ts";
import { readSimpleYaml } from "./read-simple-yaml.ts";
import { createSourceText, skipToValue } from "./source-text.ts";

export function loadYaml(text: string, file: string, strict: boolean): LoadedText {
  const source = createSourceText(file, text);
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const whole: Chunk = { text: start === 0 ? text : text.slice(start), baseOffset: start };
  const quick = parseJson(whole.text) ?? readSimpleYaml(whole.text);
  if (quick !== undefined) return { source, documents: nameDocuments([quick.value], whole), diagnostics: [] };
  return loadAnyYaml(whole, source, strict);
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
