/** Files are named in kebab-case after what they hold, and nothing is named after being useful. */
import type { Finding, ProjectFile } from "../project-files.ts";

const kebabName = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*$/;
/** Names that tools and readers expect in this spelling. */
const conventionalNames: ReadonlySet<string> = new Set(["README.md"]);
const emptyWords: ReadonlySet<string> = new Set([
  "util",
  "utils",
  "helper",
  "helpers",
  "common",
  "manager",
  "managers",
]);
const emptyDeclaredWord = /(?:^|[a-z0-9])(?:[Uu]tils?|[Hh]elpers?|[Mm]anagers?)(?![a-z])/;
const declaringWords: ReadonlySet<string> = new Set([
  "class",
  "interface",
  "type",
  "function",
  "const",
  "let",
]);
const namedFolders = /^(?:src|test|tools|bench|bin)\//;
/** Text under test keeps the names its authors gave it. */
const fixtureFolder = /\/(?:fixtures|golden)\//;

/** File and folder names that are not kebab-case or say nothing. */
export function findBadFileNames(files: readonly ProjectFile[]): readonly Finding[] {
  return files
    .filter(({ path }) => namedFolders.test(path) && !fixtureFolder.test(path))
    .flatMap(({ path }) => path.split("/").flatMap((part) => judgePart(path, part)));
}

function judgePart(path: string, part: string): readonly Finding[] {
  if (conventionalNames.has(part)) return [];
  if (!kebabName.test(part)) return [{ path, message: `"${part}" is not kebab-case` }];
  const word = part.split(/[-.]/).find((piece) => emptyWords.has(piece));
  return word === undefined
    ? []
    : [{ path, message: `"${word}" in a name says nothing about what is inside` }];
}

/** Declared names that say nothing. */
export function findEmptyNames(files: readonly ProjectFile[]): readonly Finding[] {
  return files
    .filter(({ path }) => namedFolders.test(path))
    .flatMap(({ path, tokens }) =>
      tokens.flatMap((token, at) => {
        const declared = token.kind === "word" && declaringWords.has(tokens[at - 1]?.text ?? "");
        if (!declared || !emptyDeclaredWord.test(token.text)) return [];
        return [
          { path, line: token.line, message: `the name ${token.text} says nothing about what it does` },
        ];
      }),
    );
}
