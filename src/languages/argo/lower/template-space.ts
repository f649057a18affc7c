/** Templates, where they stand, and which of them see each other. */
import type { Pointer } from "../../../model/plan/plan.ts";
import type { ArgoDocument, Template } from "../read/types.ts";

/** A template and where it stands. */
export interface TemplateSource {
  readonly template: Template;
  readonly document: ArgoDocument | undefined;
  readonly path: Pointer;
}

/** Templates that see each other by plain name. */
export interface TemplateSpace {
  /** Empty for the document itself, else `name/` or `cluster:name/`: the beginning of every process id. */
  readonly prefix: string;
  readonly byName: ReadonlyMap<string, TemplateSource>;
}
