/**
 * Texts with tags, taken apart once: literal pieces, `{{name}}` tags and `{{=expression}}` tags.
 * A tag ends at the first `}}`; when another tag is opened inside, the inner one is replaced first
 * and the whole text is looked at again (Argo, util/template).
 */
import type { Result } from "../../../base/result.ts";
import type { ExprSyntaxError } from "../../../expressions/context.ts";
import type { ExprNode } from "../../../expressions/expr/ast.ts";
import { parseExpr } from "../../../expressions/expr/parser.ts";
import { compileName } from "./names.ts";
import type { NameReader } from "./names.ts";

export type TextPart =
  | string
  | { readonly kind: "name"; readonly name: string; readonly raw: string; readonly read: NameReader }
  | { readonly kind: "expression"; readonly source: string; readonly raw: string; readonly parsed: Result<ExprNode, ExprSyntaxError> };

export interface CompiledText {
  readonly parts: readonly TextPart[];
  /** A tag stands inside another tag's name: the text is compiled again after a pass. */
  readonly nested: boolean;
}

/** Takes a text apart. An unclosed tag is literal text. */
export function compileText(source: string): CompiledText {
  const parts: TextPart[] = [];
  let nested = false;
  let from = 0;
  for (;;) {
    const open = source.indexOf("{{", from);
    const close = open === -1 ? -1 : source.indexOf("}}", open + 2);
    if (close === -1) break;
    // `{{{x}}}`: the braces that belong to the tag are the innermost ones.
    const content = source.slice(open + 2, close);
    const inner = content.startsWith("=") || content.trimStart().startsWith("=") ? -1 : content.lastIndexOf("{{");
    if (inner !== -1) nested = true;
    const start = inner === -1 ? open : open + 2 + inner;
    if (start > from) parts.push(source.slice(from, start));
    parts.push(compileTag(source.slice(start, close + 2), source.slice(start + 2, close)));
    from = close + 2;
  }
  if (from < source.length || parts.length === 0) parts.push(source.slice(from));
  return { parts, nested };
}

function compileTag(raw: string, content: string): TextPart {
  const trimmed = content.trimStart();
  if (trimmed.startsWith("=")) {
    const source = trimmed.slice(1);
    return { kind: "expression", source, raw, parsed: parseExpr(source) };
  }
  const name = content.trim();
  return { kind: "name", name, raw, read: compileName(name) };
}
