/** Every test file can fail, and every test that does not run says why. */
import type { Finding, ProjectFile } from "../project-files.ts";
import type { Token } from "../scan-source.ts";

const assertingWord = /^(?:rule$|assert|check|expect|verify|exercise)/i;
/** Suites that a port brings along: `describeHistoryStore("sqlite", open)`. They are judged like test files themselves. */
const suiteWord = /^describe[A-Z]|(?:Suite|Conformance|Contract)$/;
const suiteFolder = "src/ports/conformance/";
const testWords: ReadonlySet<string> = new Set(["test", "it", "describe", "suite"]);

function isTestFile({ path }: ProjectFile): boolean {
  return path.endsWith(".test.ts");
}

/** Test files without one call of something that asserts. */
export function findTestsWithoutAssertion(files: readonly ProjectFile[]): readonly Finding[] {
  return files
    .filter((file) => isTestFile(file) || file.path.startsWith(suiteFolder))
    .filter((file) => !file.tokens.some((_, at) => isAssertion(file.tokens, at)))
    .map(({ path }) => ({ path, message: "asserts nothing" }));
}

function isAssertion(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token?.kind !== "word" || !(assertingWord.test(token.text) || suiteWord.test(token.text))) return false;
  if (tokens[at - 1]?.text === "function") return false;
  const next = tokens[at + 1]?.text;
  return next === "(" || (next === "." && tokens[at + 3]?.text === "(");
}

/** Tests that are switched off without a reason, or switched on at the cost of the others. */
export function findUnexplainedSkips(files: readonly ProjectFile[]): readonly Finding[] {
  return files.filter(isTestFile).flatMap((file) =>
    file.tokens.flatMap((_, at) => {
      const message = judgeSkip(file.tokens, at);
      return message === undefined ? [] : [{ path: file.path, line: file.tokens[at]?.line ?? 1, message }];
    }),
  );
}

function judgeSkip(tokens: readonly Token[], at: number): string | undefined {
  const token = tokens[at];
  if (token?.kind !== "word" || !["skip", "todo", "only"].includes(token.text)) return undefined;
  const [before, owner, next, value] = [
    tokens[at - 1]?.text,
    tokens[at - 2]?.text,
    tokens[at + 1]?.text,
    tokens[at + 2],
  ];
  if (before === "." && next === "(") {
    if (testWords.has(owner ?? "")) return `${owner}.${token.text} gives no reason; write { skip: "reason" }`;
    return token.text === "only" || isReason(value) ? undefined : `${token.text}() without a reason`;
  }
  if (next !== ":") return undefined;
  if (token.text === "only")
    return value?.text === "true" ? "only: true switches the other tests off" : undefined;
  return value?.text === "true"
    ? `${token.text}: true gives no reason; write ${token.text}: "reason"`
    : undefined;
}

/** A text that is not empty, or an expression that is not a bare true. */
function isReason(value: Token | undefined): boolean {
  if (value?.kind === "string") return value.text.trim() !== "";
  return value?.kind === "template" || (value?.kind === "word" && value.text !== "true");
}
