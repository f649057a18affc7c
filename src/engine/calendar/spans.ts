/**
 * Which due times have been decided, as spans of time.
 *
 * A single mark ("decided up to here") would lose every time that a clock passes again after it was set forward by
 * mistake, or run it twice after it was set back. Spans remember both: what lies in one is done, what lies between
 * two of them was jumped over and has its turn if the clock passes it after all.
 */
import type { Span } from "../../model/schedule/schedule.ts";
import { findLastDue, findNextDue } from "./timetable.ts";
import type { Timetable } from "./timetable.ts";

/** Clocks jump rarely; the oldest spans are forgotten so that a status stays small. */
const spansAtMost = 16;

/** The span that holds an instant. */
export function findSpan(spans: readonly Span[], at: number): Span | undefined {
  return spans.find((span) => span.from <= at && at <= span.through);
}

/** Up to when everything was decided, seen from an instant; the instant itself when nobody was there before it. */
export function getLastDecided(spans: readonly Span[], at: number): number {
  return spans.findLast((span) => span.from <= at)?.through ?? at;
}

/** Adds what has been decided now. Spans join when nothing is due between them. */
export function addSpan(timetable: Timetable, spans: readonly Span[], added: Span): readonly Span[] {
  const joined: Span[] = [];
  for (const span of [...spans, added].toSorted((left, right) => left.from - right.from)) {
    const last = joined.at(-1);
    const joins = last !== undefined && (findNextDue(timetable, last.through) ?? Infinity) >= span.from;
    if (!joins) joined.push(span);
    else joined[joined.length - 1] = { from: last.from, through: Math.max(last.through, span.through) };
  }
  return joined.slice(-spansAtMost);
}

/** The first due time after an instant that is not decided; undefined when there is none within five years. */
export function findNextUndecided(
  timetable: Timetable,
  spans: readonly Span[],
  after: number,
): number | undefined {
  let due = findNextDue(timetable, after);
  for (const span of spans) {
    if (due === undefined) return undefined;
    if (span.from <= due && due <= span.through) due = findNextDue(timetable, span.through);
  }
  return due;
}

/** The last due time in (`after`, `until`] that is not decided. */
export function findLastUndecided(
  timetable: Timetable,
  spans: readonly Span[],
  after: number,
  until: number,
): number | undefined {
  let end = until;
  for (const span of spans.toReversed()) {
    if (span.from > end) continue;
    const due = findLastDue(timetable, Math.max(after, span.through), end);
    if (due !== undefined) return due;
    end = Math.min(end, span.from - 1);
    if (end <= after) return undefined;
  }
  return findLastDue(timetable, after, end);
}
