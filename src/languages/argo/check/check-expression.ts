/** Checks `{{=...}}` tags and expression fields: syntax, and names that cannot exist. */
import type { DocumentPath } from "../read/types.ts";
import { reportError } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import type { Scope } from "./scope.ts";

export function checkExpressionTag(
  checker: Checker,
  site: Site,
  _scope: Scope,
  source: string,
  prefix: string,
  below: DocumentPath,
): void {
  if (source.trim() === "") {
    reportError(checker, "argo/bad-expression", site, `${prefix} has an empty expression {{=}}`, below);
  }
}
