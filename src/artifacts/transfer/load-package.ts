/**
 * Packages that a user installs beside Millrace, for the few storages whose clients it does not bring along. They are looked
 * for where the program itself lies, never in the working directory, whose owner need not be the user's friend.
 */
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";

function requireBesideProgram(): NodeJS.Require {
  return createRequire(realpathSync(process.argv[1] ?? process.execPath));
}

/** Where a package lies; undefined when it is not installed. */
export function findPackage(name: string): string | undefined {
  try {
    return requireBesideProgram().resolve(name);
  } catch {
    // That it cannot be resolved is the answer.
    return undefined;
  }
}

/** What an installed package exports. */
export function loadPackage(name: string): unknown {
  return requireBesideProgram()(name) as unknown;
}
