/**
 * Reads a `depends` text: task names with an optional `.Result`, `&&`, `||`, `!` and parentheses.
 * Names may hold dashes and begin with a letter or an underscore (Argo, docs/enhanced-depends-logic.md).
 */
import { err, ok } from "../../../base/result.ts";
import type { Result } from "../../../base/result.ts";

export type DependsNode =
  | { readonly kind: "task"; readonly name: string; readonly result: string | undefined }
  | { readonly kind: "not"; readonly operand: DependsNode }
  | { readonly kind: "and" | "or"; readonly left: DependsNode; readonly right: DependsNode };

interface Reader {
  readonly tokens: readonly string[];
  next: number;
}

const token = /\s*(&&|\|\||!|\(|\)|[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z]+)?)/uy;

/** Parses a text; the error says what stands in the way. */
export function parseDepends(source: string): Result<DependsNode, { readonly message: string }> {
  const tokens: string[] = [];
  token.lastIndex = 0;
  const length = source.trimEnd().length;
  while (token.lastIndex < length) {
    const at = token.lastIndex;
    const match = token.exec(source);
    if (match === null) return err({ message: `unexpected ${JSON.stringify(source.slice(at).trim().slice(0, 12))}` });
    tokens.push(match[1] ?? "");
  }
  const reader: Reader = { tokens, next: 0 };
  const node = readOr(reader);
  if (node === undefined || reader.next < tokens.length) {
    const found = tokens[reader.next];
    return err({ message: found === undefined ? "unexpected end" : `unexpected ${JSON.stringify(found)}` });
  }
  return ok(node);
}

function readOr(reader: Reader): DependsNode | undefined {
  return readChain(reader, "||", "or", () => readChain(reader, "&&", "and", () => readUnary(reader)));
}

function readChain(
  reader: Reader,
  operator: string,
  kind: "and" | "or",
  readOperand: () => DependsNode | undefined,
): DependsNode | undefined {
  let left = readOperand();
  while (left !== undefined && reader.tokens[reader.next] === operator) {
    reader.next += 1;
    const right = readOperand();
    left = right === undefined ? undefined : { kind, left, right };
  }
  return left;
}

function readUnary(reader: Reader): DependsNode | undefined {
  let negations = 0;
  while (reader.tokens[reader.next] === "!") {
    reader.next += 1;
    negations += 1;
  }
  const operand = readPrimary(reader);
  if (operand === undefined || negations % 2 === 0) return operand;
  return { kind: "not", operand };
}

function readPrimary(reader: Reader): DependsNode | undefined {
  const found = reader.tokens[reader.next];
  if (found === "(") {
    reader.next += 1;
    const inner = readOr(reader);
    if (inner === undefined || reader.tokens[reader.next] !== ")") return undefined;
    reader.next += 1;
    return inner;
  }
  if (found === undefined || !/^\w/u.test(found)) return undefined;
  reader.next += 1;
  const [name = "", result] = found.split(".");
  return { kind: "task", name, result };
}
