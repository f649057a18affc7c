/** The project's own text files, as the tidy rules see them: path and content, nothing else. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { scanSource, type Token } from "./scan-source.ts";

/** The folder that holds package.json. */
export const projectFolder: string = join(import.meta.dirname, "..", "..");

export interface ProjectFile {
  /** Relative to the project folder, with `/` between the parts. */
  readonly path: string;
  readonly text: string;
  /** Empty for files that are neither TypeScript nor JavaScript. */
  readonly tokens: readonly Token[];
}

/** Something a rule objects to. */
export interface Finding {
  readonly path: string;
  /** Absent when the whole file is meant. */
  readonly line?: number;
  readonly message: string;
}

/** Fails with one line per finding, `path:line message`, as editors and terminals link it. */
export function assertNone(findings: readonly Finding[]): void {
  const lines = findings.map(
    ({ path, line, message }) => `${path}${line === undefined ? "" : `:${line}`} ${message}`,
  );
  assert.ok(findings.length === 0, `\n${lines.join("\n")}`);
}

const foreignFolders: ReadonlySet<string> = new Set(["node_modules", "dist", ".git", ".millrace", "out"]);
const codePattern = /\.(?:ts|tsx|mjs|cjs|js)$/;
const textPattern =
  /\.(?:ts|tsx|mjs|cjs|js|json|md|ya?ml|c|h|sh|css|html|txt)$|(?:^|\/)(?:LICENSE|\.npmrc|\.gitignore|run)$/;

/** Makes a file out of a path and a text; the samples of bad code in the tests are made with it as well. */
export function makeFile(path: string, text: string): ProjectFile {
  return { path, text, tokens: codePattern.test(path) ? scanSource(text) : [] };
}

let known: readonly ProjectFile[] | undefined;

/** Every text file of the project, read once per process. */
export function readProject(): readonly ProjectFile[] {
  known ??= listFiles("")
    .filter((path) => textPattern.test(path))
    .map((path) => makeFile(path, readFileSync(join(projectFolder, path), "utf8")));
  return known;
}

function listFiles(folder: string): readonly string[] {
  return readdirSync(join(projectFolder, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return foreignFolders.has(entry.name) ? [] : listFiles(path);
    return entry.isFile() ? [path] : [];
  });
}

/** True for TypeScript and JavaScript. */
export function isCode(file: ProjectFile): boolean {
  return codePattern.test(file.path);
}
