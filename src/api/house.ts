/**
 * What the command line (and later the server) asks of the house.
 * main/ implements it over the runtime and the stores; the presenters know nothing else of the engine.
 */
import type { Diagnostic } from "../base/diagnostic.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { DefinitionHouse } from "./definitions.ts";
import type { SecretHouse } from "./secrets.ts";
import type { DefinitionKind } from "../model/run/definition.ts";
import type { RunEvent } from "../model/run/events.ts";
import type { LanguageView, LintOptions, Submission } from "../model/run/language.ts";
import type { Outlook } from "../model/run/outlook.ts";
import type { NetworkLists } from "../model/run/network-policy.ts";
import type { RunLimits } from "../model/run/run-limits.ts";
import type { RunState } from "../model/run/run-state.ts";
import type { RunInput } from "../model/run/inputs.ts";
import type { SubmitRequest } from "./submit-request.ts";

export type { SubmitRequest } from "./submit-request.ts";

/** One row of a list of runs. */
export interface RunRow {
  readonly runId: string;
  readonly name: string;
  /** Engine word: waiting, running, suspended, succeeded, failed, errored. */
  readonly phase: string;
  /** The language's word for the phase. */
  readonly shownPhase: string;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly message?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly done: number;
  readonly total: number;
  /** When it may be deleted; absent for a run that is kept until somebody deletes it. */
  readonly expiresAt?: number;
  /** Callbacks that are still to be delivered; absent: none. */
  readonly owes?: number;
  /** What the run is about, when it was submitted with a payload. */
  readonly payload?: { readonly key: string; readonly id: string; readonly workflow: string };
  /** Of the runs that wait, the one with the highest comes first; absent: 0. */
  readonly priority?: number;
  /** Where its document says that it belongs; absent: `default`. */
  readonly namespace?: string;
  /** The beginning of `name=value,...`. */
  readonly parameters?: string;
}

/** A run with its state, as the history has it now (or live, in the process that drives it). */
export interface RunPicture {
  readonly row: RunRow;
  readonly state: RunState;
  readonly view: LanguageView;
  readonly language: string;
  /** The document as submitted. */
  readonly source: string;
  readonly file: string;
  readonly submission: Submission;
  readonly annotations: Readonly<Record<string, string>>;
  /** What is known besides the run's own events. */
  readonly outlook?: Outlook;
}

export type SubmitAnswer =
  | {
      readonly ok: true;
      readonly name: string;
      readonly runId: string;
      readonly warnings: readonly Diagnostic[];
      /** Set when no run was started, because there is one of the same payload: under way, or ended well. */
      readonly joined?: "under-way" | "succeeded";
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** What would become of a submission: the document with everything that was given beside it, a name and an id. */
export type RehearsalAnswer =
  | (Extract<SubmitAnswer, { readonly ok: true }> & { readonly document: JsonObject })
  | Extract<SubmitAnswer, { readonly ok: false }>;

/** A command for a run. Selections are texts that the run's language understands (names, ids, selectors). */
export type RunCommand =
  | { readonly kind: "suspend" }
  | { readonly kind: "resume"; readonly select?: string; readonly message?: string }
  | { readonly kind: "stop"; readonly select?: string; readonly message?: string }
  | { readonly kind: "terminate" }
  | {
      readonly kind: "set";
      readonly select: string;
      readonly values: Readonly<Record<string, Json>>;
      readonly phase?: "succeeded" | "failed" | "errored" | "skipped";
      readonly message?: string;
    }
  | {
      readonly kind: "retry";
      readonly select?: string;
      readonly restartSuccessful: boolean;
      readonly parameters: Readonly<Record<string, string>>;
    };

/** The process that drives runs: it holds the history's writer lock while it lives. */
export interface Engine {
  submit(request: SubmitRequest): Promise<SubmitAnswer>;
  /** Takes over unfinished runs (all, or one by name); names of those taken. */
  adopt(name?: string): Promise<readonly string[]>;
  /** Live picture of a run that this engine drives. */
  picture(name: string): RunPicture;
  /** Calls back after every commit that touches the run. Returns what takes it back. */
  watch(name: string, listener: (picture: RunPicture, events: readonly RunEvent[]) => void): () => void;
  /** Resolves once the command is decided and on disk. */
  command(name: string, command: RunCommand): Promise<void>;
  /** Lower level: an input of the engine for a run. */
  send(name: string, input: RunInput): void;
  /**
   * Deletes the runs whose documents say that their time is over, but for those named in `keep`; says which those were and
   * when the next will be due.
   */
  expire(
    now: number,
    keep: readonly string[],
  ): Promise<{ readonly deleted: readonly string[]; readonly nextAt: number | undefined }>;
  /** Looks for an earlier run by which this one can be estimated; later pictures have it. */
  estimate(name: string): Promise<void>;
  /** Resolves when the run has ended, or when nothing can move it any more but a person (`suspended`). */
  settled(name: string): Promise<"ended" | "suspended">;
  /** Callbacks of a run that has ended and are still owed. */
  owes(name: string): number;
  /** Resolves when none is; with `once`, when each has been tried since. */
  calledBack(name: string, options?: { readonly once: boolean }): Promise<void>;
  /** Takes over runs that have ended and owe callbacks; names of those taken. */
  adoptOwing(): Promise<readonly string[]>;
  /** Unfinished runs that tasks of the run have started, or tasks of those. */
  startedBy(name: string): readonly string[];
  /** Figures of all runs and of the engine, in Prometheus' text form; those of the runs under way as they are now. */
  metrics(): Promise<string>;
  /** Attempts running now, of all runs. */
  runningCount(): number;
  /** What the chosen executor is and enforces; for a line at the start. */
  executorName(): string;
  close(options: { readonly leaveRunning: boolean }): Promise<void>;
}

export interface EngineOptions {
  /** `auto`, or the name of an executor. */
  readonly executor: string;
  /** Attempts at once; undefined: chosen by the machine's size. */
  readonly parallel?: number;
  /** Runs under way at once; undefined: any number. */
  readonly runLimits?: RunLimits;
  /** Paths of the machine that documents may mount, besides what `host-paths.json` of the home says: `/data`, `/srv:ro`. */
  readonly hostPaths?: readonly string[];
  /** Where documents may make the engine connect to, besides what `network.json` of the home says. */
  readonly network?: NetworkLists;
}

export interface ServeOptions extends EngineOptions {
  /** Something that whoever looks after the process should know. */
  readonly note: (text: string) => void;
}

/** The engine of a process that stays up. */
export interface Server {
  executorName(): string;
  /** Unfinished runs that it found and goes on with. */
  readonly taken: readonly string[];
  /** Unfinished runs that it cannot go on with, and why. */
  readonly failed: ReadonlyMap<string, Error>;
  /** Resolves with the error that stops it, when one does. */
  readonly stopped: Promise<Error>;
  /** Takes no more work and lets go of everything; attempts go on, and the next engine takes them over. */
  close(): Promise<void>;
}

/** Where the log of one command of one attempt lies. */
export interface LogFile {
  readonly task: number;
  /** Short name of the task. */
  readonly taskName: string;
  readonly command: string;
  readonly stream: "out" | "err";
  readonly path: string;
  readonly startedAt: number;
  readonly ended: boolean;
  /** Texts to mask while the log grows; one that has ended is masked on disk. */
  readonly masked: readonly string[];
  /** Labels of what wrote it, in the words of the run's language. */
  readonly readLabels?: () => Readonly<Record<string, string>>;
}

/** One finding of `doctor`. */
export interface DoctorFinding {
  readonly topic: string;
  readonly state: "good" | "limited" | "bad";
  readonly message: string;
  readonly hint?: string;
}

/** A run or one of its tasks that holds a lock or waits for it. */
export interface LockUserRow {
  readonly run: string;
  readonly runId: string;
  /** Absent: the run as a whole. */
  readonly task?: number;
  /** Short name of the task. */
  readonly name?: string;
  readonly priority: number;
  /** It is suspended, and stands in line again when it is resumed. */
  readonly suspended?: true;
}

/** A lock that is held or waited for. */
export interface LockRow {
  readonly key: string;
  /** How many may hold it at once; absent: nobody has said. */
  readonly limit?: number;
  /** How much of the limit is in use: what a task holds inside of another holder counts once. */
  readonly used: number;
  readonly holders: readonly LockUserRow[];
  /** In the order in which they come. */
  readonly waiting: readonly LockUserRow[];
}

/** A payload with the runs that were about it; its state is that of the newest. */
export interface PayloadRow {
  /** The same for the same workflow, payload and parameters, for ever. */
  readonly key: string;
  /** What the payload calls itself, or the beginning of its digest. */
  readonly id: string;
  /** What runs have in common that do the same work. */
  readonly workflow: string;
  readonly run: RunRow;
  /** How many runs there are of it. */
  readonly runCount: number;
}

export interface PayloadPicture extends PayloadRow {
  readonly value: Json;
  /** Newest first. */
  readonly runs: readonly RunRow[];
}

/** Why a task stands as it does; lines for people, codes for programs. */
export interface Explanation {
  readonly task: number;
  readonly name: string;
  readonly phase: string;
  readonly facts: readonly { readonly code: string; readonly text: string }[];
}

export interface Explained {
  readonly tasks: readonly Explanation[];
  /** How many more there would be to explain; each can be asked for by its name. */
  readonly more: number;
}

export interface House {
  /** Absolute path of the folder with history, artifacts and logs. */
  readonly home: string;
  /** Whether a text looks like a document of a language that is known here. Texts that do not can be linted as well. */
  recognizes(source: string, file: string): boolean;
  /** Indexes of the documents of a file that each make a run of their own, for `submission.document`. */
  listWorkflows(source: string, file: string): readonly number[];
  /** The text without its documents of other kinds, lines where they were; undefined when there is none of these. */
  pickKinds(
    source: string,
    file: string,
    kinds: readonly (DefinitionKind | "Workflow")[],
  ): string | undefined;
  /** The objects of a file in their present form, without fields that have been replaced. */
  convert(source: string, file: string): readonly JsonObject[];
  /** What a document refers to is looked for in the given definitions, then among the stored ones. */
  lint(source: string, file: string, options: LintOptions): Promise<readonly Diagnostic[]>;
  readonly definitions: DefinitionHouse;
  readonly secrets: SecretHouse;
  list(): Promise<readonly RunRow[]>;
  /** What a list says of one run: by name, id, or `@latest`. MillraceError `run/unknown` when there is none. */
  find(name: string): Promise<RunRow>;
  /** The same run with its state, which takes longer the longer its history is. */
  get(name: string): Promise<RunPicture>;
  /** Log files of a run's tasks, in order of start; `select` as in commands, or the number of the one task. */
  logFiles(picture: RunPicture, select?: string | number): readonly LogFile[];
  /** Why tasks stand as they do: the selected ones, also those that have not begun, or else all that went no ordinary way. */
  explain(picture: RunPicture, select?: string): Explained;
  /** Payloads with their states, the one with the newest run first. */
  payloads(): Promise<readonly PayloadRow[]>;
  /** By key, or by id when only one has it. MillraceError `payload/unknown` or `payload/ambiguous`. */
  payload(name: string): Promise<PayloadPicture>;
  /** Locks that are held or waited for, by key. */
  locks(): Promise<readonly LockRow[]>;
  /** Limits that were stored for locks, by key. */
  lockLimits(): Promise<ReadonlyMap<string, number>>;
  /** Stores the limit of a lock, or takes it away; a running engine follows at once. */
  setLockLimit(key: string, limit: number | undefined): Promise<void>;
  /** Where an artifact of an output lies on disk, when it is a single file or was laid out. */
  artifactPath(picture: RunPicture, artifact: Json): string | undefined;
  /** Writes an artifact to a path: its plain content. */
  exportArtifact(artifact: Json, target: string): Promise<void>;
  /** Deletes a finished run with its attempt folders. */
  remove(name: string): Promise<void>;
  /** Sends the command to the engine that drives the run, or applies it here when none does. `applied` says which. */
  command(
    name: string,
    command: RunCommand,
  ): Promise<{ readonly appliedBy: "running-engine" | "this-process" }>;
  /** Whether another process drives this home now. */
  isDriven(): Promise<boolean>;
  openEngine(options: EngineOptions): Promise<Engine>;
  /** Opens the engine for good: runs and commands come from other processes. `store/locked` while another one drives the home. */
  serve(options: ServeOptions): Promise<Server>;
  /** Whether another process serves this home now: then it takes submissions. */
  isServed(): Promise<boolean>;
  /**
   * Hands a submission to the process that serves the home; resolves once its run is in the history.
   * MillraceError `home/not-served` when there is none (nothing was submitted), `home/no-answer` when it went away in
   * the middle (the next one goes on with it).
   */
  handOver(request: SubmitRequest): Promise<SubmitAnswer>;
  /** As far as a submission goes without anything being stored or started. */
  rehearse(request: SubmitRequest): Promise<RehearsalAnswer>;
  doctor(): Promise<readonly DoctorFinding[]>;
  /** Figures of all runs and of the engine, in Prometheus' text form. */
  metrics(): Promise<string>;
  /** Resolves at the next change of the history, or after `waitMs`; for followers in other processes. */
  changed(waitMs: number): Promise<void>;
}
