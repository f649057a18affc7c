/**
 * Expressions, in `{{=...}}` tags and in fields of their own: syntax, and names that cannot exist.
 * Argo looks at expressions only when they are evaluated. One that cannot be read is an error here; one that
 * names an input, step or task that is not there is a warning, because `??` may be waiting for that.
 */
import { listReferences } from "../../../expressions/expr/references.ts";
import { parseExpr } from "../../../expressions/expr/parser.ts";
import { parseWhen } from "../../../expressions/govaluate/when.ts";
import type { DocumentPath } from "../read/types.ts";
import { reportError, reportWarning } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import { hasTag, isKnown } from "./present.ts";
import type { Scope } from "./scope-types.ts";

/** Checks the expression of a tag. `prefix` begins the messages. */
export function checkExpressionTag(
  checker: Checker,
  site: Site,
  scope: Scope,
  source: string,
  prefix: string,
  below: DocumentPath,
): void {
  const tag = `{{=${source}}}`;
  const references = readExpression(checker, site, source, `${prefix} expression ${tag}`, below, tag);
  for (const path of references) {
    const name = findMissingName(scope, path);
    if (name === undefined) continue;
    const text = `${prefix} expression ${tag} refers to ${name}, which does not exist here`;
    reportWarning(checker, "argo/unresolved-tag", site, text, below, undefined, tag);
  }
}

/** Checks the syntax of a field that is an expression. Text with tags is only known at run time. */
export function checkExpressionField(
  checker: Checker,
  site: Site,
  source: string | undefined,
  place: string,
  below: DocumentPath,
): void {
  if (isKnown(source) && !hasTag(source))
    readExpression(checker, site, source, `${place} '${source}'`, below);
}

/** Checks the syntax of a `when` without tags; Argo finds a fault only when it evaluates it. */
export function checkWhen(checker: Checker, site: Site, when: string | undefined, place: string): void {
  if (!isKnown(when) || hasTag(when)) return;
  const parsed = parseWhen(when);
  if (parsed.ok) return;
  const text = `${place}.when '${when}' cannot be read: ${parsed.error.message}`;
  reportWarning(checker, "argo/bad-expression", site, text, ["when"]);
}

function readExpression(
  checker: Checker,
  site: Site,
  source: string,
  what: string,
  below: DocumentPath,
  part?: string,
): readonly (readonly string[])[] {
  const parsed = parseExpr(source);
  if (parsed.ok) return listReferences(parsed.value);
  const text = `${what} cannot be read: ${parsed.error.message}`;
  reportError(checker, "argo/bad-expression", site, text, below, undefined, part);
  return [];
}

/** The name that a reference asks for when nothing of that name can be at the place. */
function findMissingName(scope: Scope, path: readonly string[]): string | undefined {
  const [family, second, third] = path;
  if (family === "inputs" && third !== undefined && (second === "parameters" || second === "artifacts")) {
    const name = `inputs.${second}.${third}`;
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer)
      if (at.names.has(name)) return undefined;
    return name;
  }
  if ((family !== "steps" && family !== "tasks") || second === undefined || second === "name")
    return undefined;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    if (at.siblingFamily === family && at.findSibling(second) !== undefined) return undefined;
  }
  return `${family}.${second}`;
}
