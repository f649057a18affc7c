/**
 * One try of a task: what an executor is asked to do, and what it reports.
 * Both sides are plain JSON: the order lies in the attempt's directory, and so does the exit record.
 */
import type { JsonObject } from "../../base/json.ts";
import type { Archive, Artifact, CopyRemoval } from "../data/artifact.ts";
import type { StoragePlace } from "../data/storage-place.ts";

/** Where an input file of an attempt comes from: kept content, text that becomes a file, or what lies under a name. */
export type InputSource =
  | { readonly kind: "artifact"; readonly artifact: Artifact; readonly subPath?: string }
  | { readonly kind: "text"; readonly text: string }
  /** Whatever lies under this key in the folder's repository of named artifacts: a file, or all below a prefix. */
  | { readonly kind: "key"; readonly key: string; readonly optional: boolean }
  /** Whatever lies at a place in foreign storage, or the part of it below `subPath`. */
  | {
      readonly kind: "place";
      readonly place: StoragePlace;
      readonly optional: boolean;
      readonly subPath?: string;
    };

/** A file or directory that must lie at `path` before the command starts. */
export interface AttemptInput {
  readonly name: string;
  /** Absolute path as the command sees it. */
  readonly path: string;
  readonly source: InputSource;
  /** `keep` leaves an archive as it is; otherwise a tar is recognised by its content, a zip only when declared. */
  readonly unpack: "keep" | "tar-by-content" | "zip";
  /** Permission bits for the file or the top directory; absent leaves what was kept. */
  readonly mode?: number;
  /** Apply `mode` to the whole tree. */
  readonly recurseMode: boolean;
}

/** A text that is read from a file after the command ended. */
export interface OutputParameterFile {
  readonly name: string;
  readonly path: string;
  /** Used when the file is missing; without it a missing file is an `output-missing` problem. */
  readonly default?: string;
}

/** A file or directory that is kept after the command ended. */
export interface OutputArtifactFile {
  readonly name: string;
  readonly path: string;
  readonly optional: boolean;
  readonly archive: Archive;
  /** Also laid in the folder's repository of named artifacts, under this key. */
  readonly key?: string;
  /** Also stored there, wrapped as `archive` says. */
  readonly place?: StoragePlace;
  /** When what was stored under the key or at the place is removed again; absent: never by itself. */
  readonly removal?: CopyRemoval;
  /** The output of this command is kept, and `path` only gives it a name. */
  readonly log?: string;
}

/** A directory that several commands or attempts see at the same path. */
export interface AttemptVolume {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly readOnly: boolean;
  /**
   * `attempt`: new and empty for this attempt. `run`: shared by all attempts of the run, and, when it lasts, by all runs.
   * `host`: what lies at a path of the machine, by permission. `text`: files with the given content.
   */
  readonly source:
    | { readonly kind: "attempt" }
    | { readonly kind: "run"; readonly key: string; readonly lasts?: boolean }
    | { readonly kind: "host"; readonly path: string; readonly type: string }
    | {
        readonly kind: "text";
        /** Contents by path; a text may stand for bytes (base/byte-text.ts). */
        readonly files: Readonly<Record<string, string>>;
        /** Permissions of files that are not to have the usual ones, by path (nine bits). */
        readonly modes?: Readonly<Record<string, number>>;
        /** The texts are secret: masked in logs, and taken away with the end of the attempt. */
        readonly secret?: boolean;
      };
}

/** How it is found out whether a command can be used (Kubernetes core/v1, Probe, as a readiness probe). */
export interface Readiness {
  readonly by:
    /** A GET that is answered with a status from 200 to 399; certificates are not checked. */
    | {
        readonly kind: "http";
        readonly scheme: "http" | "https";
        readonly host: string;
        readonly port: number;
        readonly path: string;
        readonly headers: readonly { readonly name: string; readonly value: string }[];
      }
    /** A connection that is taken. */
    | { readonly kind: "tcp"; readonly host: string; readonly port: number }
    /** A program, run where and as the command is, that exits with 0. */
    | { readonly kind: "command"; readonly command: readonly string[] };
  /** Not asked before. */
  readonly delayMs: number;
  /** The longest time between two questions. */
  readonly periodMs: number;
  /** An answer that takes longer is none. */
  readonly timeoutMs: number;
  /** Good answers in a row that are needed. */
  readonly successes: number;
}

/** One program of an attempt. Most attempts have exactly one, named `main`. */
export interface AttemptCommand {
  readonly name: string;
  /** `init` commands run one after the other before all others; `side` commands run beside and are ended with the mains. */
  readonly role: "init" | "main" | "side";
  readonly image: string;
  /** Empty means the image's entrypoint. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  /** Text written to a file whose path is appended to `command` (Argo fields.md, ScriptTemplate). */
  readonly script?: string;
  readonly env: readonly { readonly name: string; readonly value: string; readonly secret: boolean }[];
  readonly workingDir?: string;
  readonly volumes: readonly AttemptVolume[];
  /** Names of main commands that must have exited with 0 before this one starts. */
  readonly after: readonly string[];
  /** Extra tries inside the attempt (Argo fields.md, ContainerSetRetryStrategy). */
  readonly retries: number;
  readonly retryDelayMs: number;
  /** Give the command a terminal of its own, where the machine has the means (Kubernetes Container, tty). */
  readonly terminal?: boolean;
  /** Of a service: when it can be used; absent means as soon as it runs. */
  readonly readiness?: Readiness;
}

/** Everything an executor needs to run one attempt. Written to the attempt's directory before anything starts. */
export interface AttemptOrder {
  /** Unique in the history folder and stable over restarts: `<run id>/<task path>/<number>`; made of path-safe characters. */
  readonly attemptId: string;
  readonly runId: string;
  /** The task's full name, for people. */
  readonly taskName: string;
  readonly commands: readonly AttemptCommand[];
  readonly inputs: readonly AttemptInput[];
  readonly outputParameters: readonly OutputParameterFile[];
  readonly outputArtifacts: readonly OutputArtifactFile[];
  /** Keep the standard output of the command `main` as the result. */
  readonly captureResult: boolean;
  /** Wall-clock limit from the moment the first command starts; absent means none. */
  readonly timeoutMs?: number;
  /** Time between the polite and the forced end. */
  readonly graceMs: number;
  /** Others wait until it can be used, and it runs until it is cancelled: it takes no place from those others. */
  readonly service?: boolean;
  /** Values that must not be shown, besides those of secret variables. In memory only, never in the file of the order. */
  readonly secrets?: readonly string[];
  /**
   * Absolute path, as the command sees it, of a file whose last line `N/M` says how far the work is.
   * Whoever looks at the attempt reads it; executors leave it alone.
   */
  readonly progressFile?: string;
  /**
   * What the document asks of a cluster for this attempt (placement, resources, identity), in the words of its language.
   * Executors that can obey read it; the others leave it alone.
   */
  readonly hints?: JsonObject;
}

/** How one command ended. */
export type CommandEnding =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signaled"; readonly signal: string }
  | { readonly kind: "not-run" };

/** Why an attempt did not end by its own command's exit. */
export type AttemptProblem =
  /** The wall-clock limit passed; the commands were killed. */
  | { readonly kind: "timed-out" }
  /** The engine asked for the end. */
  | { readonly kind: "cancelled" }
  /** Nobody knows: the machine went down, or the process vanished without an exit record. */
  | { readonly kind: "lost"; readonly message: string }
  /** It could not be started: a tool is missing, a directory cannot be made, the command line is too long. */
  | { readonly kind: "start-refused"; readonly code: string; readonly message: string }
  | { readonly kind: "input-missing"; readonly name: string; readonly message: string }
  | { readonly kind: "output-missing"; readonly name: string; readonly message: string };

/** What was measured of an attempt. Absent means that this system does not tell it, or that the attempt or its slot was lost. */
export interface AttemptUsage {
  readonly cpuUserMs?: number;
  readonly cpuSystemMs?: number;
  readonly peakMemoryBytes?: number;
}

/** What an executor reports when the commands have ended: the content of the exit record plus what was measured. */
export interface AttemptExit {
  readonly attemptId: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /**
   * The ending that decides: of `main`, or of the first main command that failed. When all mains have ended well, a
   * side decides that ended badly, but not by the signals with which sides are ended.
   */
  readonly ending: CommandEnding;
  /** Endings by command name, only when there is more than one command. */
  readonly commands?: Readonly<Record<string, CommandEnding>>;
  readonly problem?: AttemptProblem;
  readonly usage: AttemptUsage;
  /** Name of the executor, host name and user it ran as. */
  readonly executor: string;
  readonly host: string;
  readonly user: string;
}

/** Outputs read back after the end. */
export interface AttemptOutputs {
  /** Standard output of `main`, one trailing newline cut, at most the last 256 kB (Argo docs: output result). */
  readonly result?: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly artifacts: Readonly<Record<string, Artifact>>;
}
