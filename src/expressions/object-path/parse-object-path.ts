/**
 * Takes a JSONPath template apart as kubectl has it (k8s.io/client-go/util/jsonpath): text with `{...}` in it, where
 * a path, a quoted text, `range PATH` or `end` stands.
 */
import { refuse } from "./refuse.ts";

export type Step =
  | { readonly kind: "field"; readonly name: string }
  /** All members, of the value itself or (`deep`) also of everything below it. */
  | { readonly kind: "all" }
  | { readonly kind: "descend" }
  | { readonly kind: "slice"; readonly start?: number; readonly end?: number; readonly step?: number }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "union"; readonly steps: readonly Step[] }
  | { readonly kind: "filter"; readonly left: Operand; readonly operator: string; readonly right?: Operand };

export type Operand =
  | { readonly kind: "path"; readonly steps: readonly Step[] }
  | { readonly kind: "value"; readonly value: Literal };
export type Literal = string | number | boolean;

export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "path"; readonly steps: readonly Step[] }
  | { readonly kind: "range"; readonly steps: readonly Step[]; readonly parts: readonly Part[] };

interface Source {
  readonly text: string;
  at: number;
}

/** The template's parts. A text without braces is one path, as kubectl's relaxed form has it. */
export function parseObjectPath(template: string): readonly Part[] {
  const text = template.includes("{") ? template : `{${/^[.[$@]/.test(template) ? "" : "."}${template}}`;
  const source: Source = { text, at: 0 };
  const parts = readParts(source, false);
  if (source.at < text.length) refuse(`'end' without 'range' in ${template}`);
  return parts;
}

function readParts(source: Source, inRange: boolean): readonly Part[] {
  const parts: Part[] = [];
  while (source.at < source.text.length) {
    const open = source.text.indexOf("{", source.at);
    const until = open === -1 ? source.text.length : open;
    if (until > source.at) parts.push({ kind: "text", text: source.text.slice(source.at, until) });
    source.at = until;
    if (open === -1) break;
    const before = source.at;
    source.at += 1;
    if (takeWord(source, "end")) {
      closeBrace(source);
      if (inRange) return parts;
      source.at = before;
      return parts;
    }
    if (takeWord(source, "range")) {
      const steps = readPath(source);
      closeBrace(source);
      parts.push({ kind: "range", steps, parts: readParts(source, true) });
    } else readInside(source, parts);
  }
  if (inRange) refuse("a 'range' has no 'end'");
  return parts;
}

/** Paths and quoted texts up to the closing brace. */
function readInside(source: Source, parts: Part[]): void {
  for (skipBlanks(source); source.text[source.at] !== "}"; skipBlanks(source)) {
    const char = source.text[source.at];
    if (char === undefined) refuse("a '{' has no '}'");
    if (char === '"' || char === "'") parts.push({ kind: "text", text: readQuoted(source) });
    else parts.push({ kind: "path", steps: readPath(source) });
  }
  source.at += 1;
}

function takeWord(source: Source, word: string): boolean {
  skipBlanks(source);
  const behind = source.text[source.at + word.length] ?? "";
  if (!source.text.startsWith(word, source.at) || !/[\s}]/.test(behind)) return false;
  source.at += word.length;
  return true;
}

function closeBrace(source: Source): void {
  skipBlanks(source);
  if (source.text[source.at] !== "}")
    refuse(`expected '}' at ${source.text.slice(source.at, source.at + 20)}`);
  source.at += 1;
}

function skipBlanks(source: Source): void {
  while (/\s/.test(source.text[source.at] ?? "")) source.at += 1;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

function readQuoted(source: Source): string {
  const quote = source.text[source.at];
  let text = "";
  for (source.at += 1; source.text[source.at] !== quote; source.at += 1) {
    let char = source.text[source.at];
    if (char === "\\") {
      source.at += 1;
      const escaped = source.text[source.at];
      char = escaped === undefined ? undefined : (escapes[escaped] ?? escaped);
    }
    if (char === undefined) refuse("a quoted text has no end");
    text += char;
  }
  source.at += 1;
  return text;
}

function readPath(source: Source): readonly Step[] {
  skipBlanks(source);
  const start = source.at;
  const steps: Step[] = [];
  if (/[$@]/.test(source.text[source.at] ?? "")) source.at += 1;
  for (;;) {
    const char = source.text[source.at];
    if (char === ".") readDotted(source, steps);
    else if (char === "[") steps.push(readBracket(source));
    else break;
  }
  if (source.at === start) refuse(`unrecognized character in action: ${source.text[source.at] ?? "the end"}`);
  return steps;
}

function readDotted(source: Source, steps: Step[]): void {
  source.at += 1;
  if (source.text[source.at] === ".") {
    source.at += 1;
    steps.push({ kind: "descend" });
  }
  if (source.text[source.at] === "*") {
    source.at += 1;
    steps.push({ kind: "all" });
    return;
  }
  let name = "";
  for (; /[^\s.[\]{}()|=<>!,"']/.test(source.text[source.at] ?? " "); source.at += 1) {
    // A dot in a name is written with a backslash.
    if (source.text[source.at] === "\\") source.at += 1;
    name += source.text[source.at] ?? "";
  }
  if (name !== "") steps.push({ kind: "field", name });
}

function readBracket(source: Source): Step {
  source.at += 1;
  skipBlanks(source);
  if (source.text.startsWith("?(", source.at)) return readFilter(source);
  const members: Step[] = [];
  for (;;) {
    skipBlanks(source);
    members.push(readMember(source));
    skipBlanks(source);
    const char = source.text[source.at];
    source.at += 1;
    if (char === "]") break;
    if (char !== ",") refuse(`expected ']' but found ${char ?? "the end"}`);
  }
  const [only] = members;
  return members.length === 1 && only !== undefined ? only : { kind: "union", steps: members };
}

function readMember(source: Source): Step {
  const char = source.text[source.at] ?? "";
  if (char === "*") {
    source.at += 1;
    return { kind: "all" };
  }
  if (char === "'" || char === '"') return { kind: "field", name: readQuoted(source) };
  const found = /-?\d*(?::-?\d*){0,2}/y;
  found.lastIndex = source.at;
  const text = found.exec(source.text)?.[0] ?? "";
  if (text === "") refuse(`invalid array index ${char}`);
  source.at += text.length;
  if (!text.includes(":")) return { kind: "index", index: Number(text) };
  const [start = "", end = "", step = ""] = text.split(":");
  return {
    kind: "slice",
    ...(start === "" ? {} : { start: Number(start) }),
    ...(end === "" ? {} : { end: Number(end) }),
    ...(step === "" ? {} : { step: Number(step) }),
  };
}

function readFilter(source: Source): Step {
  source.at += 2;
  const left = readOperand(source);
  skipBlanks(source);
  const operator = /==|!=|<=|>=|<|>/y;
  operator.lastIndex = source.at;
  const found = operator.exec(source.text)?.[0] ?? "exists";
  if (found !== "exists") source.at += found.length;
  const right = found === "exists" ? {} : { right: readOperand(source) };
  skipBlanks(source);
  if (!source.text.startsWith(")]", source.at)) refuse("a filter has no ')]'");
  source.at += 2;
  return { kind: "filter", left, operator: found, ...right };
}

function readOperand(source: Source): Operand {
  skipBlanks(source);
  const char = source.text[source.at] ?? "";
  if (char === '"' || char === "'") return { kind: "value", value: readQuoted(source) };
  if (/[@$.[]/.test(char)) return { kind: "path", steps: readPath(source) };
  const word = /[^\s()<>=!]+/y;
  word.lastIndex = source.at;
  const text = word.exec(source.text)?.[0] ?? "";
  if (text === "") refuse(`unrecognized character in filter: ${char}`);
  source.at += text.length;
  if (text === "true" || text === "false") return { kind: "value", value: text === "true" };
  if (Number.isNaN(Number(text))) refuse(`unrecognized word in filter: ${text}`);
  return { kind: "value", value: Number(text) };
}
