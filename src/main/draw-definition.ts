/** A stored definition as presenters see it. */
import type { DefinitionPicture } from "../api/definitions.ts";
import type { Definition } from "../ports/definition-store.ts";
import { findNextRun, readKeptCron } from "./kept-cron.ts";
import { systemClock } from "./system-clock.ts";
import { findLanguage } from "./languages.ts";

/** The definition with its document. A text that cannot be parsed any more has an empty one. */
export function drawDefinition(definition: Definition): DefinitionPicture {
  const { statusRevision: _revision, ...shown } = definition;
  const [object] = findLanguage(definition.source, "").listObjects?.(definition.source) ?? [];
  const nextRunAt = definition.kind === "CronWorkflow" ? findNextRunOf(definition) : undefined;
  return {
    ...shown,
    document: object?.value ?? {},
    ...(nextRunAt === undefined ? {} : { nextRunAt }),
  };
}

function findNextRunOf(definition: Definition): number | undefined {
  const kept = readKeptCron(definition, Math.random);
  return kept === undefined ? undefined : findNextRun(kept, systemClock.now());
}
