/** Columns for people: as wide as their widest cell, two blanks between, nothing behind the last. */
import { measureWidth, padText } from "./text-width.ts";

/** Lines of a table; `header` is left out when undefined. Columns that are empty in every row are dropped. */
export function formatTable(
  header: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
): readonly string[] {
  const used = columnsInUse(header, rows);
  const all = [...(header === undefined ? [] : [header]), ...rows].map((row) =>
    used.map((column) => row[column] ?? ""),
  );
  const widths = used.map((_, index) =>
    all.reduce((widest, row) => Math.max(widest, measureWidth(row[index] ?? "")), 0),
  );
  return all.map((row) =>
    row
      .map((cell, index) => padText(cell, widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function columnsInUse(
  header: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
): readonly number[] {
  const count = Math.max(header?.length ?? 0, ...rows.slice(0, 1).map((row) => row.length));
  const columns = Array.from({ length: count }, (_, index) => index);
  return rows.length === 0
    ? columns
    : columns.filter((column) => rows.some((row) => (row[column] ?? "") !== ""));
}

/** `Name:      value` lines, values in one column; entries without a value are left out. */
export function formatFields(fields: readonly (readonly [string, string])[]): readonly string[] {
  const shown = fields.filter(([, value]) => value !== "");
  const width = shown.reduce((widest, [name]) => Math.max(widest, name.length + 1), 0);
  return shown.map(([name, value]) => `${`${name}:`.padEnd(width + 2)}${value}`);
}
