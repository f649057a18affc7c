/** Reading stored definitions. Where nothing was ever stored, nothing is loaded, opened or made. */
import { existsSync } from "node:fs";
import type { DefinitionReader } from "../ports/definition-store.ts";
import type { Home } from "./home.ts";

/** Reads something from the store; there is none when nothing was ever stored. */
export async function readDefinitions<T>(
  home: Home,
  read: (reader: DefinitionReader | undefined) => Promise<T>,
): Promise<T> {
  const reader = await openReader(home);
  try {
    return await read(reader);
  } finally {
    await reader?.close();
  }
}

async function openReader(home: Home): Promise<DefinitionReader | undefined> {
  if (!existsSync(home.definitions)) return undefined;
  const { findSqliteDefinitions } = await import("../stores/sqlite/open-sqlite-definitions.ts");
  return findSqliteDefinitions(home.definitions);
}
