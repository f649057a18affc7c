/** Limits of semaphores that stored ConfigMaps say: they hold for the runs that were submitted before. */
import { isJsonObject } from "../base/json.ts";
import { findLimit } from "../model/run/lock-board.ts";
import type { KeptLimit } from "../model/run/lock-board.ts";
import type { Definition } from "../ports/definition-store.ts";
import { drawDefinition } from "./draw-definition.ts";
import type { Home } from "./home.ts";
import { readDefinitions } from "./read-definitions.ts";

/** By `ConfigMap/NAME/KEY`, as keys of semaphores end. What is no whole number is no limit. */
export function listKeptLimits(definitions: readonly Definition[]): ReadonlyMap<string, KeptLimit> {
  const limits = new Map<string, KeptLimit>();
  for (const definition of definitions) {
    if (definition.kind !== "ConfigMap") continue;
    const { data } = drawDefinition(definition).document;
    for (const [key, text] of isJsonObject(data) ? Object.entries(data) : []) {
      const limit = typeof text === "string" ? findLimit(text) : undefined;
      if (limit === undefined) continue;
      limits.set(`ConfigMap/${definition.name}/${key}`, { limit, at: definition.updatedAt });
    }
  }
  return limits;
}

export function readKeptLimits(home: Home): Promise<ReadonlyMap<string, KeptLimit>> {
  return readDefinitions(home, async (reader) =>
    listKeptLimits((await reader?.list({ kind: "ConfigMap" })) ?? []),
  );
}
