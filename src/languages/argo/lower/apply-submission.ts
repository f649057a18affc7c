/** A document as it is submitted: with the parameters and the entrypoint that were given with it (Argo, ApplySubmitOpts). */
import type { Submission } from "../../../model/run/language.ts";
import type { ArgoDocument, Parameter, WorkflowSpec } from "../read/types.ts";

export function applySubmission(document: ArgoDocument, submission: Submission): ArgoDocument {
  switch (document.kind) {
    case "Workflow":
      return {
        ...document,
        value: { ...document.value, spec: applyTo(document.value.spec ?? {}, submission) },
      };
    case "WorkflowTemplate":
    case "ClusterWorkflowTemplate":
      return {
        ...document,
        value: { ...document.value, spec: applyTo(document.value.spec ?? {}, submission) },
      };
    case "CronWorkflow": {
      const spec = document.value.spec ?? {};
      return {
        ...document,
        value: {
          ...document.value,
          spec: { ...spec, workflowSpec: applyTo(spec.workflowSpec ?? {}, submission) },
        },
      };
    }
    case "WorkflowEventBinding":
    case "Other":
      return document;
  }
}

function applyTo(spec: WorkflowSpec, submission: Submission): WorkflowSpec {
  const { entrypoint, parameters, priority } = submission;
  const names = Object.keys(parameters);
  const overridden = {
    ...spec,
    ...(entrypoint === undefined || entrypoint === "" ? {} : { entrypoint }),
    ...(priority === undefined ? {} : { priority }),
  };
  if (names.length === 0) return overridden;
  const declared = (spec.arguments?.parameters ?? []).map((parameter): Parameter => {
    const { name = "" } = parameter;
    return Object.hasOwn(parameters, name) ? withValue(parameter, parameters[name] ?? "") : parameter;
  });
  const known = new Set(declared.map(({ name }) => name));
  const added = names
    .filter((name) => !known.has(name))
    .map((name): Parameter => ({ name, value: parameters[name] ?? "" }));
  return { ...overridden, arguments: { ...spec.arguments, parameters: [...declared, ...added] } };
}

function withValue(parameter: Parameter, value: string): Parameter {
  const { valueFrom: _source, ...rest } = parameter;
  return { ...rest, value };
}
