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

/** A tag that has begun; the outermost frame is the text itself. */
interface Frame {
  readonly opening: number;
  readonly parts: Segment[];
  /** Where the text behind the last part begins. */
  from: number;
}

function pushLiteral(source: string, frame: Frame, to: number): void {
  if (frame.from < to)
    frame.parts.push({ kind: "literal", text: source.slice(frame.from, to), offset: frame.from, end: to });
}

function pushTag(source: string, frame: Frame, tag: Segment): void {
  pushLiteral(source, frame, tag.offset);
  frame.parts.push(tag);
  frame.from = tag.end;
}

function createExpression(source: string, opening: number, closing: number): ExpressionSegment {
  const sourceOffset = opening + 3;
  const text = source.slice(sourceOffset, closing);
  return {
    kind: "expression",
    source: text,
    sourceOffset,
    parsed: parseExpr(text),
    offset: opening,
    end: closing + 2,
  };
}

function closeTag(source: string, frame: Frame, closing: number): Segment {
  const { opening: offset, parts } = frame;
  const end = closing + 2;
  if (parts.length === 0)
    return { kind: "name", name: source.slice(offset + 2, closing).trim(), offset, end };
  pushLiteral(source, frame, closing);
  return { kind: "nested", parts, offset, end };
}

/** Reads the text once from left to right, with the tags that have begun on a stack. */
function cutTemplate(source: string): Template {
  const frames: Frame[] = [{ opening: -1, parts: [], from: 0 }];
  const braces = /\{\{=?|\}\}/gu;
  for (let match = braces.exec(source); match !== null; match = braces.exec(source)) {
    const frame = frames.at(-1);
    if (frame === undefined) break;
    if (match[0] === "}}") {
      const outer = frames.at(-2);
      if (outer === undefined) continue;
      frames.pop();
      pushTag(source, outer, closeTag(source, frame, match.index));
    } else if (match[0] === "{{=") {
      const closing = source.indexOf("}}", braces.lastIndex);
      if (closing < 0) {
        frames.push({ opening: match.index, parts: [], from: match.index + 2 });
        break;
      }
      pushTag(source, frame, createExpression(source, match.index, closing));
      braces.lastIndex = closing + 2;
    } else if (frames.length <= maxNesting) {
      frames.push({ opening: match.index, parts: [], from: match.index + 2 });
    }
  }
  return finishTemplate(source, frames);
}

/** What has begun and never ended is text, but the tags inside it count. */
function finishTemplate(source: string, frames: readonly Frame[]): Template {
  const [outermost, ...open] = frames;
  const segments: Frame = { opening: -1, parts: [...(outermost?.parts ?? [])], from: outermost?.from ?? 0 };
  for (const frame of open) {
    for (const part of frame.parts) if (part.kind !== "literal") pushTag(source, segments, part);
  }
  pushLiteral(source, segments, source.length);
  return {
    source,
    segments: segments.parts,
    isLiteral: segments.parts.every((segment) => segment.kind === "literal"),
    unterminatedOffset: open[0]?.opening,
  };
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

function renderAll<E>(
  template: Template,
  segments: readonly Segment[],
  resolve: ResolveTag<E>,
): Result<Rendered, E> {
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
function renderNested<E>(
  template: Template,
  segment: NestedSegment,
  resolve: ResolveTag<E>,
): Result<Rendered, E> {
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
