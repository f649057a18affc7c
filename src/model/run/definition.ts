/**
 * Definitions: documents that are kept under a kind and a name, so that others can refer to them.
 * A definition has versions, numbered from 1; a run keeps the versions that it was made from.
 */

/** Kinds of documents that can be stored. */
export const definitionKinds = [
  "WorkflowTemplate",
  "ClusterWorkflowTemplate",
  "CronWorkflow",
  "WorkflowEventBinding",
  "ConfigMap",
  "Secret",
] as const;

export type DefinitionKind = (typeof definitionKinds)[number];

/** Names are unique within a kind. */
export interface DefinitionKey {
  readonly kind: DefinitionKind;
  readonly name: string;
}

/** Which version of a definition something was made from. */
export interface DefinitionMark extends DefinitionKey {
  readonly version: number;
  readonly uid: string;
}

/** How a definition and its version are named in messages: `WorkflowTemplate/orders@3`. */
export function describeDefinition({ kind, name }: DefinitionKey, version?: number): string {
  return `${kind}/${name}${version === undefined ? "" : `@${version}`}`;
}

/** In place of a name: every stored definition of the kind may be meant. */
export const anyName = "*";
