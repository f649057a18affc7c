/**
 * The desk on which one document is lowered: where templates are found, which processes exist already,
 * what was found wrong. Everything that is shared while a plan is made hangs here.
 *
 * Expressions are interned: the same text gives the same object, so that a dag of ten thousand tasks
 * with the same argument costs one expression, and evaluators can cache by identity.
 */
import type { Diagnostic } from "../../../base/diagnostic.ts";
import type { Json, JsonObject } from "../../../base/json.ts";
import type { Expression, ExpressionForm, Templated } from "../../../model/plan/expression.ts";
import type { Pointer, Process } from "../../../model/plan/plan.ts";
import type { ArgoDocument, Metadata, RetryStrategy, Template, Volume } from "../read/types.ts";
import type { Repository } from "./driver-location.ts";
import type { TemplateSource, TemplateSpace } from "./template-space.ts";

/** Dialects of the expressions that this language writes into a plan. */
export const dialects = {
  /** Text with tags. */
  text: "argo-text",
  /** Text with tags that is a single reference; an absent source gives no value instead of an error. */
  optionalText: "argo-text-or-absent",
  /** Text with tags; what names nothing yet stays as it is written. */
  globalText: "argo-text-global",
  /** An expr expression, after its tags are replaced. */
  expr: "argo-expr",
  /** The same, but whatever goes wrong means "absent". */
  optionalExpr: "argo-expr-or-absent",
  /** Text with tags, then govaluate, then a boolean. */
  when: "argo-when",
  /** One reference to a value or a file; an absent source gives no value. */
  ref: "argo-ref",
  /** Text with tags that is a key of the default artifact repository; what lies under it may be missing in the second. */
  key: "argo-key",
  optionalKey: "argo-key-optional",
  /** JSON text of a reference to a key of a ConfigMap: name, key, default. The value may hold tags itself. */
  configMap: "argo-config-map",
  /** JSON text of a Word (lower-words.ts) that has more parts than texts with tags. */
  word: "argo-word",
  /** JSON text of ComputedFiles (lower-text-volume.ts): files of a volume, or their permissions. */
  storedFiles: "argo-stored-files",
  /** JSON text of a list of EnvText (lower-words.ts), among them all those of ConfigMaps or Secrets by computed names. */
  variables: "argo-variables",
  /** JSON text whose string leaves hold tags. */
  items: "argo-items",
  /** Requirements on the fields of an object, after their tags are replaced: any one, or all of them. */
  anyRequirement: "argo-any-requirement",
  allRequirements: "argo-all-requirements",
  /** What a JSONPath template of kubectl finds in an object. */
  objectPath: "argo-object-path",
  /** A filter of jq for the object that a resource template acted on. */
  objectFilter: "argo-object-filter",
  /** JSON text of a list of expressions over `data`; the first one sees the keys of a listing, each other the value before. */
  data: "argo-data",
  /** JSON text of a withSequence that has a format. */
  sequence: "argo-sequence",
  /** Text with tags that may also use the names of metrics; all of them must be known. */
  metric: "argo-metric",
  /** The same as a condition. */
  metricWhen: "argo-metric-when",
  /** Text with tags for somebody outside; all of them must be known. */
  message: "argo-message",
} as const;

/** Environment and settings that come with a submission. */
export interface Surroundings {
  readonly namespace: string;
  readonly facts: JsonObject;
  /** Text by key by name. */
  readonly configMaps: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** `binaryData` of ConfigMaps, as texts that stand for bytes (base/byte-text.ts); volumes alone have a use for it. */
  readonly binaryData: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly secrets: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The key that a ConfigMap of artifact repositories names as its default, by name of the ConfigMap. */
  readonly usualRepositories: ReadonlyMap<string, string>;
}

export interface Lowering {
  readonly around: Surroundings;
  readonly diagnostics: Diagnostic[];
  /** Undefined while a process is reserved and not yet lowered. */
  readonly processes: (Process | undefined)[];
  readonly processById: Map<string, number>;
  /** Processes that are reserved, with what they are made from. */
  readonly queue: PendingProcess[];
  /** Processes whose standard output somebody refers to. */
  readonly captured: Set<number>;
  /** Set when a call that is only known at run time refers to a result. */
  captureAll: boolean;
  /** Where artifacts lie that say less than a place; absent: on this machine. */
  readonly repository: Repository | undefined;
  /** Whether the workflow keeps logs as artifacts; a template may say otherwise. */
  readonly archiveLogs: boolean | undefined;
  /** When stored outputs are removed that do not say it themselves (Argo fields.md, WorkflowLevelArtifactGC). */
  readonly outputRemoval: string | undefined;
  /** Drivers of storage that the plan needs, and where the document first asks for each. */
  readonly drivers: Map<string, Place>;
  /** Mounted paths of the machine, with `:ro` behind them where a mount is read-only, and the first place of each. */
  readonly hostPaths: Map<string, Place>;
  /** Set when a ConfigMap is looked up while the run goes on. */
  needsConfigMaps: boolean;
  /** Set when a Secret is looked up while the run goes on. */
  needsSecrets: boolean;
  /** True once a call by computed name was met: every template may be reached. */
  namedCalls: boolean;
  readonly spaces: Map<string, TemplateSpace>;
  readonly templateDefaults: Template | undefined;
  readonly defaultRetry: RetryStrategy | undefined;
  readonly runVolumes: readonly Volume[];
  /** The workflow's podSpecPatch, which goes before that of a template. */
  readonly runPodPatch: string | undefined;
  /** Labels and annotations of all pods of the workflow; those of a template go over them. */
  readonly runPodMetadata: Metadata | undefined;
  readonly claimNames: ReadonlySet<string>;
  /** Values of the workflow's parameters that are known before the run. */
  readonly knownValues: Map<string, string>;
  /** Texts with tags, by source: by far the most expressions are these. */
  readonly texts: Map<string, Expression>;
  /** All other expressions, by dialect, form and source. */
  readonly expressions: Map<string, Expression>;
  readonly warned: Set<string>;
  /** What to say of locks whose limits the documents do not say, by their keys: it may be stored beside them. */
  readonly openLimits: Map<string, Diagnostic>;
  /** Fields that change nothing here, with the first place of each, for one warning at the end. */
  readonly withoutEffect: Map<string, Place>;
  /** Hints of the workflow that every attempt's order gets. */
  readonly runHints: Readonly<Record<string, Templated<Json>>>;
  /** Parameters whose absence the port of a template covers, by template. */
  readonly defaultedPorts: WeakMap<Template, ReadonlySet<string>>;
}

export interface PendingProcess {
  readonly index: number;
  readonly id: string;
  readonly space: TemplateSpace;
  readonly source: TemplateSource;
}

/** Text as the plan holds it: as it is, or an expression when it has tags. */
export function lowerText(desk: Lowering, source: string): string | Expression {
  if (!source.includes("{{")) return source;
  const known = desk.texts.get(source);
  if (known !== undefined) return known;
  const expression: Expression = { kind: "expression", dialect: dialects.text, source, form: "text" };
  desk.texts.set(source, expression);
  return expression;
}

/** A text whose tags of workflow parameters are replaced, for what must be known before the run. */
export function settleText(desk: Lowering, source: string): string {
  if (!source.includes("{{")) return source;
  return source.replace(
    /\{\{\s*workflow\.parameters\.([-\w]+)\s*\}\}/gu,
    (tag, name: string) => desk.knownValues.get(name) ?? tag,
  );
}

/** A text that must reach the run as it is, although it may look as if it had tags. */
export function lowerLiteral(text: string): string {
  return text.replaceAll("{{", "{{='{'+'{'}}");
}

/** An expression of any dialect and form. */
export function intern(desk: Lowering, dialect: string, source: string, form: ExpressionForm): Expression {
  const key = `${dialect}\n${form}\n${source}`;
  const known = desk.expressions.get(key);
  if (known !== undefined) return known;
  const expression: Expression = { kind: "expression", dialect, source, form };
  desk.expressions.set(key, expression);
  return expression;
}

/** Where a problem is: a document and a path in it. */
export interface Place {
  readonly document: ArgoDocument | undefined;
  readonly path: Pointer;
}

/** Reports a problem once for each message. */
export function report(
  desk: Lowering,
  severity: "error" | "warning",
  code: string,
  message: string,
  place: Place,
  hint?: string,
): void {
  const key = `${code}\n${message}`;
  if (desk.warned.has(key)) return;
  desk.warned.add(key);
  desk.diagnostics.push(describeProblem(severity, code, message, place, hint));
}

/** A diagnostic with the position and excerpt of a place. */
export function describeProblem(
  severity: "error" | "warning",
  code: string,
  message: string,
  place: Place,
  hint?: string,
): Diagnostic {
  return {
    code,
    severity,
    message,
    ...locate(place),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Position and excerpt of a place, where it has any. */
export function locate(place: Place): Pick<Diagnostic, "position" | "excerpt"> {
  const position = place.document?.locate(place.path, "field");
  if (position === undefined || place.document === undefined) return {};
  return { position, excerpt: place.document.excerpt(position) };
}
