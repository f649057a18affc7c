/** Stored definitions as presenters see them. The store is opened for each call, and made when something is stored. */
import type { DefinitionHouse, DefinitionPicture } from "../api/definitions.ts";
import { MillraceError } from "../base/errors.ts";
import { isJsonObject } from "../base/json.ts";
import { isCronSuspended, readCronStatus } from "../model/run/cron-status.ts";
import { describeDefinition } from "../model/run/definition.ts";
import type { DefinitionKey } from "../model/run/definition.ts";
import type { Definition, DefinitionStore } from "../ports/definition-store.ts";
import { findMeantName } from "../cli/arguments/find-meant-name.ts";
import { openSqliteDefinitions } from "../stores/sqlite/open-sqlite-definitions.ts";
import { planCronBackfill } from "./backfill.ts";
import { makeHome } from "./home.ts";
import type { Home } from "./home.ts";
import { openHomeSecrets } from "./home-secrets.ts";
import { findLanguage } from "./languages.ts";
import { drawDefinition } from "./draw-definition.ts";
import { readDefinitions } from "./read-definitions.ts";
import { makeSuffix } from "./random-id.ts";
import { systemClock } from "./system-clock.ts";
import { storeDefinitions } from "./store-definitions.ts";

export function createDefinitionHouse(home: Home): DefinitionHouse {
  return {
    store: (request) => {
      makeHome(home);
      return withStore(home, (store) => storeDefinitions(request, store, openHomeSecrets(home)));
    },
    list: async (kind) => (await listDefinitions(home, kind)).map(drawDefinition),
    get: async (key, version) => drawDefinition(await getDefinition(home, key, version)),
    remove: (key) => withStore(home, (store) => removeDefinition(home, store, key)),
    suspend: (name, suspended) => withStore(home, (store) => suspendCron(home, store, name, suspended)),
    planBackfill: async (name, wishes) => {
      const found = await getDefinition(home, { kind: "CronWorkflow", name });
      return planCronBackfill(found, wishes, systemClock.now(), makeSuffix);
    },
    readDocument: async (key) => {
      const found = await getDefinition(home, key);
      const source = findLanguage(found.source, "").makeStoredRun?.(key, found.source);
      if (source !== undefined) return { source, file: describeDefinition(key, found.version) };
      throw new MillraceError("definition/not-runnable", "invalid", `a ${key.kind} cannot be run`);
    },
  };
}

/** Latest versions of a kind. */
function listDefinitions(home: Home, kind: DefinitionKey["kind"]): Promise<readonly Definition[]> {
  return readDefinitions(home, async (reader) => (await reader?.list({ kind })) ?? []);
}

async function withStore<T>(home: Home, act: (store: DefinitionStore) => Promise<T>): Promise<T> {
  const store = openSqliteDefinitions(home.definitions);
  try {
    return await act(store);
  } finally {
    await store.close();
  }
}

async function getDefinition(home: Home, key: DefinitionKey, version?: number): Promise<Definition> {
  const found = await readDefinitions(home, async (reader) => reader?.get(key, version));
  if (found !== undefined) return found;
  const names = await listDefinitions(home, key.kind);
  throw missingDefinition(
    key,
    version,
    names.map(({ name }) => name),
  );
}

function missingDefinition(
  key: DefinitionKey,
  version: number | undefined,
  names: readonly string[],
): MillraceError {
  const { kind, name } = key;
  if (version !== undefined && names.includes(name)) {
    const message = `${kind} '${name}' has no version ${version}`;
    return new MillraceError("definition/unknown", "not-found", message);
  }
  const closest = findMeantName(name, names);
  return new MillraceError("definition/unknown", "not-found", `there is no ${kind} '${name}' in this home`, {
    hint: closest === undefined ? adviseOnNames(names) : `Did you mean ${closest}?`,
  });
}

/** So many names are read with profit. */
const namesAtMost = 10;

function adviseOnNames(names: readonly string[]): string {
  if (names.length === 0)
    return "None is stored here; `millrace apply FILE` stores some, --home names another home.";
  const more = names.length - namesAtMost;
  return `There ${names.length === 1 ? "is" : "are"} ${names.slice(0, namesAtMost).join(", ")}${more > 0 ? ` and ${more} more` : ""}.`;
}

async function removeDefinition(home: Home, store: DefinitionStore, key: DefinitionKey): Promise<void> {
  if (!(await store.remove(key))) await getDefinition(home, key);
  if (key.kind === "Secret") openHomeSecrets(home).remove(key.name);
}

/** How often a status is read again because somebody else wrote it in between. */
const triesAtMost = 20;

async function suspendCron(
  home: Home,
  store: DefinitionStore,
  name: string,
  suspended: boolean,
): Promise<void> {
  const key: DefinitionKey = { kind: "CronWorkflow", name };
  for (let tries = 1; ; tries += 1) {
    const found = (await store.get(key)) ?? (await getDefinition(home, key));
    const written = drawDefinition(found).document;
    if (
      isCronSuspended(readCronStatus(found.status), found.version, isWrittenSuspended(written)) === suspended
    )
      return;
    const status = { ...found.status, suspend: { value: suspended, version: found.version } };
    try {
      await store.writeStatus(key, status, found.statusRevision);
      return;
    } catch (error) {
      const isLate = error instanceof MillraceError && error.code === "definition/status-changed";
      if (!isLate || tries === triesAtMost) throw error;
    }
  }
}

/** `spec.suspend` of a CronWorkflow. */
function isWrittenSuspended({ spec }: DefinitionPicture["document"]): boolean {
  return isJsonObject(spec) && spec["suspend"] === true;
}
