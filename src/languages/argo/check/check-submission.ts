/**
 * What was given with a submission, against the document.
 * Argo takes a parameter that no document knows without a word; here it is a warning, because it is nearly always a slip.
 */
import type { Diagnostic } from "../../../base/diagnostic.ts";
import { findClosestName } from "../../../base/closest-name.ts";
import type { ArgoDocument } from "../read/types.ts";

/** Warnings for given parameters that `document` neither declares nor mentions. `source` is the text it was read from. */
export function findStrayParameters(
  document: ArgoDocument,
  source: string,
  given: Readonly<Record<string, string>>,
): readonly Diagnostic[] {
  const names = Object.keys(given);
  if (names.length === 0) return [];
  const spec = findSpec(document);
  // A stored template declares parameters of its own, and whole sets are passed on by expressions.
  if (
    spec === undefined ||
    spec.workflowTemplateRef !== undefined ||
    /workflow\.parameters(?!\.\w)/.test(source)
  )
    return [];
  const declared = (spec.arguments?.parameters ?? []).flatMap(({ name }) =>
    name === undefined ? [] : [name],
  );
  return names
    .filter((name) => !declared.includes(name) && !source.includes(name))
    .map((name): Diagnostic => {
      const closest = findClosestName(name, declared);
      const hint =
        closest !== undefined
          ? `did you mean ${closest}?`
          : declared.length === 0
            ? "the document declares no parameters"
            : `declared are ${declared.slice(0, 20).join(", ")}`;
      const position = document.locate(["spec", "arguments", "parameters"]);
      const message = `a value is given for parameter '${name}', which the document neither declares nor uses`;
      return { code: "argo/unknown-parameter", severity: "warning", message, position, hint };
    });
}

function findSpec(document: ArgoDocument) {
  switch (document.kind) {
    case "Workflow":
    case "WorkflowTemplate":
    case "ClusterWorkflowTemplate":
      return document.value.spec;
    case "CronWorkflow":
      return document.value.spec?.workflowSpec;
    case "WorkflowEventBinding":
    case "Other":
      return undefined;
  }
}
