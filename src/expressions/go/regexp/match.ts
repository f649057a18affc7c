/**
 * A Pike machine: runs a program over a text in time proportional to text times program, whatever the pattern.
 * Threads are kept in order of preference, so the match found is the one a backtracking matcher would find.
 */
import { hasPoint } from "./charset.ts";
import type { Instruction, Program } from "./compile.ts";
import type { Assertion } from "./syntax.ts";

/** UTF-16 offsets: start and end of the whole match, then of each group; -1 where a group took no part. */
export type MatchOffsets = readonly number[];

/** Called with the amount of work about to be done; may throw to stop. */
export type ChargeWork = (steps: number) => void;

interface Threads {
  /** Program counters in order of preference. */
  readonly dense: Int32Array;
  /** Index into `dense` by program counter; valid only if it points back. */
  readonly sparse: Int32Array;
  readonly captures: (readonly number[])[];
  size: number;
}

function createThreads(count: number): Threads {
  return { dense: new Int32Array(count), sparse: new Int32Array(count), captures: [], size: 0 };
}

function isWord(point: number): boolean {
  return (
    (point >= 0x30 && point <= 0x39) ||
    (point >= 0x41 && point <= 0x5a) ||
    point === 0x5f ||
    (point >= 0x61 && point <= 0x7a)
  );
}

function holds(what: Assertion, before: number, after: number): boolean {
  switch (what) {
    case "text-start":
      return before < 0;
    case "text-end":
      return after < 0;
    case "line-start":
      return before < 0 || before === 10;
    case "line-end":
      return after < 0 || after === 10;
    case "word-boundary":
      return isWord(before) !== isWord(after);
    case "no-word-boundary":
      return isWord(before) === isWord(after);
  }
}

interface Place {
  readonly offset: number;
  readonly before: number;
  readonly after: number;
}

interface Pending {
  readonly counter: number;
  readonly captures: readonly number[];
}

/** Adds a thread and everything reachable from it without reading a character. */
function addThread(
  program: Program,
  threads: Threads,
  start: number,
  captures: readonly number[],
  place: Place,
): void {
  const stack: Pending[] = [{ counter: start, captures }];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { counter } = item;
    const slot = threads.sparse[counter] ?? 0;
    if (slot < threads.size && threads.dense[slot] === counter) continue;
    threads.dense[threads.size] = counter;
    threads.sparse[counter] = threads.size;
    threads.captures[threads.size] = item.captures;
    threads.size++;
    const instruction = program.instructions[counter];
    if (instruction !== undefined) follow(stack, instruction, item.captures, place);
  }
}

function follow(stack: Pending[], instruction: Instruction, captures: readonly number[], place: Place): void {
  switch (instruction.op) {
    case "jump":
      stack.push({ counter: instruction.next, captures });
      return;
    case "split":
      stack.push({ counter: instruction.second, captures }, { counter: instruction.first, captures });
      return;
    case "save":
      stack.push({ counter: instruction.next, captures: captures.with(instruction.slot, place.offset) });
      return;
    case "assert":
      if (holds(instruction.what, place.before, place.after))
        stack.push({ counter: instruction.next, captures });
      return;
    case "set":
    case "match":
      return;
  }
}

/** Moves every thread over one character; returns the captures of the best match that ended here, if any. */
function stepThreads(
  program: Program,
  from: Threads,
  to: Threads,
  point: number,
  place: Place,
  offset: number,
): readonly number[] | undefined {
  for (let index = 0; index < from.size; index++) {
    const captures = from.captures[index] ?? [];
    const instruction = program.instructions[from.dense[index] ?? 0];
    if (instruction === undefined) continue;
    // Threads behind this one are less preferred than the match it found.
    if (instruction.op === "match") return captures.with(1, offset);
    if (instruction.op !== "set" || point < 0) continue;
    const accepts = instruction.single >= 0 ? instruction.single === point : hasPoint(instruction.set, point);
    if (accepts) addThread(program, to, instruction.next, captures, place);
  }
  return undefined;
}

function pointAt(text: string, offset: number): number {
  return text.codePointAt(offset) ?? -1;
}

function pointBefore(text: string, offset: number): number {
  if (offset <= 0) return -1;
  const unit = text.charCodeAt(offset - 1);
  return unit >= 0xdc00 && unit <= 0xdfff && offset > 1 ? pointAt(text, offset - 2) : unit;
}

/**
 * The leftmost match at or after `from`, preferring what the pattern prefers; undefined when there is none.
 */
export function findMatch(
  program: Program,
  text: string,
  from: number,
  charge: ChargeWork,
): MatchOffsets | undefined {
  charge(1 + (program.instructions.length >> 4));
  let current = createThreads(program.instructions.length);
  let next = createThreads(program.instructions.length);
  const fresh: readonly number[] = Array.from({ length: 2 + program.captures * 2 }, () => -1);
  let best: readonly number[] | undefined;
  let after = pointAt(text, from);
  let place: Place = { offset: from, before: pointBefore(text, from), after };
  for (let offset = from; ;) {
    if (best === undefined && (!program.anchored || offset === 0)) {
      addThread(program, current, 0, fresh.with(0, offset), place);
    }
    if (current.size === 0 && (best !== undefined || program.anchored)) break;
    charge(1 + current.size);
    const following = after < 0 ? offset : offset + (after > 0xffff ? 2 : 1);
    const upcoming = after < 0 ? -1 : pointAt(text, following);
    const nextPlace: Place = { offset: following, before: after, after: upcoming };
    best = stepThreads(program, current, next, after, nextPlace, offset) ?? best;
    if (after < 0) break;
    [current, next] = [next, current];
    next.size = 0;
    offset = following;
    after = upcoming;
    place = nextPlace;
  }
  return best;
}
