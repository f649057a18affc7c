/**
 * Pure code gives the same answer every time and everywhere.
 * The compiler already hides Node and the DOM from it; what the language itself offers of clock, chance,
 * local time zone and locale is refused here.
 */
import type { Finding, ProjectFile } from "../project-files.ts";
import type { Token } from "../scan-source.ts";

const localTimeMethod =
  /^(?:get|set)(?:FullYear|Month|Date|Day|Hours|Minutes|Seconds|Milliseconds)$|^getTimezoneOffset$/;
const localeMethod = /^(?:localeCompare|toLocale\w*String|toLocale(?:Upper|Lower)Case)$/;

/** Clock, chance, local time and locale in the pure layers. */
export function findImpurities(
  files: readonly ProjectFile[],
  pureLayers: readonly string[],
): readonly Finding[] {
  return files
    .filter(({ path }) => pureLayers.some((layer) => path.startsWith(`src/${layer}/`)))
    .flatMap((file) => judgeTokens(file, describeImpurity));
}

/** Text that becomes code, anywhere in `src`. */
export function findCodeFromText(files: readonly ProjectFile[]): readonly Finding[] {
  return files
    .filter(({ path }) => path.startsWith("src/"))
    .flatMap((file) => judgeTokens(file, describeCodeFromText));
}

type Judge = (tokens: readonly Token[], at: number) => string | undefined;

function judgeTokens(file: ProjectFile, judge: Judge): readonly Finding[] {
  const tokens = file.tokens.filter((token) => token.kind !== "comment");
  return tokens.flatMap((token, at) => {
    const message = judge(tokens, at);
    return message === undefined ? [] : [{ path: file.path, line: token.line, message }];
  });
}

function isCall(tokens: readonly Token[], at: number): boolean {
  return tokens[at + 1]?.text === "(";
}

function isMember(tokens: readonly Token[], at: number): boolean {
  return tokens[at - 1]?.text === "." || tokens[at - 1]?.text === "?";
}

function describeImpurity(tokens: readonly Token[], at: number): string | undefined {
  const token = tokens[at];
  if (token?.kind !== "word") return undefined;
  const member = tokens[at + 1]?.text === "." ? tokens[at + 2]?.text : undefined;
  if (token.text === "Math" && member === "random") return "rolls dice: Math.random";
  if (token.text === "Date" && !isMember(tokens, at)) {
    if (member === "now") return "reads a clock: Date.now";
    const isEmptyCall = isCall(tokens, at) && tokens[at + 2]?.text === ")";
    if (isEmptyCall || (tokens[at - 1]?.text === "new" && !isCall(tokens, at)))
      return "reads a clock: Date without an argument";
  }
  if (!isMember(tokens, at)) return undefined;
  if (localTimeMethod.test(token.text)) return `depends on the local time zone: ${token.text}`;
  return localeMethod.test(token.text) ? `depends on the locale of the host: ${token.text}` : undefined;
}

function describeCodeFromText(tokens: readonly Token[], at: number): string | undefined {
  const token = tokens[at];
  if (
    token?.kind === "string" &&
    /^(?:node:)?vm$/.test(token.text) &&
    ["from", "("].includes(tokens[at - 1]?.text ?? "")
  ) {
    return "a context of node:vm is no sandbox";
  }
  if (token?.kind !== "word" || isMember(tokens, at) || !isCall(tokens, at)) return undefined;
  if (token.text === "eval") return "eval turns text into code";
  return token.text === "Function" ? "Function turns text into code" : undefined;
}
