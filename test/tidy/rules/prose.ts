/** What prose says about the project is true: links lead somewhere, and the commands it names exist. */
import { posix } from "node:path";
import type { Finding, ProjectFile } from "../project-files.ts";

interface Line {
  readonly text: string;
  readonly number: number;
  /** True inside a fenced code block. */
  readonly isCode: boolean;
}

function splitLines(file: ProjectFile): readonly Line[] {
  let fence: string | undefined;
  return file.text.split("\n").map((text, index) => {
    const mark = /^\s*(```+|~~~+)/.exec(text)?.[1];
    const isFence = mark !== undefined && (fence === undefined || text.trim().startsWith(fence));
    const isCode = isFence || fence !== undefined;
    if (isFence) fence = fence === undefined ? mark : undefined;
    return { text, number: index + 1, isCode };
  });
}

function isMarkdown({ path }: ProjectFile): boolean {
  return path.endsWith(".md");
}

const linkPattern = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\s*\[[^\]]+\]:\s+(\S+)/g;

/** Relative links whose file, or whose heading in it, is not there. `exists` answers for paths relative to the project. */
export function findDeadLinks(
  files: readonly ProjectFile[],
  exists: (path: string) => boolean,
): readonly Finding[] {
  const documents = new Map(files.filter(isMarkdown).map((file) => [file.path, file]));
  return [...documents.values()].flatMap((file) =>
    splitLines(file)
      .filter(({ isCode }) => !isCode)
      .flatMap(({ text, number }) =>
        [...text.replace(/`[^`]*`/g, "").matchAll(linkPattern)].flatMap(([, inline, reference]) => {
          const message = judgeLink(file, inline ?? reference ?? "", documents, exists);
          return message === undefined ? [] : [{ path: file.path, line: number, message }];
        }),
      ),
  );
}

function judgeLink(
  file: ProjectFile,
  link: string,
  documents: ReadonlyMap<string, ProjectFile>,
  exists: (path: string) => boolean,
): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return undefined;
  const [pathPart = "", anchor] = link.split("#");
  const target =
    pathPart === "" ? file.path : posix.normalize(posix.join(posix.dirname(file.path), decodeURI(pathPart)));
  if (target.startsWith("..")) return `link leaves the project: ${link}`;
  if (!exists(target)) return `link leads nowhere: ${link}`;
  const document = documents.get(target);
  if (anchor === undefined || document === undefined) return undefined;
  return listAnchors(document).has(anchor) ? undefined : `link to a heading that is not there: ${link}`;
}

/** The names under which the headings of a document can be linked to. */
function listAnchors(file: ProjectFile): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const { text, isCode } of splitLines(file)) {
    const heading = isCode ? undefined : /^#{1,6}\s+(.*?)\s*#*$/.exec(text)?.[1];
    for (const [, id] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) if (id !== undefined) anchors.add(id);
    if (heading === undefined) continue;
    const base = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    let name = base;
    for (let count = 1; anchors.has(name); count += 1) name = `${base}-${count}`;
    anchors.add(name);
  }
  return anchors;
}

/** npm scripts that prose tells the reader to run and that package.json does not have. */
export function findUnknownScripts(
  files: readonly ProjectFile[],
  scripts: ReadonlySet<string>,
): readonly Finding[] {
  return files.filter(isMarkdown).flatMap((file) =>
    splitLines(file).flatMap(({ text, number, isCode }) => {
      const code = isCode ? [text] : [...text.matchAll(/`([^`]+)`/g)].map(([, inside]) => inside ?? "");
      return code
        .flatMap((part) => [...part.matchAll(/\bnpm (?:run ([a-z][\w:-]*)|(start|test)\b)/g)])
        .map(([, named, short]) => named ?? short ?? "")
        .filter((name) => !scripts.has(name))
        .map((name) => ({ path: file.path, line: number, message: `there is no npm script "${name}"` }));
    }),
  );
}
