/**
 * Stored copies of a run's artifacts go when their time has come (Argo docs, artifact garbage collection): from storage of
 * others, and from the repository of this machine. What the artifact store keeps by content stays, because other runs may
 * have the same.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { MillraceError } from "../base/errors.ts";
import type { CopyRemoval, StoredCopy } from "../model/data/artifact.ts";
import type { RunState } from "../model/run/run-state.ts";
import type { ForeignStorage } from "../runtime/attempts/foreign-storage.ts";
import { findKeyPath } from "../runtime/attempts/keyed-artifacts.ts";
import { runFolderName } from "./home.ts";
import type { Home } from "./home.ts";

/** Copies that this run made, and whose time is one of `times`. Results that it took over from another run are not its own. */
function findCopies(state: RunState, times: readonly CopyRemoval[]): readonly StoredCopy[] {
  const copies = new Map<string, StoredCopy>();
  for (const [task, { files }] of state.outputs) {
    if (!state.attemptFacts.has(task)) continue;
    for (const file of Object.values(files)) {
      const copy = file.kind === "artifact" ? file.artifact.copy : undefined;
      if (copy?.removal !== undefined && times.includes(copy.removal)) copies.set(JSON.stringify(copy), copy);
    }
  }
  return [...copies.values()];
}

/** Removes what can be removed, and returns why the rest cannot. */
export async function removeCopies(
  state: RunState,
  times: readonly CopyRemoval[],
  storage: ForeignStorage,
  home: Home,
): Promise<readonly MillraceError[]> {
  const problems: MillraceError[] = [];
  for (const { place, key } of findCopies(state, times)) {
    try {
      if (place !== undefined) await storage.remove(place);
      if (key !== undefined) await removeKey(home, key);
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error;
      problems.push(error);
    }
  }
  return problems;
}

async function removeKey(home: Home, key: string): Promise<void> {
  const path = findKeyPath(home.repository, key);
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    const message = `${path} cannot be removed: ${(error as Error).message}`;
    throw new MillraceError("artifact/not-removed", "unavailable", message, { cause: error });
  }
}

/** The end of a run does not depend on what can be removed; what cannot is written down in the run's folder. */
export function noteProblems(home: Home, runName: string, problems: readonly MillraceError[]): void {
  if (problems.length === 0) return;
  const folder = join(home.runs, runFolderName(runName));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "not-removed.txt");
  const known = existsSync(file) ? readFileSync(file, "utf8") : "";
  const lines = problems.map(({ code, message }) => `${code}: ${message}\n`);
  // Those who delete what is due come again and again.
  const fresh = lines.filter((line) => !known.includes(line));
  if (fresh.length > 0) appendFileSync(file, fresh.join(""));
}

/** A run whose copies could not be removed stays, so that somebody still knows of them. */
export function refuseDeletion(runName: string, problems: readonly MillraceError[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const more = problems.length === 1 ? "" : ` (and ${problems.length - 1} more)`;
  throw new MillraceError(
    "artifact/not-removed",
    first.category,
    `run '${runName}' is not deleted, because a stored artifact of it cannot be removed: ${first.message}${more}`,
    {
      hint: "Make the storage reachable and delete again; a run whose artifactGC has forceFinalizerRemoval is deleted all the same.",
    },
  );
}
