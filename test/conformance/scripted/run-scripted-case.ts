/** Runs a case whose test drives the command line: carries its script out against ours. */
import type { ConformanceCase } from "../cases.ts";
import type { CaseResult } from "../run-case.ts";
import { runScript } from "./run-script.ts";
import type { ScriptSettings } from "./run-script.ts";
import { scriptedCases } from "./scripted-cases.ts";

export async function runScriptedCase(
  folder: string,
  one: ConformanceCase,
  settings: Pick<ScriptSettings, "executor" | "limitMs">,
): Promise<CaseResult> {
  const script = scriptedCases.get(one.id);
  if (script === undefined)
    return { verdict: "skipped", detail: "scripted, and no script for it", tookMs: 0 };
  const before = performance.now();
  try {
    const detail = await runScript(script, { ...settings, folder, document: one.document });
    return { verdict: detail === "" ? "passed" : "failed", detail, tookMs: performance.now() - before };
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { verdict: "failed", detail, tookMs: performance.now() - before };
  }
}
