/**
 * Reads a JSONPath selector: `$.a['b'][0][1:2]..c[*][?(@.d > 1)]`.
 */
import { parseInteger } from "../go/parse-number.ts";
import { parseScript } from "./parse-script.ts";
import { refuseSelector } from "./tokens.ts";
import type { Argument, Script, Token } from "./tokens.ts";

const maxLength = 20_000;

/** The end of the bracket that opens at `start`, behind the closing one. */
function findBracketEnd(text: string, start: number): number {
  let quote = "";
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\" && quote !== "") at++;
    else if (quote !== "") quote = character === quote ? "" : quote;
    else if (character === "'" || character === '"') quote = character;
    else if (character === "[" || character === "(") depth++;
    else if ((character === "]" || character === ")") && --depth === 0) return at + 1;
  }
  return refuseSelector(`invalid token. '${text.slice(start)}' does not match any token format`);
}

/** Cuts at a separator that stands outside quotes and brackets. */
function cutOutside(text: string, separator: string): readonly string[] {
  const pieces: string[] = [];
  let quote = "";
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\" && quote !== "") at++;
    else if (quote !== "") quote = character === quote ? "" : quote;
    else if (character === "'" || character === '"') quote = character;
    else if ("[(".includes(character)) depth++;
    else if ("])".includes(character)) depth--;
    else if (character === separator && depth === 0) {
      pieces.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return [...pieces, text.slice(from).trim()];
}

function readQuoted(text: string): string | undefined {
  const match = /^(['"])(.*)\1$/su.exec(text);
  if (match === null) return undefined;
  const quote = match[1] ?? "";
  return (match[2] ?? "").replaceAll(`\\${quote}`, quote);
}

function readScript(text: string, depth: number): Script | undefined {
  return text.length > 2 && text.startsWith("(") && text.endsWith(")")
    ? parseScript(text.slice(1, -1), readSelector, depth)
    : undefined;
}

function refuseToken(token: string): never {
  return refuseSelector(`invalid token. '${token}' does not match any token format`);
}

function readRange(pieces: readonly string[], token: string, depth: number): Token {
  if (pieces.length > 3) return refuseToken(token);
  const [from, to, step] = pieces.map((piece): Argument => {
    if (piece === "") return undefined;
    return parseInteger(piece) ?? readScript(piece, depth) ?? refuseToken(token);
  });
  return { kind: "range", from, to, step };
}

function readMember(piece: string, token: string, depth: number): string | bigint | Script {
  return readQuoted(piece) ?? parseInteger(piece) ?? readScript(piece, depth) ?? refuseToken(token);
}

/** What stands in brackets. */
function readBracket(token: string, depth: number): Token {
  const text = token.slice(1, -1).trim();
  if (text === "") return refuseToken(token);
  if (text === "*") return { kind: "wildcard" };
  if (text.startsWith("?")) {
    if (!text.startsWith("?(") || !text.endsWith(")")) return refuseToken(token);
    return { kind: "filter", script: parseScript(text.slice(2, -1), readSelector, depth) };
  }
  const members = cutOutside(text, ",");
  const bounds = cutOutside(text, ":");
  if (members.length > 1) {
    return bounds.length > 1
      ? refuseToken(token)
      : { kind: "union", members: members.map((piece) => readMember(piece, token, depth)) };
  }
  if (bounds.length > 1) return readRange(bounds, token, depth);
  const only = readMember(text, token, depth);
  if (typeof only === "string") return { kind: "key", key: only };
  return typeof only === "bigint" ? { kind: "index", index: only } : { kind: "script", script: only };
}

function readName(name: string): Token {
  if (name === "*") return { kind: "wildcard" };
  return name === "length" ? { kind: "length" } : { kind: "key", key: name };
}

/** All steps of a selector, the first being `$` or `@`. */
function readSelector(source: string, depth: number): readonly Token[] {
  const text = source.trim();
  const first = text.charAt(0);
  if (first !== "$" && first !== "@") return refuseSelector(`unexpected token '${first}' at index 0`);
  const next = text.charAt(1);
  if (next !== "" && next !== "." && next !== "[")
    return refuseSelector(`unexpected token '${next}' at index 1`);
  const tokens: Token[] = [{ kind: first === "$" ? "root" : "current" }];
  for (let at = 1; at < text.length;) {
    if (text.startsWith("..", at)) {
      tokens.push({ kind: "recursive" });
      at += 2;
      if (at >= text.length || "[.".includes(text.charAt(at))) continue;
    } else if (text.charAt(at) === ".") {
      at++;
    }
    if (text.charAt(at) === "[") {
      const end = findBracketEnd(text, at);
      tokens.push(readBracket(text.slice(at, end), depth));
      at = end;
      continue;
    }
    const name = /[^.[]*/uy;
    name.lastIndex = at;
    const found = (name.exec(text)?.[0] ?? "").trim();
    if (found === "") return refuseSelector("invalid token. token string is empty");
    tokens.push(readName(found));
    at = name.lastIndex;
  }
  return tokens;
}

/** Parses a selector; throws EvalError `expression/jsonpath`. */
export function parseSelector(selector: string): readonly Token[] {
  if (selector.length > maxLength) return refuseSelector("invalid JSONPath selector: too long");
  if (selector === "") return refuseSelector("unexpected token '' at index 0");
  return readSelector(selector, 0);
}
