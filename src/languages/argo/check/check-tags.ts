/** Checks every tag in a part of a document against the scope of its place. */
import type { DocumentPath } from "../read/types.ts";
import { reportError, reportWarning } from "./checker.ts";
import type { Checker, Site } from "./checker.ts";
import { checkExpressionTag } from "./check-expression.ts";
import { canResolve } from "./scope.ts";
import type { Scope } from "./scope-types.ts";
import { listTags, visitTaggedTexts } from "./tags.ts";

/** Where a part stands, and what Argo writes before `failed to resolve`. */
export interface TaggedPart {
  readonly value: unknown;
  readonly below: DocumentPath;
  readonly prefix: string;
  /** A field of the value that is checked elsewhere. */
  readonly except?: string;
}

/**
 * Reports tags that name nothing at their place, tags that are not closed, and expressions that cannot be read.
 * `onResolved` hears of every simple tag that resolves, for rules beyond existence.
 */
export function checkTags(
  checker: Checker,
  site: Site,
  scope: Scope,
  part: TaggedPart,
  onResolved?: (tag: string, below: DocumentPath) => void,
): void {
  const { prefix } = part;
  const visit = (text: string, at: DocumentPath): void => {
    const { tags, unclosed } = listTags(text);
    const seen = tags.length > 1 ? new Set<string>() : undefined;
    for (const tag of tags) {
      if (seen?.has(tag.text) === true) continue;
      seen?.add(tag.text);
      if (tag.kind === "expression") checkExpressionTag(checker, site, scope, tag.text, prefix, at);
      else if (canResolve(checker, scope, tag.text)) onResolved?.(tag.text.trim(), at);
      else {
        const written = `{{${tag.text}}}`;
        const message = `${prefix} failed to resolve ${written}`;
        reportError(checker, "argo/unresolved-tag", site, message, at, undefined, written);
      }
    }
    if (unclosed) reportWarning(checker, "argo/unclosed-tag", site, `${prefix} has a tag without }}`, at);
  };
  visitTaggedTexts(part.value, [...part.below], visit, part.except);
}
