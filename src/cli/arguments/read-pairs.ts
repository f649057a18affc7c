/** Reads `name=value` texts from the command line. */
import { MillraceError } from "../../base/errors.ts";

/** `a=b` of each text; the value may hold `=` and may be empty. Throws `cli/bad-arguments` for a text without `=`. */
export function readPairs(flag: string, texts: readonly string[]): Record<string, string> {
  const pairs = new Map<string, string>();
  for (const text of texts) {
    const equals = text.indexOf("=");
    if (equals <= 0) {
      throw new MillraceError(
        "cli/bad-arguments",
        "invalid",
        `--${flag} must be NAME=VALUE, found '${text}'`,
      );
    }
    pairs.set(text.slice(0, equals), text.slice(equals + 1));
  }
  // Unlike an assignment, this makes a plain entry of every name, also of `__proto__`.
  return Object.fromEntries(pairs);
}

/** Labels as `a=b,c=d`. */
export function readLabels(texts: readonly string[]): Record<string, string> {
  return readPairs(
    "labels",
    texts.flatMap((text) => text.split(",")).filter((text) => text !== ""),
  );
}

/** Values of outputs: a value in double quotes is read as a quoted text (Argo, `node set`), any other as it is. */
export function readOutputs(texts: readonly string[]): Record<string, string> {
  const pairs = readPairs("output-parameter", texts);
  return Object.fromEntries(Object.entries(pairs).map(([name, value]) => [name, unquote(value)]));
}

function unquote(text: string): string {
  if (!/^".*"$/su.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : text;
  } catch {
    // Quotes that do not make a quoted text belong to the value.
    return text;
  }
}
