/**
 * Argo's tags in texts: `{{name}}` and `{{=expression}}`, read once and rendered many times.
 * Source of the rules: util/template and valyala/fasttemplate. A tag ends at the first `}}`;
 * a name may hold tags itself (`{{a.{{b}}.c}}`), which are resolved first; an expression may not.
 * A tag that never ends is text, as it is in effect in Argo, where the rest of the document would close it.
 */
import { ok } from "../../base/result.ts";
import type { Result } from "../../base/result.ts";
import type { ExprSyntaxError } from "../context.ts";
import type { ExprNode } from "../expr/ast.ts";
import { parseExpr } from "../expr/parser.ts";

/** Offsets are UTF-16 units from 0 in the text; `end` is behind the last character. */
interface Span {
  readonly offset: number;
  readonly end: number;
}

export type LiteralSegment = Span & { readonly kind: "literal"; readonly text: string };
/** `{{name}}`; the name is trimmed. */
export type NameSegment = Span & { readonly kind: "name"; readonly name: string };
/** `{{=expression}}`. */
export type ExpressionSegment = Span & {
  readonly kind: "expression";
  readonly source: string;
  /** Where the expression's own text begins; add it to the offsets of its nodes and errors. */
  readonly sourceOffset: number;
  readonly parsed: Result<ExprNode, ExprSyntaxError>;
};
/** `{{a.{{b}}.c}}`: a name that is known only when the tags inside it are. */
export type NestedSegment = Span & { readonly kind: "nested"; readonly parts: readonly Segment[] };
export type Segment = LiteralSegment | NameSegment | ExpressionSegment | NestedSegment;

/** A text cut into segments; joining their source texts gives the text again. */
export interface Template {
  readonly source: string;
  readonly segments: readonly Segment[];
  /** True when there is nothing to resolve. */
  readonly isLiteral: boolean;
  /** Where the first tag without an end begins; absent when every tag ends. */
  readonly unterminatedOffset: number | undefined;
}

/** Tags inside names, deeper than this, are text. */
const maxNesting = 20;

interface Reader {
  readonly source: string;
  at: number;
}

function literal(reader: Reader, from: number, to: number): readonly LiteralSegment[] {
  return from === to ? [] : [{ kind: "literal", text: reader.source.slice(from, to), offset: from, end: to }];
}

function readExpression(reader: Reader, opening: number): ExpressionSegment | undefined {
  const sourceOffset = opening + 3;
  const closing = reader.source.indexOf("}}", sourceOffset);
  if (closing < 0) return undefined;
  reader.at = closing + 2;
  const source = reader.source.slice(sourceOffset, closing);
  return { kind: "expression", source, sourceOffset, parsed: parseExpr(source), offset: opening, end: reader.at };
}

/** The tag that opens here, or undefined when it never ends; then the reader has not moved. */
function readTag(reader: Reader, nesting: number): Segment | undefined {
  const opening = reader.at;
  if (reader.source.startsWith("{{=", opening)) return readExpression(reader, opening);
  const parts: Segment[] = [];
  let from = opening + 2;
  reader.at = from;
  for (;;) {
    const closing = reader.source.indexOf("}}", reader.at);
    const inner = reader.source.indexOf("{{", reader.at);
    if (closing < 0) break;
    if (inner < 0 || inner > closing || nesting >= maxNesting) {
      reader.at = closing + 2;
      if (parts.length === 0) return { kind: "name", name: reader.source.slice(from, closing).trim(), offset: opening, end: reader.at };
      return { kind: "nested", parts: [...parts, ...literal(reader, from, closing)], offset: opening, end: reader.at };
    }
    parts.push(...literal(reader, from, inner));
    reader.at = inner;
    const tag = readTag(reader, nesting + 1);
    if (tag === undefined) break;
    parts.push(tag);
    from = reader.at;
  }
  reader.at = opening;
  return undefined;
}

function cutTemplate(source: string): Template {
  const reader: Reader = { source, at: 0 };
  const segments: Segment[] = [];
  let unterminatedOffset: number | undefined;
  let from = 0;
  for (let opening = source.indexOf("{{"); opening >= 0; opening = source.indexOf("{{", reader.at)) {
    reader.at = opening;
    const tag = readTag(reader, 0);
    if (tag === undefined) {
      // Without an end for this tag there is none for a later one that is not nested in it.
      if (source.indexOf("}}", opening) < 0) {
        unterminatedOffset = opening;
        break;
      }
      unterminatedOffset ??= opening;
      reader.at = opening + 2;
      continue;
    }
    segments.push(...literal(reader, from, opening), tag);
    from = reader.at;
  }
  segments.push(...literal(reader, from, source.length));
  return { source, segments, isLiteral: segments.every((segment) => segment.kind === "literal"), unterminatedOffset };
}

const cache = new Map<string, Template>();
const maxCached = 2000;
const maxCachedLength = 4000;

/** Cuts a text into literals and tags; remembered, because documents use the same texts for every task. */
export function parseTemplate(source: string): Template {
  const cached = cache.get(source);
  if (cached !== undefined) return cached;
  const template = cutTemplate(source);
  if (source.length <= maxCachedLength) {
    if (cache.size >= maxCached) cache.clear();
    cache.set(source, template);
  }
  return template;
}

/** The names in simple tags, each once, in the order of the text; names that hold tags are not known and not listed. */
export function listTemplateNames(template: Template): readonly string[] {
  const names = new Set<string>();
  const visit = (segment: Segment): void => {
    if (segment.kind === "name") names.add(segment.name);
    else if (segment.kind === "nested") segment.parts.forEach(visit);
  };
  template.segments.forEach(visit);
  return [...names];
}

/** The expression tags, in the order of the text. */
export function listTemplateExpressions(template: Template): readonly ExpressionSegment[] {
  const visit = (segment: Segment): readonly ExpressionSegment[] => {
    if (segment.kind === "expression") return [segment];
    return segment.kind === "nested" ? segment.parts.flatMap(visit) : [];
  };
  return template.segments.flatMap(visit);
}

/**
 * What a tag stands for: text, `undefined` to leave the tag as it is, or an error, which ends the rendering.
 * A nested tag arrives as the name segment that it has become.
 */
export type ResolveTag<E> = (segment: NameSegment | ExpressionSegment) => Result<string | undefined, E>;

interface Rendered {
  readonly text: string;
  /** False when a tag was left as it is. */
  readonly complete: boolean;
}

function renderAll<E>(template: Template, segments: readonly Segment[], resolve: ResolveTag<E>): Result<Rendered, E> {
  let text = "";
  let complete = true;
  for (const segment of segments) {
    const rendered = renderSegment(template, segment, resolve);
    if (!rendered.ok) return rendered;
    text += rendered.value.text;
    complete &&= rendered.value.complete;
  }
  return ok({ text, complete });
}

function renderSegment<E>(template: Template, segment: Segment, resolve: ResolveTag<E>): Result<Rendered, E> {
  if (segment.kind === "literal") return ok({ text: segment.text, complete: true });
  if (segment.kind === "nested") return renderNested(template, segment, resolve);
  const resolved = resolve(segment);
  if (!resolved.ok) return resolved;
  if (resolved.value !== undefined) return ok({ text: resolved.value, complete: true });
  return ok({ text: template.source.slice(segment.offset, segment.end), complete: false });
}

/** Inner tags first; if they are all known, the whole is a name like any other. */
function renderNested<E>(template: Template, segment: NestedSegment, resolve: ResolveTag<E>): Result<Rendered, E> {
  const inner = renderAll(template, segment.parts, resolve);
  if (!inner.ok) return inner;
  const asTag = `{{${inner.value.text}}}`;
  if (!inner.value.complete) return ok({ text: asTag, complete: false });
  const { offset, end } = segment;
  const resolved = resolve({ kind: "name", name: inner.value.text.trim(), offset, end });
  if (!resolved.ok) return resolved;
  return ok({ text: resolved.value ?? asTag, complete: resolved.value !== undefined });
}

/** The text with every tag replaced by what `resolve` gives for it. */
export function renderTemplate<E>(template: Template, resolve: ResolveTag<E>): Result<string, E> {
  if (template.isLiteral) return ok(template.source);
  const rendered = renderAll(template, template.segments, resolve);
  return rendered.ok ? ok(rendered.value.text) : rendered;
}
