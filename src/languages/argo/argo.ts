/** Argo Workflows: documents in, plans, evaluators and views out. */
import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Compiled, Language, LintOptions, Submission } from "../../model/run/language.ts";
import { checkArgoDocument } from "./check/check-argo-document.ts";
import { findStrayParameters } from "./check/check-submission.ts";
import { createArgoEvaluator } from "./evaluate/create-argo-evaluator.ts";
import { applySubmission } from "./lower/apply-submission.ts";
import { lowerDocument } from "./lower/lower-document.ts";
import { createName } from "./lower/surroundings.ts";
import { collectStored, storedKey } from "./lower/template-source.ts";
import { adjustCron } from "./read/adjust-cron.ts";
import { convertOld } from "./read/convert-old.ts";
import { chooseDocument } from "./read/choose-document.ts";
import { findReferences } from "./read/find-references.ts";
import { listObjects } from "./read/list-objects.ts";
import { pickKinds } from "./read/pick-kinds.ts";
import { readArgoDocuments } from "./read/read-argo-documents.ts";
import { makeStoredRun } from "./read/stored-run.ts";
import type { ArgoDocument, WorkflowTemplate } from "./read/types.ts";
import { takeSecrets } from "./lower/take-secrets.ts";
import { argoView } from "./view/argo-view.ts";

type Definitions = LintOptions["definitions"];

export const argo: Language = {
  id: "argo",
  // As nearly all begin, and then as any may.
  recognizes: (source) =>
    source.startsWith("apiVersion: argoproj.io/") ||
    /(?:^|[{,])\s*["']?apiVersion["']?\s*:\s*["']?argoproj\.io\//mu.test(source),
  lint: lintArgo,
  takeSecrets,
  findReferences,
  listObjects,
  makeStoredRun,
  adjustCron,
  pickKinds,
  convert: convertOld,
  listWorkflows: (source, file) =>
    readArgoDocuments(source, file).documents.flatMap(({ kind, index }) =>
      kind === "Workflow" ? index : [],
    ),
  compile: compileArgo,
  createEvaluator: createArgoEvaluator,
  view: argoView,
};

function lintArgo(source: string, file: string, options: LintOptions): readonly Diagnostic[] {
  const read = readArgoDocuments(source, file, { strict: options.strict });
  const stored = collectStored([...readDefinitions(options.definitions), ...read.documents]);
  return [
    ...read.diagnostics,
    ...findStrangers(read.documents),
    ...read.documents.flatMap((document) => checkAgainst(document, stored, false)),
  ];
}

/** Definitions that cannot be read are somebody else's problem: they were checked when they were stored. */
function readDefinitions(definitions: Definitions): readonly ArgoDocument[] {
  return definitions.flatMap(({ source, file }) => readArgoDocuments(source, file).documents);
}

function checkAgainst(
  document: ArgoDocument,
  stored: ReturnType<typeof collectStored>,
  submitted: boolean,
): readonly Diagnostic[] {
  return checkArgoDocument(document, {
    submitted,
    findTemplateSource: (kind, name): WorkflowTemplate | undefined =>
      stored.get(storedKey(name, kind === "ClusterWorkflowTemplate"))?.value,
  });
}

function compileArgo(source: string, file: string, submission: Submission): Compiled {
  const read = readArgoDocuments(source, file, { strict: submission.strict === true });
  const chosen = chooseDocument(read.documents, submission.document);
  if (chosen === undefined) {
    // A file that cannot be read at all holds no workflow either; saying so would not help.
    const isUnread = read.documents.length === 0 && hasErrors(read.diagnostics);
    const missing = isUnread ? [] : [missingDocument(file, read.documents, submission.document)];
    return refuse(submission, [...read.diagnostics, ...missing]);
  }
  const others = [
    ...readDefinitions(submission.definitions ?? []),
    ...read.documents.filter((one) => one !== chosen),
  ];
  const withItself = chosen.kind === "Workflow" ? others : [...others, chosen];
  const document = applySubmission(chosen, submission);
  const strays = findStrayParameters(chosen, source, submission.parameters);
  const found = [...read.diagnostics, ...strays, ...checkAgainst(document, collectStored(withItself), true)];
  if (hasErrors(found)) return refuse(submission, found, document);
  const lowered = lowerDocument(document, withItself, submission);
  return { ...lowered, diagnostics: [...found, ...lowered.diagnostics] };
}

function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}

function missingDocument(
  file: string,
  documents: readonly ArgoDocument[],
  index: number | undefined,
): Diagnostic {
  const which = index === undefined ? "a workflow" : `a document number ${index}`;
  const [first] = documents;
  const found = first === undefined ? "" : `; it begins with a ${nameKind(first)}`;
  return {
    code: "argo/no-workflow",
    severity: "error",
    message: `${file} does not hold ${which} that can be run${found}`,
    ...(first === undefined ? {} : { position: first.locate([]) }),
  };
}

function nameKind(document: ArgoDocument): string {
  return document.kind === "Other" ? document.objectKind || "document without a kind" : document.kind;
}

/** What workflows refer to may lie in files of its own. */
const companionKinds: ReadonlySet<string> = new Set([
  "ConfigMap",
  "Secret",
  "PersistentVolumeClaim",
  "ServiceAccount",
  "Role",
  "RoleBinding",
  "",
]);

/** A file in which there is nothing to check is not a file without problems. */
function findStrangers(documents: readonly ArgoDocument[]): readonly Diagnostic[] {
  const [first] = documents;
  if (first?.kind !== "Other") return [];
  if (
    !documents.every(
      (one) =>
        one.kind === "Other" &&
        !companionKinds.has(one.objectKind) &&
        !one.apiVersion.startsWith("argoproj.io/"),
    )
  )
    return [];
  const position = first.locate([]);
  const message = `the file holds no Argo document; a ${first.objectKind} is not checked`;
  return [
    { code: "argo/no-document", severity: "warning", message, position, excerpt: first.excerpt(position) },
  ];
}

function refuse(
  submission: Submission,
  diagnostics: readonly Diagnostic[],
  document?: ArgoDocument,
): Compiled {
  const meta = document?.kind === "Workflow" ? (document.value.metadata ?? {}) : {};
  return { name: createName(meta, submission), labels: {}, annotations: {}, diagnostics };
}
