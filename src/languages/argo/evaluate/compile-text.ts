/**
 * Texts with tags, made ready to be rendered many times: the segments of the template,
 * with a reader for every name that stands in it as it is.
 */
import type { Result } from "../../../base/result.ts";
import type { ExprSyntaxError } from "../../../expressions/context.ts";
import type { ExprNode } from "../../../expressions/expr/ast.ts";
import { parseTemplate } from "../../../expressions/template/template.ts";
import type { Segment } from "../../../expressions/template/template.ts";
import { compileName } from "./names.ts";
import type { NameReader } from "./names.ts";

export type TextPart =
  | string
  | { readonly kind: "name"; readonly name: string; readonly raw: string; readonly read: NameReader }
  /** A name that is known only when the tags inside it are. */
  | { readonly kind: "nested"; readonly parts: CompiledText }
  | {
      readonly kind: "expression";
      readonly source: string;
      readonly raw: string;
      readonly parsed: Result<ExprNode, ExprSyntaxError>;
    };

export type CompiledText = readonly TextPart[];

/** Takes a text apart. An unclosed tag is literal text. */
export function compileText(source: string): CompiledText {
  return parseTemplate(source).segments.map((segment) => compileSegment(source, segment));
}

function compileSegment(source: string, segment: Segment): TextPart {
  const raw = source.slice(segment.offset, segment.end);
  switch (segment.kind) {
    case "literal":
      return segment.text;
    case "name":
      return { kind: "name", name: segment.name, raw, read: compileName(segment.name) };
    case "expression":
      return { kind: "expression", source: segment.source, raw, parsed: segment.parsed };
    case "nested":
      return { kind: "nested", parts: segment.parts.map((part) => compileSegment(source, part)) };
  }
}
