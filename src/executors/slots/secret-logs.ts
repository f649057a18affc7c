/**
 * Log files of attempts that know secrets. Output goes straight to files and is masked once, after the end; until then
 * these files are for this user alone, whoever else may read the home.
 */
import { chmodSync, closeSync, fchmodSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import type { AttemptOrder } from "../../model/run/attempt.ts";
import { attemptFiles, attemptLogFile } from "../../ports/attempt-directory.ts";

/** Values that must not be shown. */
export function listSecrets({ commands, secrets = [] }: AttemptOrder): readonly string[] {
  const inVariables = commands.flatMap(({ env }) => env.filter(({ secret }) => secret));
  return [...secrets, ...inVariables.map(({ value }) => value)];
}

export function listLogs({ commands }: AttemptOrder, directory: string): readonly string[] {
  return commands.flatMap(({ name }) =>
    (["out", "err"] as const).map((stream) => join(directory, attemptLogFile(name, stream))),
  );
}

/**
 * Makes the files before anybody writes to them, or takes those that were made ahead; whoever opens them later leaves
 * their permissions alone.
 */
export function coverLogs(order: AttemptOrder, directory: string): void {
  if (listSecrets(order).length === 0) return;
  for (const path of listLogs(order, directory)) {
    const file = openSync(path, "a", 0o600);
    fchmodSync(file, 0o600);
    closeSync(file);
  }
}

/** What has been masked may be read like everything else of the attempt. */
export function uncoverLogs(paths: readonly string[], directory: string): void {
  const usual = statSync(join(directory, attemptFiles.exit), { throwIfNoEntry: false });
  if (usual === undefined) return;
  for (const path of paths)
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) chmodSync(path, usual.mode & 0o777);
}
