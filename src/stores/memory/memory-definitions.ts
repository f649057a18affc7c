/** Definitions in memory, for tests. Stores that are opened on the same shelf see each other's changes, as processes do. */
import { MillraceError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { describeDefinition } from "../../model/run/definition.ts";
import type { DefinitionKey, DefinitionKind } from "../../model/run/definition.ts";
import type {
  Definition,
  DefinitionChanges,
  DefinitionDraft,
  DefinitionFilter,
  DefinitionStore,
  PutAnswer,
} from "../../ports/definition-store.ts";

type Version = Pick<Definition, "version" | "source" | "labels" | "updatedAt">;

interface Entry extends DefinitionKey {
  readonly uid: string;
  readonly createdAt: number;
  /** Empty when the definition was removed. */
  readonly versions: readonly Version[];
  readonly lastVersion: number;
  readonly status: JsonObject;
  readonly statusRevision: number;
  readonly revision: number;
}

/** What outlives a store: pass it to the next one. */
export interface DefinitionShelf {
  entries: ReadonlyMap<string, Entry>;
  revision: number;
}

export function createDefinitionShelf(): DefinitionShelf {
  return { entries: new Map(), revision: 0 };
}

export function createMemoryDefinitions(shelf = createDefinitionShelf()): DefinitionStore {
  return {
    get: async (key, version) => findVersion(shelf.entries.get(keyOf(key)), version),
    list: async (filter) => listLatest(shelf, filter),
    listVersions: async (key) => listVersions(shelf.entries.get(keyOf(key))),
    changesSince: async (revision, kind) => listChanges(shelf, revision, kind),
    put: async (drafts, at) => putAll(shelf, drafts, at),
    remove: async (key) => remove(shelf, key),
    writeStatus: async (key, status, expected) => writeStatus(shelf, key, status, expected),
    close: async () => undefined,
  };
}

function keyOf({ kind, name }: DefinitionKey): string {
  return `${kind}/${name}`;
}

function toDefinition(entry: Entry, version: Version): Definition {
  const { kind, name, uid, createdAt, status, statusRevision } = entry;
  return { kind, name, uid, createdAt, ...version, status, statusRevision };
}

function findVersion(entry: Entry | undefined, number?: number): Definition | undefined {
  const version = entry?.versions.find((one) => number === undefined || one.version === number);
  return entry === undefined || version === undefined ? undefined : toDefinition(entry, version);
}

function listVersions(entry: Entry | undefined): readonly Definition[] {
  return entry?.versions.map((version) => toDefinition(entry, version)) ?? [];
}

function listLatest(shelf: DefinitionShelf, filter: DefinitionFilter = {}): readonly Definition[] {
  const labels = Object.entries(filter.labels ?? {});
  return [...shelf.entries.values()]
    .flatMap((entry) => findVersion(entry) ?? [])
    .filter((one) => filter.kind === undefined || one.kind === filter.kind)
    .filter((one) =>
      labels.every(([name, value]) => Object.hasOwn(one.labels, name) && one.labels[name] === value),
    )
    .sort((a, b) => compareTexts(a.kind, b.kind) || compareTexts(a.name, b.name));
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function listChanges(
  shelf: DefinitionShelf,
  since: number,
  kind: DefinitionKind | undefined,
): DefinitionChanges {
  const touched = [...shelf.entries.values()].filter(
    (entry) => entry.revision > since && (kind === undefined || entry.kind === kind),
  );
  return {
    revision: shelf.revision,
    changed: touched.flatMap((entry) => findVersion(entry) ?? []),
    removed: touched
      .filter((entry) => entry.versions.length === 0)
      .map(({ kind: removedKind, name }) => ({ kind: removedKind, name })),
  };
}

function putAll(
  shelf: DefinitionShelf,
  drafts: readonly DefinitionDraft[],
  at: number,
): readonly PutAnswer[] {
  const before = { entries: shelf.entries, revision: shelf.revision };
  try {
    return drafts.map((draft) => putOne(shelf, draft, at));
  } catch (error) {
    Object.assign(shelf, before);
    throw error;
  }
}

function putOne(shelf: DefinitionShelf, draft: DefinitionDraft, at: number): PutAnswer {
  const { kind, name, source, labels, expects } = draft;
  const entry = shelf.entries.get(keyOf(draft));
  const latest = findVersion(entry);
  checkExpectation(draft, latest?.version, expects);
  if (latest !== undefined && latest.source === source && isSame(latest.labels, labels))
    return { change: "unchanged", definition: latest };
  const version: Version = { version: (entry?.lastVersion ?? 0) + 1, source, labels, updatedAt: at };
  const next: Entry = {
    ...(latest === undefined || entry === undefined
      ? { kind, name, uid: draft.uid, createdAt: at, status: {}, statusRevision: 0 }
      : entry),
    versions: [version, ...(entry?.versions ?? [])],
    lastVersion: version.version,
    revision: shelf.revision + 1,
  };
  replace(shelf, next);
  return { change: latest === undefined ? "created" : "updated", definition: toDefinition(next, version) };
}

/** The entries are replaced as a whole, so that what was there before can be put back. */
function replace(shelf: DefinitionShelf, entry: Entry): void {
  shelf.entries = new Map([...shelf.entries, [keyOf(entry), entry]]);
  shelf.revision = entry.revision;
}

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** Throws what D1 says when a draft meets something else than it expects. */
function checkExpectation(
  key: DefinitionKey,
  found: number | undefined,
  expects: DefinitionDraft["expects"],
): void {
  const what = describeDefinition(key);
  if (expects === "none" && found !== undefined)
    throw new MillraceError("definition/exists", "conflict", `${what} exists already`, {
      hint: "`apply` or `update` stores another version of it.",
    });
  if (typeof expects !== "number" || expects === found) return;
  if (found === undefined) throw new MillraceError("definition/unknown", "not-found", `there is no ${what}`);
  throw new MillraceError(
    "definition/changed",
    "conflict",
    `${what} is at version ${found}, not at version ${expects}`,
  );
}

function remove(shelf: DefinitionShelf, key: DefinitionKey): boolean {
  const entry = shelf.entries.get(keyOf(key));
  if (entry === undefined || entry.versions.length === 0) return false;
  replace(shelf, { ...entry, versions: [], status: {}, statusRevision: 0, revision: shelf.revision + 1 });
  return true;
}

function writeStatus(
  shelf: DefinitionShelf,
  key: DefinitionKey,
  status: JsonObject,
  expected: number,
): number {
  const entry = shelf.entries.get(keyOf(key));
  const what = describeDefinition(key);
  if (entry === undefined || entry.versions.length === 0)
    throw new MillraceError("definition/unknown", "not-found", `there is no ${what}`);
  if (entry.statusRevision !== expected)
    throw new MillraceError(
      "definition/status-changed",
      "conflict",
      `the status of ${what} was written by somebody else`,
    );
  const revision = shelf.revision + 1;
  replace(shelf, { ...entry, status, statusRevision: revision, revision });
  return revision;
}
