/** Runs something on the stored definitions, with its errors in the port's words. */
import { translateStoreError } from "./translate-error.ts";

export function guardDefinitions<T>(folder: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw translateStoreError(error, folder, "definitions");
  }
}
