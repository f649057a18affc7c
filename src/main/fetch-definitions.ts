/**
 * Puts the stored definitions that a document refers to beside it, so that they are frozen into its run.
 * Only what is referred to is fetched, and what that refers to in turn. Files that were given count over stored ones.
 */
import { isJsonObject } from "../base/json.ts";
import type { JsonObject } from "../base/json.ts";
import type { SubmitRequest } from "../api/house.ts";
import { anyName, describeDefinition } from "../model/run/definition.ts";
import type { DefinitionKey } from "../model/run/definition.ts";
import type { GivenDefinition, Language } from "../model/run/language.ts";
import type { Definition, DefinitionReader } from "../ports/definition-store.ts";
import { findLanguage } from "./languages.ts";

interface Fetched {
  readonly definitions: readonly GivenDefinition[];
  /** Seals by key by name of the stored Secrets that are referred to. */
  readonly secrets: JsonObject;
}

/** The request with everything stored that it needs. What an earlier run was given out of the store is looked up anew. */
export async function addStoredDefinitions(
  request: SubmitRequest,
  reader: DefinitionReader | undefined,
): Promise<SubmitRequest> {
  const { submission } = request;
  const given = (submission.definitions ?? []).filter(({ stored }) => stored === undefined);
  const language = findLanguage(request.source, request.file);
  const texts = [request.source, ...given.map(({ source }) => source)];
  // What is said over the document may refer to Secrets as the document itself may.
  if (submission.annotations !== undefined)
    texts.push(JSON.stringify({ metadata: { annotations: submission.annotations } }));
  const fetched = await fetchDefinitions(language, texts, submission.parameters, reader);
  const { definitions: _before, ...rest } = submission;
  const definitions = [...fetched.definitions, ...given];
  const known = isJsonObject(submission.facts?.["secrets"]) ? submission.facts["secrets"] : {};
  const secrets = { ...fetched.secrets, ...known };
  return {
    ...request,
    submission: {
      ...rest,
      ...(definitions.length === 0 ? {} : { definitions }),
      ...(Object.keys(secrets).length === 0 ? {} : { facts: { ...submission.facts, secrets } }),
    },
  };
}

/**
 * What the texts refer to, transitively, in the order in which it was found. `later`: also what is looked up only when a
 * run has ended, to be checked.
 */
export async function fetchDefinitions(
  language: Language,
  texts: readonly string[],
  parameters: Readonly<Record<string, string>>,
  reader: DefinitionReader | undefined,
  later = false,
): Promise<Fetched> {
  const definitions: GivenDefinition[] = [];
  const secrets: Record<string, JsonObject> = {};
  if (reader === undefined || language.findReferences === undefined) return { definitions, secrets };
  const asked = new Set<string>();
  for (let sources = [...texts]; ;) {
    const wanted = language
      .findReferences(sources, parameters, later)
      .filter((key) => !asked.has(describeDefinition(key)));
    if (wanted.length === 0) return { definitions, secrets };
    for (const key of wanted) {
      // Several of them may have come with all of a kind.
      if (asked.has(describeDefinition(key))) continue;
      asked.add(describeDefinition(key));
      for (const found of await readMeant(reader, key)) {
        // All of a kind may follow some of them.
        const id = describeDefinition(found);
        if (id !== describeDefinition(key) && asked.has(id)) continue;
        asked.add(id);
        if (found.kind === "Secret") secrets[found.name] = readSeals(language, found);
        else {
          definitions.push(toGiven(found));
          sources = [...sources, found.source];
        }
      }
    }
  }
}

/** What is stored under the key, or all of its kind. */
async function readMeant(reader: DefinitionReader, key: DefinitionKey): Promise<readonly Definition[]> {
  if (key.name === anyName) return reader.list({ kind: key.kind });
  const found = await reader.get(key);
  return found === undefined ? [] : [found];
}

/** The text of a stored Secret holds seals in place of its values (store-definitions.ts). */
function readSeals(language: Language, { source }: Definition): JsonObject {
  const [object] = language.listObjects?.(source) ?? [];
  const texts = object?.value["stringData"];
  return isJsonObject(texts) ? texts : {};
}

function toGiven({ kind, name, version, uid, source }: Definition): GivenDefinition {
  const key: DefinitionKey = { kind, name };
  return { source, file: describeDefinition(key, version), stored: { ...key, version, uid } };
}
