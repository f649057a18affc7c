/**
 * Problems of documents for people, one way for every command: position, code, sentence, the line itself with a caret
 * under the place, and what to do.
 */
import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Style } from "./style.ts";
import { cleanText, cropText, escapeControls, measureWidth } from "./text-width.ts";
import { ellipsis } from "./symbols.ts";

/** Lines of one problem. `file` stands for a problem without a position. */
export function formatDiagnostic(
  diagnostic: Diagnostic,
  file: string,
  columns: number,
  style: Style,
): readonly string[] {
  const { severity, code, position, excerpt } = diagnostic;
  const message = cleanText(diagnostic.message);
  const hint = diagnostic.hint === undefined ? undefined : cleanText(diagnostic.hint);
  const place = placeOf(diagnostic, file);
  const tone = severity === "error" ? "bad" : "warn";
  const lines = [
    `${style.paint("strong", place)}: ${style.paint(tone, severity)}: ${message} ${style.paint("quiet", `[${code}]`)}`,
  ];
  if (position !== undefined && excerpt !== undefined) {
    lines.push(...pointAt(excerpt, position.line, position.column, columns, style));
  }
  if (hint !== undefined) lines.push(`  ${style.paint("active", "hint:")} ${hint}`);
  return lines;
}

/** `file:line:column`, or the file alone. */
function placeOf({ position }: Diagnostic, file: string): string {
  const shown = cleanText(position?.file ?? file);
  return position === undefined ? shown : `${shown}:${position.line}:${position.column}`;
}

/** One line, for editors and scripts: `file:line:column: error: message [code]`. */
export function formatDiagnosticLine(diagnostic: Diagnostic, file: string): string {
  const hint = diagnostic.hint === undefined ? "" : ` (${cleanText(diagnostic.hint)})`;
  return `${placeOf(diagnostic, file)}: ${diagnostic.severity}: ${cleanText(diagnostic.message)} [${diagnostic.code}]${hint}`;
}

/** How much of a long line stands before the place that is pointed at. */
const contextBefore = 40;

/** The excerpt of a longer line is cut out around its column (base/diagnostic.ts). */
const longestExcerpt = 160;
const middleOfExcerpt = 79;

function pointAt(
  excerpt: string,
  line: number,
  column: number,
  columns: number,
  style: Style,
): readonly string[] {
  const margin = `${String(line).padStart(5)} | `;
  const room = Math.max(20, columns - margin.length);
  const at = Math.min(
    column - 1,
    excerpt.length,
    column > longestExcerpt && excerpt.length <= longestExcerpt ? middleOfExcerpt : column - 1,
  );
  const from = at + 10 > room ? Math.max(0, at - contextBefore) : 0;
  const mark = from > 0 || at < column - 1 ? ellipsis(style) : "";
  // A tab counts as one column here and in the line below it, so that the caret stays under its place.
  const before = escapeControls(`${mark}${excerpt.slice(from, at)}`.replaceAll("\t", " "));
  const text = before + escapeControls(excerpt.slice(at).replaceAll("\t", " "));
  const caret = `${" ".repeat(margin.length - 2)}| ${" ".repeat(measureWidth(before))}${style.paint("bad", "^")}`;
  return [style.paint("quiet", margin) + cropText(text, room, ellipsis(style)), caret];
}

/** `2 errors, 1 warning`; empty when there is neither. */
export function countProblems(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const warnings = diagnostics.length - errors;
  return [countOf(errors, "error"), countOf(warnings, "warning")].filter((text) => text !== "").join(", ");
}

/** `3 files`, `1 file`; empty for none. */
export function countOf(count: number, noun: string): string {
  return count === 0 ? "" : `${count} ${noun}${count === 1 ? "" : "s"}`;
}
