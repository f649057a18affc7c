/**
 * Cuts a jq program into tokens, one at a time: a text may hold programs, so only the parser knows where it ends.
 */
import { EvalError } from "../context.ts";

export type TokenKind = "word" | "field" | "variable" | "format" | "number" | "quote" | "operator" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** The token's text, without the sign in front of fields, variables and formats. */
  readonly text: string;
  readonly offset: number;
}

/** The source and the place behind the token that was read last. */
export interface Source {
  readonly text: string;
  /** Tokens of a text that is built in have no place that a user could look at: their offset is -1. */
  readonly isBuiltIn: boolean;
  at: number;
}

/** Refuses the program at a place in it. */
export function refuseAt(offset: number, message: string): never {
  throw new EvalError("expression/jq-syntax", message, offset);
}

const blank = /(?:[ \t\r\n]+|#[^\n]*)*/y;
const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ["field", /\.([A-Za-z_]\w*)/y],
  ["number", /((?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)/y],
  ["variable", /\$([A-Za-z_]\w*(?:::[A-Za-z_]\w*)*)/y],
  ["format", /@([A-Za-z0-9_]+)/y],
  ["word", /([A-Za-z_]\w*(?:::[A-Za-z_]\w*)*)/y],
  ["operator", /(\?\/\/=?|\/\/=|\|=|\+=|-=|\*=|\/=|%=|==|!=|<=|>=|\/\/|\.\.|[.[\](){}|,:;=<>+\-*/%?$])/y],
];

/** The next token; blanks and comments before it are skipped. */
export function readToken(source: Source): Token {
  blank.lastIndex = source.at;
  source.at += blank.exec(source.text)?.[0].length ?? 0;
  const start = source.at;
  const offset = source.isBuiltIn ? -1 : start;
  if (start >= source.text.length) return { kind: "end", text: "", offset };
  if (source.text[start] === '"') {
    source.at += 1;
    return { kind: "quote", text: '"', offset };
  }
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = start;
    const found = pattern.exec(source.text);
    if (found === null) continue;
    source.at = pattern.lastIndex;
    return { kind, text: found[1] ?? "", offset };
  }
  return refuseAt(offset, `unexpected character ${JSON.stringify(source.text.charAt(start))}`);
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/**
 * Text up to the end of the quoted text or the next interpolation, whichever comes first; `ended` tells which.
 * The source stands behind the `"` or the `\(` then.
 */
export function readQuotedPart(
  source: Source,
  start: number,
): { readonly text: string; readonly ended: boolean } {
  let text = "";
  for (;;) {
    const char = source.text[source.at];
    if (char === undefined) return refuseAt(start, "the text that begins here has no end");
    source.at += 1;
    if (char === '"') return { text, ended: true };
    if (char !== "\\") {
      text += char;
      continue;
    }
    const escaped = source.text[source.at] ?? "";
    source.at += 1;
    if (escaped === "(") return { text, ended: false };
    text += escaped === "u" ? readUnicode(source) : (escapes[escaped] ?? refuseEscape(source));
  }
}

function readUnicode(source: Source): string {
  const digits = source.text.slice(source.at, source.at + 4);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) return refuseEscape(source);
  source.at += 4;
  return String.fromCharCode(Number.parseInt(digits, 16));
}

function refuseEscape(source: Source): never {
  return refuseAt(
    source.at - 2,
    'a backslash in a text is followed by one of " \\ / b f n r t, by u and four digits, or by (',
  );
}
