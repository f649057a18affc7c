/**
 * Argo's own lint and validation cases, and the rule that every document that Argo runs passes the check.
 * The cases lie beside the project; without them the test is skipped and says so.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { Diagnostic } from "../../src/base/diagnostic.ts";
import { checkArgoDocument } from "../../src/languages/argo/check/check-argo-document.ts";
import type { CheckContext } from "../../src/languages/argo/check/check-argo-document.ts";
import type { ReadOptions } from "../../src/languages/argo/read/read-argo-documents.ts";
import { readArgoDocuments } from "../../src/languages/argo/read/read-argo-documents.ts";
import type { ArgoDocument, WorkflowTemplate } from "../../src/languages/argo/read/types.ts";
import { STORED_BY_UNIT_TESTS } from "./stored-definitions.ts";

interface Case {
  readonly id: string;
  readonly document: string;
  readonly doc?: number;
  readonly store_first?: readonly (string | { readonly document: string })[];
  readonly expect: string;
  readonly tier: string;
  readonly messages?: readonly { readonly op: string; readonly text: string }[];
}

const folder = new URL("../../../shared/conformance/argo/", import.meta.url);
const available = existsSync(new URL("cases.json", folder));
const skip = available ? false : "the conformance cases are not beside the project";

function readCases(): readonly Case[] {
  if (!available) return [];
  return JSON.parse(readFileSync(new URL("cases.json", folder), "utf8")) as readonly Case[];
}

/** Every stored template of the whole set, for documents that Argo's tests run against a filled cluster. */
const pool: readonly ArgoDocument[] = available
  ? [...new Set(readCases().map((item) => item.document))].flatMap((file) => readStored(file, {}))
  : [];

function readStored(file: string, options: ReadOptions): readonly ArgoDocument[] {
  const text = readFileSync(new URL(file, folder), "utf8");
  return readArgoDocuments(text, file, options).documents;
}

interface Lint {
  readonly problems: readonly Diagnostic[];
  /** Stored objects that the document asks for and that the whole set does not hold. */
  readonly missing: readonly string[];
}

/** All problems of the document that a case is about; the other documents of its files count as stored. */
function lintCase(item: Case, submitted: boolean): Lint {
  const main = readArgoDocuments(readFileSync(new URL(item.document, folder), "utf8"), item.document);
  const first = (item.store_first ?? []).flatMap((entry) =>
    readStored(nameFile(entry), { assumeKind: "WorkflowTemplate" }),
  );
  const unit = readArgoDocuments(STORED_BY_UNIT_TESTS, "stored.yaml").documents;
  const stored = [...main.documents, ...first, ...(submitted ? pool : unit)];
  const document = main.documents[item.doc ?? 0];
  const missing: string[] = [];
  const findTemplateSource = (kind: string, name: string): WorkflowTemplate | undefined => {
    const found = findStored(stored, kind, name);
    if (found === undefined) missing.push(`${kind} ${name}`);
    return found;
  };
  const context: CheckContext = { submitted, findTemplateSource };
  const checked = document === undefined ? [] : checkArgoDocument(document, context);
  return { problems: [...main.diagnostics, ...checked], missing };
}

function nameFile(entry: string | { readonly document: string }): string {
  return typeof entry === "string" ? entry : entry.document;
}

function findStored(
  documents: readonly ArgoDocument[],
  kind: string,
  name: string,
): WorkflowTemplate | undefined {
  for (const document of documents) {
    if (document.kind !== "WorkflowTemplate" && document.kind !== "ClusterWorkflowTemplate") continue;
    if (document.kind === kind && document.value.metadata?.name === name) return document.value;
  }
  return undefined;
}

function findFailure(item: Case, submitted: boolean): string | undefined {
  const lint = lintCase(item, submitted);
  const problems = lint.problems.filter((diagnostic) => diagnostic.severity === "error");
  if (submitted && lint.missing.length > 0) {
    console.log(`run: ${item.id}: not checked, the set does not hold ${lint.missing.join(", ")}`);
    return undefined;
  }
  const messages = problems.map((diagnostic) => diagnostic.message);
  const refused =
    item.expect === "LintError" || item.messages?.some(({ text }) => text.includes("invalid spec"));
  if (refused !== true) return messages.length === 0 ? undefined : `refused: ${messages.join(" | ")}`;
  if (messages.length === 0) return "accepted";
  for (const { op, text } of item.expect === "LintError" ? (item.messages ?? []) : []) {
    const met = messages.some((message) => (op === "Equal" ? message === text : message.includes(text)));
    if (!met) return `lacks ${op} ${JSON.stringify(text)}; has ${messages.join(" | ")}`;
  }
  return problems.every((diagnostic) => diagnostic.position !== undefined)
    ? undefined
    : "a problem has no position";
}

function assertCases(name: string, cases: readonly Case[], submitted: boolean): void {
  const failures = cases
    .map((item) => ({ id: item.id, failure: findFailure(item, submitted) }))
    .filter((result) => result.failure !== undefined);
  for (const { id, failure } of failures) console.log(`${name}: ${id}: ${failure}`);
  console.log(`${name}: ${cases.length - failures.length} of ${cases.length} cases pass`);
  assert.deepEqual(failures, []);
}

test("Argo's lint cases give Argo's verdict and Argo's words", { skip }, () => {
  assertCases(
    "lint",
    readCases().filter((item) => item.tier === "lint"),
    false,
  );
});

test("documents that Argo runs or stores pass the check", { skip }, () => {
  const runs = ["Succeeded", "Failed", "Completed", "Created", "Suspended", "Nondeterministic", "Running"];
  const cases = readCases().filter((item) => item.tier !== "lint" && runs.includes(item.expect));
  assertCases("run", cases, true);
});
