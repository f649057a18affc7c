/**
 * What a language gives to the rest of the house: documents in, plans and evaluators and views out.
 * Each folder below languages/ exports one of these, and main/ lists them.
 */
import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Json, JsonObject } from "../../base/json.ts";
import type { Plan } from "../plan/plan.ts";
import type { Outlook, Progress } from "./outlook.ts";
import type { RunState } from "./run-state.ts";
import type { DefinitionKey, DefinitionKind, DefinitionMark } from "./definition.ts";
import type { Evaluator } from "./scope.ts";
import type { SecretTexts } from "./sealed-secret.ts";

/** A document that another one may refer to. */
export interface GivenDefinition {
  readonly source: string;
  readonly file: string;
  /** The stored version that it is; absent for what was given as a file. */
  readonly stored?: DefinitionMark;
}

/** An object of a file, with a text of its own. */
export interface ListedObject {
  readonly kind: string;
  /** Empty when it has none. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: JsonObject;
  readonly source: string;
}

/** What a person says over the CronWorkflows of a file when they are stored. */
export interface CronOverrides {
  readonly name?: string;
  /** Of a name that is made up when it is stored; a name counts over it. */
  readonly namePrefix?: string;
  readonly schedule?: string;
  readonly entrypoint?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Everything besides the document that decides what a run does. Written to the history, so that the plan can be made again. */
export interface Submission {
  /** Values for the document's parameters, over its own. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Overrides the document's name, or the prefix of a generated one. */
  readonly name?: string;
  readonly namePrefix?: string;
  readonly entrypoint?: string;
  /** Over the document's own: which of the runs that wait comes first. */
  readonly priority?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Other documents that this one refers to, as text, with their files; later ones count over earlier ones. */
  readonly definitions?: readonly GivenDefinition[];
  /** JSON text that the run is about. It is the value of the parameter `payload`, and what makes two submissions the same. */
  readonly payload?: string;
  /** Index of the document in a file of several. */
  readonly document?: number;
  /** Unknown fields and doubled keys are errors. */
  readonly strict?: boolean;
  /** Identity of the run and the like, made once at submission: uid, scheduled time, a generated suffix for names. */
  readonly facts: JsonObject;
}

export interface Compiled {
  /** Absent when there are errors. */
  readonly plan?: Plan;
  /** Name of the run: given or made from a prefix and the suffix in the submission's facts. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly diagnostics: readonly Diagnostic[];
  /** Paths of the machine that the plan mounts, as far as they are known, each with a place of the document. */
  readonly hostPaths?: readonly ({ readonly path: string; readonly readOnly: boolean } & Pick<
    Diagnostic,
    "position" | "excerpt"
  >)[];
  /** Locks whose limits the documents do not say, and what to say of each for which none is stored. */
  readonly openLimits?: readonly { readonly key: string; readonly warning: Diagnostic }[];
  /** Drivers of foreign storage that the plan needs, with the place of the document that first asks for each. */
  readonly drivers?: readonly ({ readonly driver: string } & Pick<Diagnostic, "position" | "excerpt">)[];
}

/** One line of the tree that people look at. */
export interface TreeRow {
  readonly task: number;
  readonly depth: number;
  /** What the language calls it, shortened to its parent. */
  readonly name: string;
  /** In the language's words. */
  readonly phase: string;
  /** Engine's own phase name, for marks and colours. */
  readonly state: string;
  readonly type: string;
  readonly template: string;
  readonly message: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface LanguageView {
  /** The run in the language's own status form. */
  status(state: RunState, outlook?: Outlook): JsonObject;
  /** The document that a run was made from, with everything that was given beside it written into it. */
  document?(source: string, submission: Submission): JsonObject | undefined;
  /** What of stored definitions the run was made from, as parts of its status. */
  stored?(source: string, submission: Submission): JsonObject;
  /** How far the run is, in the units of the language. */
  progress?(state: RunState, outlook?: Outlook): Progress;
  /** Where the run belongs in the world of the language, for its head: labels and texts. */
  place?(state: RunState): readonly (readonly [label: string, text: string])[];
  /** Phase and message of the run in the language's words. */
  outcome(state: RunState): { readonly phase: string; readonly message: string };
  /** The tree, parents before children. Only tasks that people would recognise. */
  rows(state: RunState, limit?: number): readonly TreeRow[];
  /** Full name and short name of one task. */
  taskName(state: RunState, task: number): { readonly full: string; readonly short: string };
  /** The id by which the language's tools know a task. */
  taskId(state: RunState, task: number): string;
  /** Message of one task, empty when there is none. */
  message(state: RunState, task: number): string;
  /**
   * Tasks that a selector text names, in order; a text that is no selector is taken as a name or an id.
   * `among`: only of these.
   */
  findTasks(state: RunState, selector: string, among?: readonly number[]): readonly number[];
  /** Labels of what runs a task, `hints` being those that its order keeps. */
  labels?(state: RunState, hints: JsonObject): Readonly<Record<string, string>>;
  /** Tasks that `rows` and `findTasks` leave out because they have not begun; all of them, or those of a name. */
  unreached?(state: RunState, name?: string): readonly number[];
  /** Facts for a submission of the same document whose run shall take over what succeeded in this one. */
  reusable?(state: RunState): JsonObject;
  /** What the run gave back: parameters and artifacts. */
  finalOutputs(state: RunState): {
    readonly parameters: Readonly<Record<string, Json>>;
    readonly files: Readonly<Record<string, Json>>;
  };
}

export interface LintOptions {
  /** Unknown fields and doubled keys are errors. */
  readonly strict: boolean;
  /** Where what a document refers to is looked for; these are not checked themselves. */
  readonly definitions: readonly { readonly source: string; readonly file: string }[];
}

export interface Language {
  readonly id: string;
  /** Whether a text looks like a document of this language. */
  recognizes(source: string, file: string): boolean;
  /** Reads and checks all documents of a file without running anything. */
  lint(source: string, file: string, options: LintOptions): readonly Diagnostic[];
  /**
   * Parts a file from the secret values in it: the text that is left keeps its lines and names the Secrets, and the
   * values go to the secret store. Their seals come back in the submission's facts, as `secrets`.
   */
  takeSecrets?(source: string, file: string): { readonly source: string; readonly secrets: SecretTexts };
  /**
   * The stored definitions that the texts refer to and do not hold themselves. `later`: also those that are looked up
   * only when a run has ended.
   */
  findReferences?(
    sources: readonly string[],
    parameters: Readonly<Record<string, string>>,
    later?: boolean,
  ): readonly DefinitionKey[];
  /** Takes a file apart, for storing. Objects that cannot be read are left out. */
  listObjects?(source: string): readonly ListedObject[];
  /** Indexes of the documents of a file that each make a run of their own. */
  listWorkflows?(source: string, file: string): readonly number[];
  /** The text without its documents of other kinds, lines where they were; undefined when there is none of these. */
  pickKinds?(source: string, kinds: readonly (DefinitionKind | "Workflow")[]): string | undefined;
  /** A text with the CronWorkflows of another one, changed. */
  adjustCron?(source: string, overrides: CronOverrides): string;
  /** The objects of a file in their present form, without fields that have been replaced. */
  convert?(source: string): readonly JsonObject[];
  /** The document that runs a stored definition; undefined for what cannot be run. */
  makeStoredRun?(key: DefinitionKey, source: string): string | undefined;
  compile(source: string, file: string, submission: Submission): Compiled;
  createEvaluator(plan: Plan): Evaluator;
  readonly view: LanguageView;
}
