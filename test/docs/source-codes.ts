/**
 * The codes of errors and diagnostics in the sources.
 * Areas are learnt from where codes are certain (an error's first argument, a field `code`);
 * then every text of these areas counts, because codes also travel through functions of ours.
 */
import { isCode, readProject } from "../tidy/project-files.ts";
import type { ProjectFile } from "../tidy/project-files.ts";

export interface SourceCodes {
  readonly codes: ReadonlySet<string>;
  /** Beginnings of codes whose end is computed: `argo/unsupported-`. */
  readonly beginnings: ReadonlySet<string>;
}

const certain = /(?:new \w*Error\(|\bcode:)\s*"([a-z]+)\/[a-z0-9-]+"/g;

/** Sources that make codes; the suites of the ports only compare them. */
export function readCodeSources(): readonly ProjectFile[] {
  return readProject().filter(
    (file) => isCode(file) && file.path.startsWith("src/") && !file.path.startsWith("src/ports/conformance/"),
  );
}

export function collectCodes(files: readonly Pick<ProjectFile, "text">[]): SourceCodes {
  const areas = new Set(
    files.flatMap(({ text }) => [...text.matchAll(certain)].map((match) => match[1] ?? "")),
  );
  const area = [...areas].join("|");
  const whole = new RegExp(`"((?:${area})/[a-z0-9-]+)"`, "g");
  const computed = new RegExp(`\`((?:${area})/[a-z0-9-]*)\\$\\{`, "g");
  const find = (pattern: RegExp): Set<string> =>
    new Set(files.flatMap(({ text }) => [...text.matchAll(pattern)].map((match) => match[1] ?? "")));
  return { codes: find(whole), beginnings: find(computed) };
}
