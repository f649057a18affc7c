/** Scripts that store templates, schedules and config maps, and run them (Argo, test/e2e). */
import type { Script, Step } from "./script.ts";

const submit: Step = { cli: "submit {document} -l workflows.argoproj.io/test=true" };

function makeConfigMap(name: string, data: Readonly<Record<string, string>>): string {
  const labels = { "workflows.argoproj.io/configmap-type": "Parameter" };
  return JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels }, data });
}

/** As the update of the suite's cluster template, which the suite does not hold: another message, or a further parameter. */
function makeClusterTemplate(args: string, parameter: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: ClusterWorkflowTemplate
metadata: {name: cluster-workflow-template-whalesay-template}
spec:
  entrypoint: whalesay-template
  arguments: {parameters: [{name: message, value: ${parameter}}]}
  templates:
    - name: whalesay-template
      inputs: {parameters: [{name: message}]}
      container: {image: "argoproj/argosay:v2", args: [echo, "${args}"]}
`;
}

const template = "cluster-workflow-template-whalesay-template";

export const scriptsOfDefinitions: Readonly<Record<string, Script>> = {
  "e2e-go:ArgoServerSuite/TestWorkflowTemplateService": {
    files: {
      "test.json": JSON.stringify({
        apiVersion: "argoproj.io/v1alpha1",
        kind: "WorkflowTemplate",
        metadata: { name: "test", labels: { "workflows.argoproj.io/test": "subject-3" } },
        spec: {
          templates: [
            {
              name: "run-workflow",
              container: { name: "", image: "argoproj/argosay:v2", imagePullPolicy: "IfNotPresent" },
            },
          ],
          entrypoint: "run-workflow",
        },
      }),
    },
    steps: [
      { cli: "template lint test.json" },
      { cli: "template create test.json" },
      { cli: "template create {document}" },
      { cli: "template list -l workflows.argoproj.io/test=subject-3 -o name", lines: ["test"] },
      { cli: "template get not-found", exit: 2, tells: [/not-found/u] },
      { cli: "template get test -o json", prints: ['"generation": 1', '"image": "argoproj/argosay:v2"'] },
      { cli: "template update test.json -o json", prints: ['"image": "argoproj/argosay:v2"'] },
      { cli: "template delete test", prints: ["WorkflowTemplate 'test' deleted"] },
      { cli: "template list -o name", lines: ["workflow-template-whalesay-template"] },
    ],
  },
  "e2e-go:CLISuite/TestClusterTemplateCommands": {
    files: {
      "update.yaml": makeClusterTemplate("Updated: {{inputs.parameters.message}}", "hello world"),
      "update-parameters.yaml": makeClusterTemplate("{{inputs.parameters.message}}", "thanks"),
    },
    steps: [
      { cli: "cluster-template create {document}", prints: [template] },
      { cli: `cluster-template get ${template}`, prints: [template] },
      { cli: "cluster-template update update.yaml", prints: [template] },
      {
        cli: `cluster-template get ${template} -o yaml`,
        prints: [template, "Updated: {{inputs.parameters.message}}"],
      },
      { cli: "cluster-template update update-parameters.yaml", prints: [template] },
      { cli: `cluster-template get ${template} -o yaml`, prints: [template, "thanks"] },
      { cli: "cluster-template list", prints: [template] },
      { cli: `cluster-template delete ${template}`, prints: [template] },
      { cli: "cluster-template list -o name", lines: [] },
    ],
  },
  "e2e-go:CLISuite/TestWorkflowTemplateRefSubmit": {
    files: {
      "reference.yaml": `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: workflow-template-hello-world-}
spec: {workflowTemplateRef: {name: workflow-template-whalesay-template}}
`,
      "cluster-reference.yaml": `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: cluster-workflow-template-hello-world-}
spec:
  workflowTemplateRef: {name: cluster-workflow-template-whalesay-template, clusterScope: true}
`,
    },
    steps: [
      { cli: "template create {document}", prints: ["Name:", "Namespace:", "Created:"] },
      {
        cli: "submit reference.yaml -l workflows.argoproj.io/test=true",
        prints: ["Name:", "Namespace:", "Created:"],
      },
      { until: { phase: "Succeeded" } },
      {
        cli: "cluster-template create {documents}/e2e-go-CLISuite-TestClusterTemplateCommands.yaml",
        prints: ["Name:", "Created:"],
      },
      {
        cli: "submit cluster-reference.yaml -l workflows.argoproj.io/test=true",
        prints: ["Name:", "Namespace:", "Created:"],
      },
      { until: { phase: "Succeeded" } },
    ],
  },
  "e2e-go:CLISuite/TestArchiveLabel": {
    steps: [
      { cli: "template create {document}" },
      {
        cli: "submit --from workflowtemplate/workflow-template-whalesay-template -l workflows.argoproj.io/test=true",
      },
      { until: { phase: "Succeeded" } },
      { cli: "archive list-label-keys", prints: [/^workflows\.argoproj\.io\/test$/mu] },
      { cli: "archive list-label-values -l workflows.argoproj.io/test", lines: [/^true$/u] },
    ],
  },
  "e2e-go:EstimatedDurationSuite/TestWorkflowTemplate": {
    steps: [
      { cli: "template create {document}" },
      { cli: "submit --from workflowtemplate/basic" },
      { until: { phase: "Succeeded" } },
      { cli: "submit --from workflowtemplate/basic" },
      { until: { phase: "Succeeded" } },
      { expect: { isEstimated: true, nodes: { "{run}": { isEstimated: true } } } },
    ],
  },
  "e2e-go:MetricsSuite/TestCronCountersForbid": {
    steps: [
      { cli: "cron create {document}" },
      { until: { phase: "Running" } },
      {
        cli: "metrics",
        prints: [
          /cronworkflows_triggered_total\{name="test-cron-metric-forbid",namespace="\w+"\} 1$/mu,
          /cronworkflows_concurrencypolicy_triggered\{concurrency_policy="Forbid",name="test-cron-metric-forbid",namespace="\w+"\} 1$/mu,
        ],
        again: true,
      },
      { cli: "list -o name", lines: [/^test-cron-metric-forbid-/u] },
    ],
    isSlow: true,
  },
  "e2e-go:SemaphoreSuite/TestWorkflowLevelSemaphore": {
    files: { "config.json": makeConfigMap("my-config", { workflow: "1" }) },
    steps: [{ cli: "apply config.json" }, submit, { until: { phase: "Succeeded" } }],
  },
  "e2e-go:WorkflowConfigMapSelectorSubstitutionSuite/TestNameSubstitution": {
    files: { "config.json": makeConfigMap("cmref-parameters", { msg: "hello world" }) },
    steps: [
      { cli: "apply config.json" },
      submit,
      { until: { phase: "Succeeded", nodes: { "{run}": { inputs: { message: "hello world" } } } } },
    ],
  },
  "e2e-go:WorkflowInputsOverridableSuite/TestArgsValueParamsOverrideInputParamsValueFrom": {
    files: { "config.json": makeConfigMap("cmref-parameters", { "cmref-key": "input-value" }) },
    steps: [
      { cli: "apply config.json" },
      submit,
      { until: { phase: "Succeeded", nodes: { "{run}": { inputs: { message: "arg-value" } } } } },
    ],
  },
  "e2e-go:WorkflowInputsOverridableSuite/TestArgsValueFromParamsOverrideInputParamsValueFrom": {
    files: {
      "config.json": makeConfigMap("cmref-parameters", { "cmref-key": "input-value" }),
      "new-config.json": makeConfigMap("new-cmref-parameters", { "cmref-key": "arg-value" }),
    },
    steps: [
      { cli: "apply config.json new-config.json" },
      submit,
      { until: { phase: "Succeeded", nodes: { "{run}": { inputs: { message: "arg-value" } } } } },
    ],
  },
};
