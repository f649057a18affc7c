/**
 * The definition store port: documents by kind and name, with all their versions and one status each.
 *
 * D1. `put` is all or nothing over its drafts. It refuses, by what a draft expects: `definition/exists` (conflict),
 *     `definition/unknown` (not-found), `definition/changed` (conflict; another version than the expected one).
 * D2. Versions of a name are dense from 1, and a number never means two texts: a name that is deleted and made again
 *     goes on counting, with a new uid and without a status.
 * D3. A text comes back exactly as it was put. The text and labels of the latest version, put again, make no new one.
 * D4. Several processes may write at once. What was put, deleted or written is found by every later call of any of
 *     them, and survives power loss.
 * D5. `writeStatus` is a compare-and-swap: another revision than the expected one is `definition/status-changed`
 *     (conflict). A status belongs to the definition, not to a version: putting a new version leaves it as it is.
 * D6. Every change of anything takes the next number of one counter, the revision. `changesSince` gives what has a
 *     higher number than the given one, each definition once, as it is now.
 * D7. `remove` takes the texts of all versions away, and is no error of the store for what is not there (it says so).
 *
 * Values of Secrets are none of its business: whoever puts a Secret has taken them out (ports/secret-store.ts).
 * Errors besides those above are the ones of H6 of the history store: `store/full`, `store/read-only`,
 * `store/damaged`, `store/unavailable`, `store/too-new`.
 *
 * The conformance suite is ports/conformance/definition-store.ts.
 */
import type { JsonObject } from "../base/json.ts";
import type { DefinitionKey, DefinitionKind } from "../model/run/definition.ts";

export interface DefinitionDraft extends DefinitionKey {
  /** The document, exactly as given. */
  readonly source: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Identity of the definition, if this makes it. */
  readonly uid: string;
  /** `none`: it must not be there yet. A number: it must be at this version. `any`: made or replaced, whatever there is. */
  readonly expects: "none" | "any" | number;
}

/** One version of a definition. */
export interface Definition extends DefinitionKey {
  readonly uid: string;
  /** Version of this text. */
  readonly version: number;
  readonly source: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Epoch ms: when the definition was made, and when this version was. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** What is noted about it now, whatever the version; empty until something was written. */
  readonly status: JsonObject;
  /** Revision of the last write of the status; 0 before the first one. What `writeStatus` compares. */
  readonly statusRevision: number;
}

/** What a draft became. */
export interface PutAnswer {
  readonly change: "created" | "updated" | "unchanged";
  readonly definition: Definition;
}

export interface DefinitionFilter {
  readonly kind?: DefinitionKind;
  /** All of them must be there with these values. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface DefinitionChanges {
  /** The highest revision there is: where to go on from the next time. */
  readonly revision: number;
  readonly changed: readonly Definition[];
  /** Names that are gone. */
  readonly removed: readonly DefinitionKey[];
}

export interface DefinitionReader {
  /** The latest version, or the given one; undefined when there is none. */
  get(key: DefinitionKey, version?: number): Promise<Definition | undefined>;
  /** Latest versions, by kind and name. */
  list(filter?: DefinitionFilter): Promise<readonly Definition[]>;
  /** Every version of a name, newest first. */
  listVersions(key: DefinitionKey): Promise<readonly Definition[]>;
  /** See D6; 0 gives everything. */
  changesSince(revision: number, kind?: DefinitionKind): Promise<DefinitionChanges>;
  close(): Promise<void>;
}

export interface DefinitionStore extends DefinitionReader {
  /** `at` is epoch ms. */
  put(drafts: readonly DefinitionDraft[], at: number): Promise<readonly PutAnswer[]>;
  /** Whether it was there. */
  remove(key: DefinitionKey): Promise<boolean>;
  /** Replaces the status; the new revision. `definition/unknown` when there is no such definition. */
  writeStatus(key: DefinitionKey, status: JsonObject, expectedRevision: number): Promise<number>;
}
