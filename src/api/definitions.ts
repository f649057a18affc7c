/** What presenters ask about stored definitions. */
import type { Diagnostic } from "../base/diagnostic.ts";
import type { JsonObject } from "../base/json.ts";
import type { SubmitRequest } from "./submit-request.ts";
import type { CronOverrides } from "../model/run/language.ts";
import type { DefinitionKey, DefinitionKind } from "../model/run/definition.ts";

/** A version of a definition, as people look at it. */
export interface DefinitionPicture extends DefinitionKey {
  readonly uid: string;
  readonly version: number;
  /** Epoch ms: when the definition was made, and when this version was. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The text as given; that of a Secret has seals in place of its values. */
  readonly source: string;
  /** The same, parsed. */
  readonly document: JsonObject;
  readonly status: JsonObject;
  /** Of a CronWorkflow: when its next run is due by time, in epoch ms; absent while nothing starts by time. */
  readonly nextRunAt?: number;
}

export interface StoreRequest {
  readonly source: string;
  readonly file: string;
  /** `create` refuses what is there, `update` what is not, `apply` takes both. */
  readonly mode: "create" | "apply" | "update";
  /** Objects of other kinds are left alone. */
  readonly kinds: readonly DefinitionKind[];
  readonly strict: boolean;
  /** For CronWorkflows: the text that is stored is then made anew. */
  readonly overrides?: CronOverrides;
}

export interface StoredDefinition {
  readonly change: "created" | "updated" | "unchanged";
  readonly definition: DefinitionPicture;
}

/** All definitions of the file are stored, or none is. */
export type StoreAnswer =
  | {
      readonly ok: true;
      readonly stored: readonly StoredDefinition[];
      /** Kinds of what was left alone, one for each object. */
      readonly leftAlone: readonly string[];
      readonly warnings: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** The flags of a backfill as they were written (argo cron backfill). */
export interface BackfillWishes {
  /** Made up when it is not given. */
  readonly name?: string;
  readonly start: string;
  /** Absent: until now. */
  readonly end?: string;
  readonly parallel?: boolean;
  readonly argname?: string;
  /** A layout of Go's package time, for `start` and `end`. */
  readonly format?: string;
  readonly maxworkflowcount?: number;
}

export interface BackfillPlan {
  readonly name: string;
  /** One for each time, in the order in which they are to start. Each can be repeated without a second run. */
  readonly requests: readonly SubmitRequest[];
}

export interface DefinitionHouse {
  /** Checks the file and stores what is in it. MillraceError `definition/exists`, `definition/unknown`, `definition/no-name`. */
  store(request: StoreRequest): Promise<StoreAnswer>;
  /** By kind and name. */
  list(kind: DefinitionKind): Promise<readonly DefinitionPicture[]>;
  /** The latest version, or the given one. MillraceError `definition/unknown` when there is none. */
  get(key: DefinitionKey, version?: number): Promise<DefinitionPicture>;
  /** MillraceError `definition/unknown` when there is none. */
  remove(key: DefinitionKey): Promise<void>;
  /** Whether a CronWorkflow starts runs by time; what its document says about that is overridden. */
  suspend(name: string, suspended: boolean): Promise<void>;
  /** The runs of a CronWorkflow for times that have passed. MillraceError `definition/unknown` or `definition/bad-backfill`. */
  planBackfill(name: string, wishes: BackfillWishes): Promise<BackfillPlan>;
  /** The document that runs a stored definition. MillraceError `definition/unknown` or `definition/not-runnable`. */
  readDocument(key: DefinitionKey): Promise<{ readonly source: string; readonly file: string }>;
}
