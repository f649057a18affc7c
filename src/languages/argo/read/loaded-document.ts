/** What loading a text gives: documents as they stand, the text, and what was wrong with it. */
import type { Diagnostic } from "../../../base/diagnostic.ts";
import { skipToValue } from "./source-text.ts";
import type { SourceText } from "./source-text.ts";
import { readYamlPositions } from "./yaml-positions.ts";
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
export interface Chunk {
  readonly text: string;
  readonly baseOffset: number;
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

/** Positions are looked for when somebody asks for one. */
export function nameDocuments(values: readonly unknown[], chunk: Chunk): readonly LoadedDocument[] {
  let positions: YamlPositions | undefined;
  const findPositions = (): YamlPositions => (positions ??= readYamlPositions(chunk.text));
  const toOffset = (offset: number): number => chunk.baseOffset + skipToValue(chunk.text, offset);
  return values.map((raw, index) => ({ raw, findRoot: () => findPositions().roots[index], toOffset }));
}
