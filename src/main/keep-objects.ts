/** The objects of a home: its runs, and what is stored in it. */
import { parseRequirements, matchesLabels } from "../expressions/requirements/requirements.ts";
import { MillraceError } from "../base/errors.ts";
import type { Json } from "../base/json.ts";
import { createObjectKeeper } from "../executors/objects/object-keeper.ts";
import { listObjectValues } from "../languages/argo/read/list-objects.ts";
import { definitionKinds } from "../model/run/definition.ts";
import type { DefinitionStore } from "../ports/definition-store.ts";
import type { ObjectKeeper } from "../ports/object-keeper.ts";
import type { SecretStore } from "../ports/secret-store.ts";
import { loadYaml } from "../languages/argo/read/load-yaml.ts";
import { createKeptDefinitions } from "./kept-definitions.ts";
import { createKeptRuns } from "./kept-runs.ts";
import type { RunHands } from "./kept-runs.ts";
import { storeDefinitions } from "./store-definitions.ts";

export function keepObjects(hands: RunHands, store: DefinitionStore, secrets: SecretStore): ObjectKeeper {
  const definitions = {
    store,
    put: (request: Parameters<typeof storeDefinitions>[0]) => storeDefinitions(request, store, secrets),
    readText: listObjectValues,
  };
  return createObjectKeeper({
    collections: [
      createKeptRuns(hands, listObjectValues),
      ...definitionKinds.map((kind) => createKeptDefinitions(kind, definitions)),
    ],
    readText: readManifest,
    matchesSelector,
  });
}

/** A manifest may also be a list of operations, which is no object. */
function readManifest(text: string): readonly Json[] {
  const { documents, diagnostics } = loadYaml(text, "manifest", false);
  const [error] = diagnostics.filter(({ severity }) => severity === "error");
  if (error === undefined) return documents.map(({ raw }) => raw as Json);
  throw new MillraceError("object/no-manifest", "invalid", `the manifest is not YAML: ${error.message}`);
}

function matchesSelector(labels: Readonly<Record<string, string>>, selector: string): boolean {
  const parsed = parseRequirements(selector);
  if (!parsed.ok) throw new MillraceError("object/unnamed", "invalid", `the selector ${parsed.error}`);
  return matchesLabels(labels, parsed.value);
}
