/**
 * Cuts TypeScript or JavaScript into tokens, so that the rules can tell code from comments and strings.
 * It knows no grammar; what it must get right is where strings, templates, comments and regular expressions end.
 */

export type TokenKind = "word" | "number" | "string" | "template" | "regex" | "comment" | "sign";

export interface Token {
  readonly kind: TokenKind;
  /** For strings the content between the quotes as written; for everything else the source text. */
  readonly text: string;
  /** Counts from 1. */
  readonly line: number;
}

/** After one of these words a slash starts a regular expression. */
const wordsBeforeRegex: ReadonlySet<string> = new Set(
  "return typeof case in of delete void throw new else do await yield instanceof".split(" "),
);

const wordPattern = /[\p{ID_Start}$_#@][\p{ID_Continue}$\u200c\u200d]*/uy;
const numberPattern = /(?:0[xXbBoO][\da-fA-F_]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][+-]?\d+)?\.?)n?/y;
const stringPattern = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y;
const commentPattern = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|#![^\n]*/y;
const regexPattern = /\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;

/** The tokens of a source text, comments included, white space left out. */
export function scanSource(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  let line = 1;
  /** For each template that is open: how many braces are open inside its current `${}`. */
  const templates: number[] = [];

  function take(kind: TokenKind, length: number): void {
    const text = source.slice(offset, offset + length);
    tokens.push({ kind, text: kind === "string" ? text.slice(1, -1) : text, line });
    line += text.split("\n").length - 1;
    offset += length;
  }

  while (offset < source.length) {
    const char = source[offset] ?? "";
    if (/\s/.test(char)) {
      if (char === "\n") line += 1;
      offset += 1;
    } else if (char === "`" || (char === "}" && templates.at(-1) === 0)) {
      if (char === "}") templates.pop();
      const part = matchTemplatePart(source, offset);
      if (part.opensExpression) templates.push(0);
      take("template", part.length);
    } else {
      const match = matchToken(
        source,
        offset,
        tokens.findLast((token) => token.kind !== "comment"),
      );
      countBraces(templates, match);
      take(match.kind, match.text.length);
    }
  }
  return tokens;
}

/** The part of a template from a backtick or a closing brace to the next `${` or the closing backtick. */
function matchTemplatePart(
  source: string,
  start: number,
): { readonly length: number; readonly opensExpression: boolean } {
  let end = start + 1;
  while (end < source.length) {
    if (source[end] === "\\") end += 2;
    else if (source[end] === "`") return { length: end + 1 - start, opensExpression: false };
    else if (source.startsWith("${", end)) return { length: end + 2 - start, opensExpression: true };
    else end += 1;
  }
  return { length: source.length - start, opensExpression: false };
}

function countBraces(templates: number[], token: { readonly kind: TokenKind; readonly text: string }): void {
  const open = templates.at(-1);
  if (open === undefined || token.kind !== "sign") return;
  if (token.text === "{") templates[templates.length - 1] = open + 1;
  if (token.text === "}") templates[templates.length - 1] = open - 1;
}

interface Match {
  readonly kind: TokenKind;
  readonly text: string;
}

function matchToken(source: string, offset: number, previous: Token | undefined): Match {
  const candidates: readonly (readonly [TokenKind, RegExp])[] = [
    ["comment", commentPattern],
    ["word", wordPattern],
    ["number", numberPattern],
    ["string", stringPattern],
    ...(mayStartRegex(previous) ? [["regex", regexPattern] as const] : []),
  ];
  for (const [kind, pattern] of candidates) {
    pattern.lastIndex = offset;
    const text = pattern.exec(source)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return { kind: "sign", text: source[offset] ?? "" };
}

function mayStartRegex(previous: Token | undefined): boolean {
  if (previous === undefined) return true;
  if (previous.kind === "word") return wordsBeforeRegex.has(previous.text);
  return previous.kind === "sign" && !")]}".includes(previous.text);
}
