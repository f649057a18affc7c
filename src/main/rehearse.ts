/** A submission that goes as far as it can without anything being stored or started (argo submit --dry-run). */
import type { RehearsalAnswer, SubmitRequest } from "../api/house.ts";
import { decodeRunRecord } from "../runtime/recover/run-record.ts";
import { openFolderLimits } from "../stores/folder/folder-limits.ts";
import { createMemorySecrets } from "../stores/memory/memory-secrets.ts";
import { addStoredDefinitions } from "./fetch-definitions.ts";
import { addHomeDefinitions } from "./home-definitions.ts";
import type { Home } from "./home.ts";
import { makeRun } from "./new-run.ts";
import { readDefinitions } from "./read-definitions.ts";
import { systemClock } from "./system-clock.ts";
import { takeRequestSecrets } from "./take-request-secrets.ts";

/** Compiles the document with everything that it refers to. Values of its Secrets are kept nowhere. */
export async function rehearse(home: Home, request: SubmitRequest): Promise<RehearsalAnswer> {
  const parted = takeRequestSecrets(addHomeDefinitions(request, home), createMemorySecrets());
  const complete = await readDefinitions(home, (reader) => addStoredDefinitions(parted, reader));
  const made = await makeRun(
    complete,
    systemClock.now(),
    () => Promise.resolve(false),
    undefined,
    [],
    () => openFolderLimits(home.limits).read(),
  );
  if (!made.ok) return made;
  const { run, document, warnings } = made;
  const { submission } = decodeRunRecord(document);
  const shown = run.language.view.document?.(document.source, submission) ?? {};
  return { ok: true, name: run.name, runId: run.runId, document: shown, warnings };
}
