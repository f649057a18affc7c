/**
 * What a file exports, another file uses: a function or a constant that nobody imports is either code of the file's own
 * or no longer code of anybody's. Types may be exported for the signatures in which they stand.
 */
import type { Finding, ProjectFile } from "../project-files.ts";

const valueWords: ReadonlySet<string> = new Set(["function", "const", "class", "let"]);

interface Export {
  readonly name: string;
  readonly line: number;
}

/** Exported functions, constants and classes whose names stand in no other file. */
export function findUnusedExports(files: readonly ProjectFile[]): readonly Finding[] {
  const users = countUsers(files);
  return files.flatMap((file) =>
    listExports(file)
      .filter(({ name }) => users.get(name) === 1)
      .map(({ name, line }) => ({
        path: file.path,
        line,
        message: `${name} is exported, and no other file uses it`,
      })),
  );
}

/** In how many files each word stands. */
function countUsers(files: readonly ProjectFile[]): ReadonlyMap<string, number> {
  const users = new Map<string, number>();
  for (const { tokens } of files) {
    const words = new Set(tokens.filter(({ kind }) => kind === "word").map(({ text }) => text));
    for (const word of words) users.set(word, (users.get(word) ?? 0) + 1);
  }
  return users;
}

function listExports({ tokens }: ProjectFile): readonly Export[] {
  return tokens.flatMap((token, at) => {
    if (token.kind !== "word" || token.text !== "export") return [];
    const rest = tokens.slice(at + 1, at + 5).filter(({ text }) => text !== "async" && text !== "*");
    const [kind, name] = rest;
    return name?.kind === "word" && valueWords.has(kind?.text ?? "")
      ? [{ name: name.text, line: name.line }]
      : [];
  });
}
