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

/** Labels as `a=b,c=d`. Throws `cli/bad-arguments` for what Kubernetes would not take as a label. */
export function readLabels(texts: readonly string[]): Record<string, string> {
  const pairs = texts.flatMap((text) => text.split(",")).map((text) => text.trim());
  const labels = readPairs(
    "labels",
    pairs.filter((text) => text !== ""),
  );
  for (const [name, value] of Object.entries(labels)) checkLabel(name, value);
  return labels;
}

const longestWord = 63;
const longestPrefix = 253;

/** Kubernetes, labels and selectors: a name with an optional DNS prefix, and a value that may be empty. */
function checkLabel(name: string, value: string): void {
  const slash = name.indexOf("/");
  const prefix = slash < 0 ? undefined : name.slice(0, slash);
  const isPrefixGood =
    prefix === undefined ||
    (prefix.length <= longestPrefix &&
      /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u.test(prefix));
  if (!isPrefixGood || !isLabelWord(name.slice(slash + 1)))
    throw refuseLabel(`'${name}' is no name of a label`);
  if (value !== "" && !isLabelWord(value))
    throw refuseLabel(`'${value}' cannot be the value of label ${name}`);
}

function isLabelWord(text: string): boolean {
  return text.length <= longestWord && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/u.test(text);
}

function refuseLabel(what: string): MillraceError {
  return new MillraceError("cli/bad-arguments", "invalid", what, {
    hint: "Use letters, digits, '-', '_' and '.', 63 of them at most, with a letter or digit at both ends; a name may have a prefix such as example.org/.",
  });
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
