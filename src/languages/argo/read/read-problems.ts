/**
 * Collects what is wrong with a document while it is decoded.
 * The path is one list that grows and shrinks with the descent, copied only when there is a problem.
 * The number of problems is bounded, so that a hostile file cannot make an endless report.
 */
import type { DocumentPath } from "./types.ts";

export interface ReadProblem {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly path: DocumentPath;
  /** True when the position wanted is that of the key, not of its value. */
  readonly atKey: boolean;
  readonly hint?: string;
}

export interface ReadProblems {
  readonly path: (string | number)[];
  readonly list: ReadProblem[];
  /** Unknown fields are errors. */
  readonly strict: boolean;
  /** Places of booleans that landed in a text field: the word in the source may not have been meant as one. */
  readonly booleans: DocumentPath[];
  /** Above zero inside a steps group, where Argo always refuses unknown fields. */
  stepDepth: number;
  /** Objects and list items that may still be visited: bounds what aliases can expand to. */
  budget: number;
  overBudget: boolean;
}

const mostProblems = 500;

export function createReadProblems(strict: boolean, budget: number): ReadProblems {
  return { path: [], list: [], strict, booleans: [], stepDepth: 0, budget, overBudget: false };
}

/** Adds a problem at the present path, or at a key below it. */
export function addProblem(
  problems: ReadProblems,
  problem: {
    code: string;
    severity: "error" | "warning";
    message: string;
    hint?: string;
    key?: string | number;
  },
): void {
  if (problems.list.length > mostProblems) return;
  if (problems.list.length === mostProblems) {
    const message = `there are more problems than the ${mostProblems} shown`;
    const path = [...problems.path];
    problems.list.push({ code: "argo/too-many-problems", severity: "error", message, path, atKey: false });
    return;
  }
  const { code, severity, message, hint, key } = problem;
  const path = key === undefined ? [...problems.path] : [...problems.path, key];
  const atKey = code === "argo/unknown-field" || code === "argo/field-case" || code === "argo/old-field";
  problems.list.push({ code, severity, message, path, atKey, ...(hint === undefined ? {} : { hint }) });
}

const mostBooleans = 50;

/** Remembers that a boolean stands at the present path, where text is wanted. */
export function noteBoolean(problems: ReadProblems): void {
  if (problems.booleans.length < mostBooleans) problems.booleans.push([...problems.path]);
}

/** A path as people write it: `spec.templates[0].name`. */
export function formatPath(path: DocumentPath): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += text === "" ? part : `.${part}`;
  }
  return text === "" ? "the document" : text.length > 300 ? `${text.slice(0, 300)}...` : text;
}
