/** The conformance cases that lie beside the project; absent elsewhere. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface ConformanceCase {
  readonly id: string;
  readonly source: string;
  readonly document: string;
  readonly doc?: number;
  readonly store_first?: readonly string[];
  readonly expect: string;
  readonly confidence: string;
  readonly expectNodes?: Readonly<Record<string, { readonly phase?: string; readonly type?: string }>>;
  readonly messages?: readonly { readonly op: string; readonly text: string }[];
  readonly tier: string;
  readonly mode?: string;
}

/** Folder of the cases; undefined when there is none. */
export function findCasesFolder(): string | undefined {
  const folder = join(dirname(fileURLToPath(import.meta.url)), "../../../shared/conformance/argo");
  return existsSync(join(folder, "cases.json")) ? folder : undefined;
}

export function readCases(folder: string): readonly ConformanceCase[] {
  return JSON.parse(readFileSync(join(folder, "cases.json"), "utf8")) as ConformanceCase[];
}

/** The tier without its additions: `process+pod-assert` is `process`. */
export function baseTier(one: ConformanceCase): string {
  return one.tier.split("+")[0] as string;
}
