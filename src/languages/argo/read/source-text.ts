/**
 * Lines of a source text: turns offsets into positions and positions into excerpts.
 * The line table is made when first asked for, because most documents have no problem to point at.
 * Line ends are LF, CR LF and lone CR, as in YAML.
 */
import type { SourcePosition } from "../../../base/diagnostic.ts";

export interface SourceText {
  readonly file: string;
  readonly text: string;
  /** The position of an offset; offsets outside the text are moved to its ends. */
  readonly positionAt: (offset: number) => SourcePosition;
  /** The line that a position stands in, at most 160 units around its column. */
  readonly excerptAt: (position: SourcePosition) => string;
}

const longestExcerpt = 160;

export function createSourceText(file: string, text: string): SourceText {
  let table: readonly number[] | undefined;
  const lineStarts = (): readonly number[] => (table ??= findLineStarts(text));
  return {
    file,
    text,
    positionAt: (offset) => {
      const within = Math.max(0, Math.min(Number.isFinite(offset) ? Math.trunc(offset) : 0, text.length));
      const line = findLine(lineStarts(), within);
      return { file, line: line + 1, column: within - (lineStarts()[line] ?? 0) + 1, offset: within };
    },
    excerptAt: (position) => cutExcerpt(text, lineStarts(), position),
  };
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}

function findLine(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function cutExcerpt(text: string, starts: readonly number[], position: SourcePosition): string {
  const start = starts[position.line - 1] ?? 0;
  const end = starts[position.line] ?? text.length;
  const from = position.column <= longestExcerpt ? start : start + position.column - longestExcerpt / 2;
  return text.slice(from, Math.min(end, from + longestExcerpt)).replace(/[\r\n]+$/, "");
}

/** Moves an offset over blanks, line ends and comments to where the value begins. */
export function skipToValue(text: string, offset: number): number {
  let at = offset;
  while (at < text.length) {
    const char = text.charCodeAt(at);
    if (char === 35 && (at === 0 || isBlank(text.charCodeAt(at - 1)))) {
      while (at < text.length && text.charCodeAt(at) !== 10 && text.charCodeAt(at) !== 13) at += 1;
    } else if (isBlank(char)) at += 1;
    else return at;
  }
  return offset;
}

function isBlank(char: number): boolean {
  return char === 32 || char === 9 || char === 10 || char === 13;
}
