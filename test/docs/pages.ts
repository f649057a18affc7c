/** The pages that people read, taken apart: code blocks, words in back-ticks, first cells of tables. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../tidy/project-files.ts";

export interface Page {
  /** Relative to the project folder. */
  readonly path: string;
  readonly text: string;
}

export interface CodeBlock {
  readonly page: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** The word behind the fence; empty when there is none. */
  readonly language: string;
  readonly text: string;
}

export function readPage(path: string): Page {
  return { path, text: readFileSync(join(projectFolder, path), "utf8") };
}

/** The pages at the top of the project and in docs/; decision records speak of other languages as well. */
export function readPages(): readonly Page[] {
  const top = readdirSync(projectFolder).filter((name) => name.endsWith(".md"));
  const docs = readdirSync(join(projectFolder, "docs")).filter((name) => name.endsWith(".md"));
  return [...top, ...docs.map((name) => `docs/${name}`)].map(readPage);
}

export function listCodeBlocks({ path, text }: Page): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { readonly line: number; readonly language: string; readonly lines: string[] } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^```(\w*)\s*$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === undefined) open = { line: index + 1, language: fence[1] ?? "", lines: [] };
    else {
      blocks.push({
        page: path,
        line: open.line,
        language: open.language,
        text: `${open.lines.join("\n")}\n`,
      });
      open = undefined;
    }
  }
  return blocks;
}

/** What stands in back-ticks outside of code blocks. */
export function listQuotedWords({ text }: Page): readonly string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
}

/** Words in back-ticks that a table row or a heading begins with: what a reference page describes. */
export function listDescribedWords({ text }: Page): readonly string[] {
  return [...text.matchAll(/^(?:\| |#{2,4} )`([^`\n]+)`/gm)].map((match) => match[1] ?? "");
}

/** The lines between two comment marks. */
export function readPart({ path, text }: Page, from: string, to: string): string {
  const start = text.indexOf(from);
  const end = text.indexOf(to, start);
  if (start < 0 || end < 0) throw new Error(`${path} has no part from ${from} to ${to}`);
  return text.slice(start + from.length, end);
}
