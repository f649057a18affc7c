/**
 * Whose fault an error is that nobody expected while something was carried out for a run. What the store or the machine
 * refuses (MillraceError, a full disk, too many open files) holds for every run. Everything else is a fault of ours over
 * something in this one run: a wrong type, or a path of its document that no file system takes.
 */
import { MillraceError } from "../../base/errors.ts";
import type { LiveRun } from "../live-run.ts";
import type { PerformerOutlet } from "./performer-outlet.ts";

/** What file systems say of a path as such, whatever state they are in. */
const pathCodes: ReadonlySet<string> = new Set([
  "EEXIST",
  "EINVAL",
  "EISDIR",
  "ELOOP",
  "ENAMETOOLONG",
  "ENOTDIR",
  "ENOTEMPTY",
]);

/** Tells the run, or everybody, to stop. */
export function tellFault(outlet: PerformerOutlet, run: LiveRun, thrown: unknown): void {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (!isFaultOfOneRun(error)) return outlet.failed(error);
  outlet.broken(run, error);
  outlet.roomChanged();
}

/** True when other runs can go on as if nothing had happened. */
function isFaultOfOneRun(error: Error): boolean {
  if (error instanceof MillraceError) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  // Codes of the system have no underscore; those of Node (`ERR_INVALID_ARG_VALUE`) are about arguments.
  const isOfSystem = /^E[A-Z0-9]+$/u.test(code);
  return !isOfSystem || pathCodes.has(code);
}
