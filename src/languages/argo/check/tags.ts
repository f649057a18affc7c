/**
 * Finds the tags in a text: `{{name}}` and `{{=expression}}`.
 * A tag ends at the first `}}` (valyala/fasttemplate, which Argo uses); what is nested in another tag's name
 * is resolved first, so only the inner tag is reported then.
 */

export interface Tag {
  readonly kind: "simple" | "expression";
  /** What stands between the braces, as written; for expressions without the equals sign. */
  readonly text: string;
}

export interface TagList {
  readonly tags: readonly Tag[];
  /** True when a tag is opened and never closed. */
  readonly unclosed: boolean;
}

const noTags: TagList = { tags: [], unclosed: false };

/** All tags of a text in order. */
export function listTags(text: string): TagList {
  let open = text.indexOf("{{");
  if (open === -1) return noTags;
  const tags: Tag[] = [];
  while (open !== -1) {
    const close = text.indexOf("}}", open + 2);
    if (close === -1) return { tags, unclosed: true };
    const inner = text.slice(open + 2, close);
    const nested = inner.lastIndexOf("{{");
    const trimmed = inner.trimStart();
    if (trimmed.startsWith("=")) tags.push({ kind: "expression", text: trimmed.slice(1) });
    else tags.push({ kind: "simple", text: nested === -1 ? inner : inner.slice(nested + 2) });
    const next = text.indexOf("{{", close + 2);
    open = nested > 0 ? skipOuter(text, close + 2, next) : next;
  }
  return { tags, unclosed: false };
}

/** After a nested tag the rest of the outer one follows up to its own end; go on behind that. */
function skipOuter(text: string, from: number, next: number): number {
  const close = text.indexOf("}}", from);
  if (close === -1) return -1;
  return next !== -1 && next < close ? next : text.indexOf("{{", close + 2);
}

type VisitText = (text: string, path: readonly (string | number)[]) => void;

/**
 * Calls back for every text with an opening brace pair in a value, with its path below `path`, which grows and
 * shrinks on the way. The member `except` of the value itself is left out.
 */
export function visitTaggedTexts(
  value: unknown,
  path: (string | number)[],
  visit: VisitText,
  except?: string,
): void {
  if (typeof value === "string") {
    if (value.includes("{{")) visit(value, path);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      path.push(index);
      visitTaggedTexts(value[index], path, visit);
      path.pop();
    }
    return;
  }
  // What the reader makes has no inherited members, and going through the keys so needs no list of them.
  for (const key in value) {
    if (key === except) continue;
    path.push(key);
    visitTaggedTexts((value as TextTree)[key], path, visit);
    path.pop();
  }
}

type TextTree = { readonly [key: string]: unknown };
