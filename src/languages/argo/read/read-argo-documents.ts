/**
 * Reads the Argo documents of a file: YAML or JSON, one or many, also `kind: List`.
 * Everything that is wrong is reported at once, with positions; whatever can be understood is returned,
 * so that checks can go on. Never throws, whatever the text.
 */
import type { Diagnostic, SourcePosition } from "../../../base/diagnostic.ts";
import type { JsonObject } from "../../../base/json.ts";
import { decodeJson, decodeObject } from "./decode.ts";
import { describeValue, isRecord } from "./decode-scalar.ts";
import { getObjectType } from "./fields/field-types.ts";
import { loadYaml } from "./load-yaml.ts";
import { makeDiagnostic } from "./loaded-document.ts";
import type { LoadedDocument, LoadedText } from "./loaded-document.ts";
import { findClosestName } from "../../../base/closest-name.ts";
import { createReadProblems, formatPath } from "./read-problems.ts";
import type { ReadProblem, ReadProblems } from "./read-problems.ts";
import type {
  ArgoDocument,
  CronWorkflow,
  DocumentPath,
  Workflow,
  WorkflowEventBinding,
  WorkflowTemplate,
} from "./types.ts";
import type { PositionEntry, PositionNode } from "./yaml-positions.ts";

export interface ReadOptions {
  /** Unknown fields and duplicate keys are errors, as in `argo lint --strict`. Absent means warnings. */
  readonly strict?: boolean;
  /** The kind of documents that do not name theirs; without it they are read as workflows where that is possible. */
  readonly assumeKind?: ArgoKind;
}

/** The kinds of documents that are read into types. */
export type ArgoKind = (typeof argoKinds)[number];

export interface ReadResult {
  readonly documents: readonly ArgoDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

const argoKinds = [
  "Workflow",
  "WorkflowTemplate",
  "ClusterWorkflowTemplate",
  "CronWorkflow",
  "WorkflowEventBinding",
] as const;

/** Old fields by the present one that they became: where to look for a position. */
const oldNames: ReadonlyMap<string, string> = new Map([
  ["schedules", "schedule"],
  ["mutexes", "mutex"],
  ["semaphores", "semaphore"],
]);

/** More problems than anybody reads are not looked for in the documents that follow. */
const mostDiagnostics = 1_000;

const smallestBudget = 400_000;

/** Reads all documents of a text. `file` is only used in positions. */
export function readArgoDocuments(text: string, file: string, options: ReadOptions = {}): ReadResult {
  const strict = options.strict === true;
  const loaded = loadYaml(text, file, strict);
  const diagnostics = [...loaded.diagnostics];
  const documents: ArgoDocument[] = [];
  const problems = createReadProblems(strict, smallestBudget + text.length);
  for (const document of loaded.documents) {
    if (document.raw === null || document.raw === undefined) continue;
    if (diagnostics.length > mostDiagnostics) break;
    for (const place of listPlaces(document, problems)) {
      const read = readDocument(place, documents.length, loaded, problems, options.assumeKind);
      if (read !== undefined) documents.push(read);
    }
    addBooleanProblems(problems, document, loaded);
    for (const problem of problems.list) diagnostics.push(toDiagnostic(problem, document, loaded));
    problems.list.length = 0;
    problems.overBudget = false;
  }
  if (documents.length === 0 && diagnostics.length === 0) {
    diagnostics.push(
      makeDiagnostic("argo/no-document", "warning", "the file holds no document", loaded.source, 0),
    );
  }
  return { documents, diagnostics };
}

/** A document, or a member of a List: its value and the path to it. */
interface Place {
  readonly raw: unknown;
  readonly prefix: DocumentPath;
  readonly document: LoadedDocument;
}

function listPlaces(document: LoadedDocument, problems: ReadProblems): readonly Place[] {
  const { raw } = document;
  const items = isRecord(raw) && raw["kind"] === "List" ? raw["items"] : undefined;
  if (!Array.isArray(items)) return [{ raw, prefix: [], document }];
  problems.budget -= items.length;
  return items.map((item: unknown, index) => ({ raw: item, prefix: ["items", index], document }));
}

function readDocument(
  place: Place,
  index: number,
  loaded: LoadedText,
  problems: ReadProblems,
  assumeKind: ArgoKind | undefined,
): ArgoDocument | undefined {
  problems.path.push(...place.prefix);
  const read = decodeDocument(place.raw, problems, assumeKind);
  problems.path.length = 0;
  if (read === undefined) return undefined;
  const locate = (path: DocumentPath, at: "value" | "field" = "value", part?: string): SourcePosition => {
    const position = locatePath([...place.prefix, ...path], place.document, loaded, at);
    return part === undefined ? position : locatePart(position, part, loaded);
  };
  return { ...read, index, locate, excerpt: loaded.source.excerptAt };
}

type DecodedDocument = ArgoDocument extends infer D
  ? D extends ArgoDocument
    ? Omit<D, "index" | "locate" | "excerpt">
    : never
  : never;

function decodeDocument(
  raw: unknown,
  problems: ReadProblems,
  assumeKind: ArgoKind | undefined,
): DecodedDocument | undefined {
  if (!isRecord(raw)) {
    addAt(problems, "argo/wrong-type", `a document must be a mapping, found ${describeValue(raw)}`);
    return undefined;
  }
  const apiVersion = typeof raw["apiVersion"] === "string" ? raw["apiVersion"] : "";
  const objectKind = typeof raw["kind"] === "string" ? raw["kind"] : "";
  const kind = argoKinds.find((name) => name === objectKind) ?? guessKind(raw, problems, assumeKind);
  if (kind === undefined) return decodeOther(raw, apiVersion, objectKind, problems);
  checkApiVersion(apiVersion, kind, problems);
  const typeName = kind === "ClusterWorkflowTemplate" ? "WorkflowTemplate" : kind;
  const value = decodeObject(getObjectType(typeName), raw, problems);
  if (value === undefined) return undefined;
  // The field tables and the types describe the same fields; a test walks both.
  switch (kind) {
    case "Workflow":
      return { kind, apiVersion, value: value as Workflow };
    case "WorkflowTemplate":
    case "ClusterWorkflowTemplate":
      return { kind, apiVersion, value: value as WorkflowTemplate };
    case "CronWorkflow":
      return { kind, apiVersion, value: value as CronWorkflow };
    case "WorkflowEventBinding":
      return { kind, apiVersion, value: value as WorkflowEventBinding };
  }
}

/** A document without a kind that can only be a workflow is read as one, with a warning. */
function guessKind(
  raw: { readonly [key: string]: unknown },
  problems: ReadProblems,
  assumeKind: ArgoKind | undefined,
): ArgoKind | undefined {
  const spec = raw["spec"];
  if (raw["kind"] !== undefined || !isRecord(spec)) return undefined;
  const isCron = isRecord(spec["workflowSpec"]);
  const isWorkflow = ["entrypoint", "templates", "workflowTemplateRef"].some((field) => field in spec);
  const kind = assumeKind ?? (isCron ? "CronWorkflow" : isWorkflow ? "Workflow" : undefined);
  if (kind === undefined) return undefined;
  const message = `Object 'Kind' is missing; read as a ${kind}`;
  addAt(problems, "argo/missing-kind", message, `write kind: ${kind}`, "warning");
  return kind;
}

function decodeOther(
  raw: { readonly [key: string]: unknown },
  apiVersion: string,
  objectKind: string,
  problems: ReadProblems,
): DecodedDocument | undefined {
  if (objectKind === "") {
    const found =
      raw["kind"] === undefined ? "is missing" : `must be text, found ${describeValue(raw["kind"])}`;
    addAt(problems, "argo/missing-kind", `Object 'Kind' ${found}`, `write one of ${argoKinds.join(", ")}`);
  } else if (apiVersion.startsWith("argoproj.io/v1alpha1")) {
    const closest = findClosestName(objectKind, argoKinds);
    const hint =
      closest === undefined ? `known kinds are ${argoKinds.join(", ")}` : `did you mean ${closest}?`;
    addAt(
      problems,
      "argo/unknown-kind",
      `kind ${JSON.stringify(objectKind)} is not an Argo Workflows kind`,
      hint,
      "warning",
    );
  }
  const value = decodeJson(raw, problems);
  // decodeJson returns an object for an object, or undefined when it is too big.
  return value === undefined
    ? undefined
    : { kind: "Other", apiVersion, objectKind, value: value as JsonObject };
}

function checkApiVersion(apiVersion: string, kind: string, problems: ReadProblems): void {
  if (apiVersion === "argoproj.io/v1alpha1" || apiVersion === "") return;
  const message = `apiVersion of a ${kind} must be argoproj.io/v1alpha1, found ${JSON.stringify(apiVersion)}`;
  addAt(problems, "argo/api-version", message, undefined, "warning");
}

function addAt(
  problems: ReadProblems,
  code: string,
  message: string,
  hint?: string,
  severity: "error" | "warning" = "error",
): void {
  if (problems.list.length > mostDiagnostics) return;
  const path = [...problems.path];
  problems.list.push({
    code,
    severity,
    message,
    path,
    atKey: false,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** A word that Go's YAML reads as a boolean although it hardly looks like one. */
const booleanWordPattern =
  /(?<![^\s,:[{-])(?:[yYnN]|[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF)(?=\s*(?:[,\]}\r\n]|\s#|$))/;
const startsWithWordPattern =
  /^(?:[yYnN]|[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF)(?=\s*(?:[,\]}\r\n]|\s#|$))/;

/**
 * Warns where a name or value was written `n` or `yes`: Argo gets `false` or `true` then.
 * Positions are only looked for when such a word is somewhere in the text, because they cost a second parse.
 */
function addBooleanProblems(problems: ReadProblems, document: LoadedDocument, loaded: LoadedText): void {
  const { text } = loaded.source;
  if (problems.booleans.length > 0 && booleanWordPattern.test(text)) {
    for (const path of problems.booleans) {
      const { offset } = locatePath(path, document, loaded, "value");
      const word = startsWithWordPattern.exec(text.slice(offset, offset + 20))?.[0];
      if (word === undefined) continue;
      const value = /^[yYoO][^fF]*$/.test(word) ? "true" : "false";
      const message = `${formatPath(path)} is written ${word}, which YAML reads as the boolean ${value}`;
      const hint = `write "${word}" in quotes, or ${value} if that is meant`;
      problems.list.push({
        code: "argo/boolean-word",
        severity: "warning",
        message,
        path,
        atKey: false,
        hint,
      });
    }
  }
  problems.booleans.length = 0;
}

function toDiagnostic(problem: ReadProblem, document: LoadedDocument, loaded: LoadedText): Diagnostic {
  const { code, severity, message, hint } = problem;
  const position = locatePath(problem.path, document, loaded, problem.atKey ? "key" : "value");
  const excerpt = loaded.source.excerptAt(position);
  return { code, severity, message, position, excerpt, ...(hint === undefined ? {} : { hint }) };
}

/** The position at the end of a path, or of the last part of it that exists: of its value or of its key. */
function locatePath(
  path: DocumentPath,
  document: LoadedDocument,
  loaded: LoadedText,
  at: "value" | "key" | "field",
): SourcePosition {
  let node = document.findRoot();
  let offset = node?.offset ?? 0;
  for (const [depth, part] of path.entries()) {
    const entry = node === undefined ? undefined : findEntry(node, part);
    const next = entry?.value ?? (typeof part === "number" ? node?.items?.[part] : undefined);
    if (next === undefined) break;
    node = next;
    const isKey = depth === path.length - 1 && (at === "key" || (at === "field" && isCollection(next)));
    offset = isKey && entry !== undefined ? entry.keyOffset : next.offset;
  }
  return loaded.source.positionAt(document.toOffset(offset));
}

/** How far into a value a part of it is looked for: where the value ends is not known. */
const farthestPart = 20_000;

/** Where a text stands at or after a position, unless it is written otherwise, for example with escapes. */
function locatePart(position: SourcePosition, part: string, { source }: LoadedText): SourcePosition {
  const window = source.text.slice(position.offset, position.offset + farthestPart);
  const found = window.indexOf(part);
  return found <= 0 ? position : source.positionAt(position.offset + found);
}

function isCollection(node: PositionNode): boolean {
  return node.entries !== undefined || node.items !== undefined;
}

function findEntry(node: PositionNode, part: string | number): PositionEntry | undefined {
  if (typeof part === "number" || node.entries === undefined) return undefined;
  const old = oldNames.get(part);
  const found = node.entries.get(part) ?? (old === undefined ? undefined : node.entries.get(old));
  if (found !== undefined) return found;
  const lower = part.toLowerCase();
  for (const [key, entry] of node.entries) if (key.toLowerCase() === lower) return entry;
  return undefined;
}
