/** A stored definition as presenters see it. */
import type { DefinitionPicture } from "../api/definitions.ts";
import type { Definition } from "../ports/definition-store.ts";
import { findLanguage } from "./languages.ts";

/** The definition with its document. A text that cannot be parsed any more has an empty one. */
export function drawDefinition(definition: Definition): DefinitionPicture {
  const { statusRevision: _revision, ...shown } = definition;
  const [object] = findLanguage(definition.source, "").listObjects?.(definition.source) ?? [];
  return { ...shown, document: object?.value ?? {} };
}
