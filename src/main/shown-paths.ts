/**
 * What attempts may read of the machine even where the rest is private to them: the working folder, their document's
 * folder, and whatever an absolute path in the parameters of their run names. No run sees what is another's.
 */
import { existsSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import type { RunDocument } from "../ports/history-store.ts";
import { decodeRunRecord } from "../runtime/recover/run-record.ts";

export interface ShownPaths {
  /** For attempts of a run. */
  readonly listFor: (runId: string) => readonly string[];
  readonly addRun: (runId: string, document: RunDocument) => void;
  readonly dropRun: (runId: string) => void;
}

export function createShownPaths(): ShownPaths {
  const always = [process.cwd()];
  const byRun = new Map<string, readonly string[]>();
  return {
    listFor: (runId) => byRun.get(runId) ?? always,
    addRun: (runId, document) => byRun.set(runId, [...new Set([...always, ...listShown(document)])]),
    dropRun: (runId) => byRun.delete(runId),
  };
}

function listShown(document: RunDocument): readonly string[] {
  const named = Object.values(decodeRunRecord(document).submission.parameters).filter(
    (value) => isAbsolute(value) && value.length < 4_096 && !value.includes("\0") && existsSync(value),
  );
  return existsSync(document.file) ? [dirname(resolve(document.file)), ...named] : named;
}
