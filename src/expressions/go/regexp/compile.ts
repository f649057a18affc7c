/**
 * Turns the tree of a pattern into a program for the matching machine: a flat list of instructions.
 */
import type { CharSet } from "./charset.ts";
import { parseRegexp } from "./parse.ts";
import { RegexpSyntaxError } from "./syntax.ts";
import type { Assertion, RegexpNode } from "./syntax.ts";

export type Instruction =
  | { readonly op: "set"; readonly set: CharSet; readonly single: number; next: number }
  | { readonly op: "split"; first: number; second: number }
  | { readonly op: "assert"; readonly what: Assertion; next: number }
  | { readonly op: "save"; readonly slot: number; next: number }
  | { readonly op: "jump"; next: number }
  | { readonly op: "match" };

/** A compiled pattern. */
export interface Program {
  readonly instructions: readonly Instruction[];
  readonly captures: number;
  readonly groupNames: readonly string[];
  /** True when a match can only begin at the start of the text. */
  readonly anchored: boolean;
}

/** About what RE2 allows for such patterns; time and memory of a match grow with it. */
const maxInstructions = 100_000;

function push(code: Instruction[], instruction: Instruction): number {
  if (code.length >= maxInstructions) throw new RegexpSyntaxError("expression too large", "");
  return code.push(instruction) - 1;
}

/** Code for a node; afterwards control goes to the instruction behind it. */
function emit(code: Instruction[], node: RegexpNode): void {
  switch (node.kind) {
    case "empty":
      return;
    case "set": {
      const only = node.set.length === 1 ? node.set[0] : undefined;
      const single = only !== undefined && only[0] === only[1] ? only[0] : -1;
      push(code, { op: "set", set: node.set, single, next: code.length + 1 });
      return;
    }
    case "assert":
      push(code, { op: "assert", what: node.what, next: code.length + 1 });
      return;
    case "capture":
      push(code, { op: "save", slot: node.index * 2, next: code.length + 1 });
      emit(code, node.inner);
      push(code, { op: "save", slot: node.index * 2 + 1, next: code.length + 1 });
      return;
    case "concat":
      for (const part of node.parts) emit(code, part);
      return;
    case "alternate":
      emitAlternatives(code, node.parts);
      return;
    case "repeat":
      emitRepeat(code, node);
      return;
  }
}

function emitAlternatives(code: Instruction[], parts: readonly RegexpNode[]): void {
  const jumps: { op: "jump"; next: number }[] = [];
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1) {
      emit(code, part);
      break;
    }
    const split = { op: "split" as const, first: code.length + 1, second: 0 };
    push(code, split);
    emit(code, part);
    const jump = { op: "jump" as const, next: 0 };
    push(code, jump);
    jumps.push(jump);
    split.second = code.length;
  }
  for (const jump of jumps) jump.next = code.length;
}

type Repeat = RegexpNode & { readonly kind: "repeat" };

function createSplit(greedy: boolean): {
  readonly split: { op: "split"; first: number; second: number };
  readonly leave: (to: number) => void;
  readonly enter: (to: number) => void;
} {
  const split = { op: "split" as const, first: 0, second: 0 };
  return {
    split,
    enter: (to) => void (greedy ? (split.first = to) : (split.second = to)),
    leave: (to) => void (greedy ? (split.second = to) : (split.first = to)),
  };
}

function emitRepeat(code: Instruction[], node: Repeat): void {
  const loops = node.most < 0 && node.least > 0;
  for (let time = 0; time < node.least - (loops ? 1 : 0); time++) emit(code, node.inner);
  if (node.most < 0) {
    if (loops) emitPlus(code, node);
    else emitStar(code, node);
    return;
  }
  const exits: ((to: number) => void)[] = [];
  for (let time = node.least; time < node.most; time++) {
    const { split, enter, leave } = createSplit(node.greedy);
    push(code, split);
    enter(code.length);
    exits.push(leave);
    emit(code, node.inner);
  }
  for (const exit of exits) exit(code.length);
}

function isNullable(node: RegexpNode): boolean {
  switch (node.kind) {
    case "empty":
    case "assert":
      return true;
    case "set":
      return false;
    case "capture":
      return isNullable(node.inner);
    case "concat":
      return node.parts.every(isNullable);
    case "alternate":
      return node.parts.some(isNullable);
    case "repeat":
      return node.least === 0 || isNullable(node.inner);
  }
}

/** `x+`: the body, and then back to it or on. */
function emitPlus(code: Instruction[], node: Repeat): void {
  const body = code.length;
  emit(code, node.inner);
  const { split, enter, leave } = createSplit(node.greedy);
  push(code, split);
  enter(body);
  leave(code.length);
}

/** `x*`. When x may be empty it is `(x+)?`, so that an empty round is preferred exactly when x prefers it. */
function emitStar(code: Instruction[], node: Repeat): void {
  const { split, enter, leave } = createSplit(node.greedy);
  const start = push(code, split);
  enter(code.length);
  if (isNullable(node.inner)) {
    emitPlus(code, node);
  } else {
    emit(code, node.inner);
    push(code, { op: "jump", next: start });
  }
  leave(code.length);
}

function isAnchored(node: RegexpNode): boolean {
  switch (node.kind) {
    case "assert":
      return node.what === "text-start";
    case "capture":
      return isAnchored(node.inner);
    case "concat":
      return node.parts[0] !== undefined && isAnchored(node.parts[0]);
    case "alternate":
      return node.parts.every(isAnchored);
    case "empty":
    case "repeat":
    case "set":
      return false;
  }
}

/** Compiles a pattern; throws RegexpSyntaxError. */
export function compileProgram(pattern: string): Program {
  const { node, captures, groupNames } = parseRegexp(pattern);
  const instructions: Instruction[] = [];
  emit(instructions, node);
  push(instructions, { op: "match" });
  return { instructions, captures, groupNames, anchored: isAnchored(node) };
}
