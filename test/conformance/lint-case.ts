/** Lints one case and compares what it expects. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { argo } from "../../src/languages/argo/argo.ts";
import type { ConformanceCase } from "./cases.ts";
import type { CaseResult } from "./run-case.ts";
import { findDefinitions, STORED_BY_UNIT_TESTS } from "./stored-definitions.ts";

export function lintCase(folder: string, one: ConformanceCase): CaseResult {
  const before = performance.now();
  const definitions = [
    ...findDefinitions(folder, one),
    { source: STORED_BY_UNIT_TESTS, file: "stored.yaml" },
  ];
  const source = readFileSync(join(folder, one.document), "utf8");
  const errors = argo
    .lint(source, one.document, { strict: true, definitions })
    .filter((found) => found.severity === "error");
  const detail = compare(
    one,
    errors.map((error) => error.message),
  );
  return { verdict: detail === "" ? "passed" : "failed", detail, tookMs: performance.now() - before };
}

function compare(one: ConformanceCase, messages: readonly string[]): string {
  if (one.expect === "LintOK" || one.expect === "Created")
    return messages.length === 0 ? "" : `expected no errors, found: ${messages.join(" | ")}`;
  if (messages.length === 0) return "expected an error, found none";
  const missing = (one.messages ?? []).filter(
    ({ op, text }) =>
      !messages.some((message) => (op === "Equal" ? message === text : message.includes(text))),
  );
  return missing.length === 0
    ? ""
    : `missing: ${missing.map((m) => m.text).join(" | ")}; found: ${messages.join(" | ")}`;
}
