/** Field selectors of Kubernetes over runs: `metadata.name=a`, `status.phase!=Succeeded`, with commas between that all must hold. */
import type { RunRow } from "../../api/house.ts";
import { MillraceError } from "../../base/errors.ts";

const fields: Readonly<Record<string, (row: RunRow) => string>> = {
  "metadata.name": ({ name }) => name,
  "metadata.namespace": ({ namespace = "default" }) => namespace,
  "status.phase": ({ shownPhase }) => shownPhase,
};

/** Throws `cli/bad-arguments` for a text that is no selector, and for fields that runs do not have. */
export function parseFieldSelector(text: string): (row: RunRow) => boolean {
  const tests = text
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(parseTerm);
  return (row) => tests.every((test) => test(row));
}

function parseTerm(part: string): (row: RunRow) => boolean {
  const [, field = "", operator, value = ""] = /^\s*([\w.]+)\s*(==?|!=)\s*(.*?)\s*$/su.exec(part) ?? [];
  const read = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (read === undefined || operator === undefined) {
    throw new MillraceError("cli/bad-arguments", "invalid", `'${part.trim()}' is not a field selector`, {
      hint: `Write FIELD=VALUE or FIELD!=VALUE with ${Object.keys(fields).join(", ")}.`,
    });
  }
  return (row) => (read(row) === value) === (operator !== "!=");
}
