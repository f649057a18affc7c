/**
 * What one check carries along: the document, what is known of it, and the list of problems.
 * A Source is an object that holds templates (this document, or a stored one); a Site is where the check
 * stands: the text that Argo puts before its messages, and the path in the document to point at.
 */
import type { Diagnostic } from "../../../base/diagnostic.ts";
import type { ArgoDocument, DocumentPath, Template, WorkflowSpec, WorkflowTemplate } from "../read/types.ts";
import type { ArgoCode } from "./codes.ts";
import type { Scope } from "./scope-types.ts";

/** What a check may ask and must know beside the document. */
export interface CheckContext {
  /** The stored template object of that kind and name; undefined when there is none. */
  readonly findTemplateSource: (
    kind: "WorkflowTemplate" | "ClusterWorkflowTemplate",
    name: string,
  ) => WorkflowTemplate | undefined;
  /** True when the document is about to run: every workflow parameter then needs a value. False for lint. */
  readonly submitted: boolean;
}

/** An object with templates. */
export interface Source {
  readonly spec: WorkflowSpec;
  readonly templates: ReadonlyMap<string, PlacedTemplate>;
  /** True for the document under check, false for stored objects. */
  readonly local: boolean;
}

/** A template and where it stands in its source. */
export interface PlacedTemplate {
  readonly template: Template;
  readonly path: SitePath;
}

/** A path as a chain of its parts, last part first: going down costs one small object, and few are ever read. */
export type SitePath = { readonly parent: SitePath; readonly part: string | number } | undefined;

/** Where the check stands. */
export interface Site {
  readonly source: Source;
  /** What Argo writes before a message: the chain of calls that led here, ending in a blank or empty. */
  readonly chain: string;
  /** Path in the document under check; inside a stored object, the path of the call that led there. */
  readonly path: SitePath;
  /** False inside a stored object: paths then stay at the call. */
  readonly local: boolean;
  /** Number of nested template calls. */
  readonly depth: number;
}

export interface Checker {
  readonly document: ArgoDocument;
  readonly context: CheckContext;
  readonly diagnostics: Diagnostic[];
  /** Global variables that a tag may name: `workflow.name`, `workflow.parameters.x`, ... */
  readonly globals: Set<string>;
  /** Values of workflow parameters that are known now. */
  readonly parameterValues: Map<string, string>;
  /** True when an output may be published under a name that is only known at run time. */
  anyGlobalParameter: boolean;
  anyGlobalArtifact: boolean;
  /** True for stored templates: workflow parameters may come from whoever uses them. */
  readonly isTemplate: boolean;
  readonly visited: Set<Template>;
  /** Checks a template that is called; held here because templates, steps and dags check each other in turn. */
  readonly checkTemplate: (
    checker: Checker,
    site: Site,
    template: Template,
    outer: Scope | undefined,
  ) => void;
  readonly sources: Map<string, Source | undefined>;
}

const mostDiagnostics = 500;
const longestMessage = 1000;

/**
 * What a problem says. The message is the site's chain and the text; the position is the path below the site's, and there
 * the text `part`, when it stands in the value as it is.
 */
type Told = readonly [site: Site, text: string, below?: DocumentPath, hint?: string, part?: string];

/** Adds an error. */
export function reportError(checker: Checker, code: ArgoCode, ...told: Told): void {
  addDiagnostic(checker, code, "error", told);
}

/** Adds a warning: Argo accepts it, but it can hardly be meant. */
export function reportWarning(checker: Checker, code: ArgoCode, ...told: Told): void {
  addDiagnostic(checker, code, "warning", told);
}

function addDiagnostic(
  checker: Checker,
  code: ArgoCode,
  severity: "error" | "warning",
  [site, text, below = [], hint, part]: Told,
): void {
  const { diagnostics, document } = checker;
  if (isFull(checker)) return;
  if (diagnostics.length === mostDiagnostics) {
    const message = `there are more problems than the ${mostDiagnostics} shown`;
    diagnostics.push({ code: "argo/too-many-problems", severity: "error", message });
    return;
  }
  const path = site.local ? [...listPath(site.path), ...below] : listPath(site.path);
  const position = document.locate(path, "field", site.local ? part : undefined);
  const excerpt = document.excerpt(position);
  const full = site.chain + text;
  const message = full.length > longestMessage ? `${full.slice(0, longestMessage)}...` : full;
  diagnostics.push({ code, severity, message, position, excerpt, ...(hint === undefined ? {} : { hint }) });
}

/** True when no more problems are taken, so that nobody need look for what to say about one. */
export function isFull({ diagnostics }: Checker): boolean {
  return diagnostics.length > mostDiagnostics;
}

/** The same site some steps further down the document. */
export function descend(site: Site, ...below: DocumentPath): Site {
  if (!site.local) return site;
  let path = site.path;
  for (const part of below) path = { parent: path, part };
  return { source: site.source, chain: site.chain, path, local: true, depth: site.depth };
}

/** A path of the document as a chain. */
export function chainPath(path: DocumentPath): SitePath {
  let chain: SitePath;
  for (const part of path) chain = { parent: chain, part };
  return chain;
}

function listPath(path: SitePath): DocumentPath {
  const parts: (string | number)[] = [];
  for (let at = path; at !== undefined; at = at.parent) parts.push(at.part);
  return parts.reverse();
}
