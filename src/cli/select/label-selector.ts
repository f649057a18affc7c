/**
 * Label selectors as Kubernetes writes them: `a=b`, `a==b`, `a!=b`, `a`, `!a`, `a in (x,y)`, `a notin (x,y)`,
 * with commas between that all must hold.
 */
import { MillraceError } from "../../base/errors.ts";

export type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

const requirement =
  /^\s*(?:(?<absent>!)\s*(?<none>[\w./-]+)|(?<key>[\w./-]+)\s*(?:(?<operator>==|=|!=)\s*(?<value>[\w.-]*)|\s(?<set>in|notin)\s*\((?<list>[^)]*)\))?)\s*$/;

/** Throws `cli/bad-arguments` for a text that is no selector. */
export function parseLabelSelector(text: string): LabelTest {
  const tests = splitRequirements(text).map(parseRequirement);
  return (labels) => tests.every((test) => test(labels));
}

/** Commas inside parentheses do not separate. */
function splitRequirements(text: string): readonly string[] {
  return text.split(/,(?![^(]*\))/).filter((part) => part.trim() !== "");
}

function parseRequirement(text: string): LabelTest {
  const groups = requirement.exec(text)?.groups;
  if (groups === undefined) {
    throw new MillraceError("cli/bad-arguments", "invalid", `'${text.trim()}' is not a label selector`, {
      hint: "Write a=b, a!=b, a, !a, or a in (x,y), with commas between.",
    });
  }
  const { absent, none = "", key = "", operator, value = "", set, list = "" } = groups;
  if (absent !== undefined) return (labels) => !Object.hasOwn(labels, none);
  if (operator === "!=") return (labels) => labels[key] !== value;
  if (operator !== undefined) return (labels) => labels[key] === value;
  if (set === undefined) return (labels) => Object.hasOwn(labels, key);
  const values = new Set(list.split(",").map((item) => item.trim()));
  const isIn = (labels: Readonly<Record<string, string>>): boolean =>
    Object.hasOwn(labels, key) && values.has(labels[key] ?? "");
  return set === "in" ? isIn : (labels) => !isIn(labels);
}
