/**
 * Where every value of a YAML text stands: built by a second parse with js-yaml's listener, only when some
 * position is asked for.
 * js-yaml composes keys and values alike, sometimes wraps a node in another, and takes back a mapping that
 * turns out to be none; the rules in `closeNode` undo these. A key is a child that a colon follows.
 */
import { loadAll } from "js-yaml";
import type { EventType, State } from "js-yaml";
import { skipToValue } from "./source-text.ts";
import { yamlOptions } from "./yaml-options.ts";

/** A value and, for collections, what it contains. Offsets point at or before it: blanks may come between. */
export interface PositionNode {
  readonly offset: number;
  readonly entries?: ReadonlyMap<string, PositionEntry>;
  readonly items?: readonly PositionNode[];
}

export interface PositionEntry {
  readonly keyOffset: number;
  readonly value: PositionNode;
}

/** A key that appeared before in the same mapping. */
export interface DuplicateKey {
  readonly key: string;
  readonly offset: number;
}

export interface YamlPositions {
  readonly roots: readonly PositionNode[];
  readonly duplicates: readonly DuplicateKey[];
}

interface OpenNode {
  readonly offset: number;
  readonly children: ClosedNode[];
}

interface ClosedNode {
  readonly node: PositionNode;
  readonly result: unknown;
  readonly isKey: boolean;
}

/** Parses again and collects positions, of doubled keys too; a text that does not parse gives those found before the error. */
export function readYamlPositions(text: string): YamlPositions {
  const stack: OpenNode[] = [];
  const roots: PositionNode[] = [];
  const duplicates: DuplicateKey[] = [];
  const listener = (event: EventType, state: State): void => {
    if (event === "open") return openNode(stack, state.position);
    const open = stack.pop();
    if (open === undefined) return;
    const closed = closeNode(open, state, text, duplicates);
    const parent = stack.at(-1);
    if (parent === undefined) roots.push(closed.node);
    else parent.children.push(closed);
  };
  try {
    loadAll(text, null, { ...yamlOptions, json: true, listener });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { roots, duplicates };
  }
  return { roots, duplicates };
}

function openNode(stack: OpenNode[], offset: number): void {
  const siblings = stack.at(-1)?.children;
  while (siblings !== undefined && (siblings.at(-1)?.node.offset ?? -1) >= offset) siblings.pop();
  stack.push({ offset, children: [] });
}

function closeNode(open: OpenNode, state: State, text: string, duplicates: DuplicateKey[]): ClosedNode {
  const result: unknown = state.result;
  const isKey = text.charCodeAt(skipToValue(text, state.position)) === 58;
  const only = open.children.length === 1 ? open.children[0] : undefined;
  if (only !== undefined && (state.kind === "scalar" || only.result === result)) return { ...only, isKey };
  if (state.kind === "mapping") {
    return { node: { offset: open.offset, entries: pairEntries(open.children, duplicates) }, result, isKey };
  }
  if (state.kind === "sequence") {
    return { node: { offset: open.offset, items: listItems(open.children) }, result, isKey };
  }
  return { node: { offset: open.offset }, result, isKey };
}

function pairEntries(
  children: readonly ClosedNode[],
  duplicates: DuplicateKey[],
): ReadonlyMap<string, PositionEntry> {
  const entries = new Map<string, PositionEntry>();
  for (let index = 0; index < children.length; index += 1) {
    const child = children[index];
    if (child === undefined) continue;
    const value = child.isKey ? children[index + 1] : undefined;
    if (value !== undefined) index += 1;
    if (typeof child.result === "object" && child.result !== null) continue;
    const key = String(child.result);
    if (entries.has(key) && key !== "<<") duplicates.push({ key, offset: child.node.offset });
    entries.set(key, { keyOffset: child.node.offset, value: value?.node ?? child.node });
  }
  return entries;
}

/** Items of a list; a pair written inside a flow list counts as one item. */
function listItems(children: readonly ClosedNode[]): readonly PositionNode[] {
  return children.filter((_, index) => children[index - 1]?.isKey !== true).map((child) => child.node);
}
