/** Scripts that look at runs, and steer them (Argo, test/e2e/cli_test.go; signals_test.go and functional_test.go for shutdowns). */
import type { Script, Step } from "./script.ts";

/** What Argo's fixtures do with the document of a test. */
const submit: Step = { cli: "submit {document} -l workflows.argoproj.io/test=true" };

/** What every command prints that answers with a run. */
const runHead = ["Name:", "Namespace:", "ServiceAccount:", "Status:", "Created:"];

const runsInOrder = [/one$/u, /two$/u, /three$/u, /four$/u, /five$/u];

export const scriptsOfRuns: Readonly<Record<string, Script>> = {
  "e2e-go:CLISuite/TestSubmitDryRun": {
    steps: [
      {
        cli: "submit {document} --dry-run -o yaml -l workflows.argoproj.io/test=true",
        prints: ["generateName: basic"],
        omits: ["uid:"],
      },
      { cli: "list -o name", lines: [] },
    ],
  },
  "e2e-go:CLISuite/TestLogProblems": {
    steps: [
      submit,
      { cli: "logs @latest --follow", lines: runsInOrder },
      { until: { phase: "Succeeded" } },
      { cli: "logs @latest", lines: runsInOrder },
    ],
  },
  "e2e-go:CLISuite/TestRoot": {
    steps: [
      {
        cli: "submit {documents}/e2e-go-CLISuite-TestWorkflowTerminateDryRun.yaml -l workflows.argoproj.io/test=true",
        prints: runHead,
      },
      { cli: "list", prints: ["NAME", "STATUS", "AGE", "DURATION", "PRIORITY"] },
      { cli: "list -o name", omits: ["NAME"], lines: [/^basic-\w+$/u] },
      { cli: "list -o wide", prints: ["PARAMETERS"] },
      { cli: "list -o json", prints: [/^\[\n {2}\{\n {4}"metadata": \{\n {6}"name": "basic-/u] },
      { cli: "list -o yaml", prints: [/^- metadata:\n {4}name: basic-/u] },
      { cli: "get @latest", prints: runHead },
      { cli: "delete @latest", prints: [/Workflow 'basic-\w+' deleted/u] },
      { cli: "list -o name", lines: [] },
      { cli: "cron create {document}" },
      {
        cli: "submit --from cronworkflow/test-cron-wf-basic --scheduled-time 2006-01-02T15:04:05-07:00 -l workflows.argoproj.io/test=true",
        prints: [/Name: +test-cron-wf-basic-/u],
      },
      {
        until: {
          phase: "Succeeded",
          annotations: { "workflows.argoproj.io/scheduled-time": "2006-01-02T15:04:05-07:00" },
        },
      },
    ],
  },
  "e2e-go:CLISuite/TestNodeSuspendResume": {
    steps: [
      submit,
      { until: { waits: true } },
      {
        cli: "resume @latest --node-field-selector inputs.parameters.tag.value=suspend1-tag1",
        prints: ["workflow @latest resumed"],
      },
      { until: { waits: true, nodes: { suspend2: { phase: "Running" } } } },
      {
        cli: "stop @latest --node-field-selector inputs.parameters.tag.value=suspend2-tag1 --message because",
        prints: [/workflow node-suspend-\w+ stopped/u],
      },
      { until: { phase: "Failed", message: /child 'node-suspend-.*' failed/u } },
    ],
  },
  "e2e-go:CLISuite/TestWorkflowDeleteByFieldSelector": {
    steps: [
      { cli: "submit {document} --name basic-one" },
      { cli: "submit {document} --name basic-other" },
      {
        cli: "delete --field-selector metadata.name=basic-one",
        lines: [/Workflow 'basic-one' deleted/u],
      },
      { cli: "list -o name", lines: ["basic-other", "occupant"] },
    ],
    isOccupied: true,
  },
  "e2e-go:CLISuite/TestWorkflowDeleteAll": {
    steps: [
      submit,
      {
        cli: "delete --all -l workflows.argoproj.io/test",
        lines: [/Workflow 'basic-\w+' deleted/u],
      },
      { cli: "list -o name", lines: ["occupant"] },
    ],
    isOccupied: true,
  },
  "e2e-go:CLISuite/TestWorkflowRetryNestedDag": {
    steps: [
      submit,
      { until: { phase: "Failed" } },
      {
        cli: "retry retry-nested-dag --restart-successful --node-field-selector name=retry-nested-dag.dag1-step2.dag2-step1.dag3-step1",
        prints: ["Name:", "Namespace:"],
      },
      {
        until: {
          phase: "Failed",
          nodes: {
            "dag3-step1": { phase: "Succeeded" },
            "dag3-step2": { phase: "Succeeded" },
            "dag3-step3": { phase: "Succeeded" },
          },
        },
      },
    ],
  },
  "e2e-go:CLISuite/TestRetryWorkflowWithContinueOn": {
    steps: [
      submit,
      { until: { phase: "Failed" } },
      { expect: { nodeCount: 7 } },
      { cli: "retry @latest", prints: ["Name:", "Namespace:"] },
      { until: { phase: "Failed" } },
      { expect: { nodeCount: 7, nodes: { success: { childCount: 2 } } } },
    ],
  },
  "e2e-go:CLISuite/TestRetryWorkflowWithFailedExitHandler": {
    steps: [
      submit,
      { until: { phase: "Failed" } },
      { expect: { nodeCount: 2 } },
      { cli: "retry retry-workflow-with-failed-exit-handler", prints: ["Name:", "Namespace:"] },
      { until: { phase: "Failed" } },
      {
        expect: {
          nodeCount: 2,
          nodes: {
            "{run}": { phase: "Succeeded" },
            "{run}.onExit": { phase: "Failed", message: "exit code 1" },
          },
        },
      },
    ],
  },
  "e2e-go:CLISuite/TestWorkflowStop": {
    steps: [
      submit,
      { cli: "stop @latest", prints: [/workflow basic-\w+ stopped/u] },
      { until: { phase: "Failed", message: "Stopped with strategy 'Stop'" } },
    ],
    isOccupied: true,
  },
  "e2e-go:CLISuite/TestWorkflowTerminate": {
    steps: [
      submit,
      { cli: "terminate @latest", prints: [/workflow basic-\w+ terminated/u] },
      { until: { phase: "Failed", message: "Stopped with strategy 'Terminate'" } },
    ],
    isOccupied: true,
  },
  "e2e-go:CLISuite/TestWorkflowTerminateDryRun": {
    steps: [
      submit,
      { cli: "terminate --dry-run @latest", prints: ["workflow @latest terminated (dry-run)"] },
      { cli: "list --running -o name", lines: [/^basic-/u, "occupant"] },
    ],
    isOccupied: true,
  },
  "e2e-go:CLISuite/TestWorkflowTerminateBySelector": {
    steps: [
      submit,
      {
        cli: "terminate --selector workflows.argoproj.io/test=true",
        lines: [/workflow basic-\w+ terminated/u],
      },
      { until: { phase: "Failed" } },
      { cli: "list --running -o name", lines: ["occupant"] },
    ],
    isOccupied: true,
  },
  "e2e-go:CLISuite/TestWorkflowWatch": {
    steps: [submit, { cli: "watch @latest", prints: ["Name: ", /basic-\w+ Succeeded/u] }],
  },
  "e2e-go:CLISuite/TestWorkflowResubmit": {
    steps: [
      submit,
      { until: { hasEnded: true } },
      { cli: "resubmit --memoized @latest", prints: runHead },
      { until: { phase: "Failed" } },
      { cli: "list -o name", lines: [/^exit-1-/u, /^exit-1-/u] },
    ],
  },
  "e2e-go:FunctionalSuite/TestTerminateWorkflowWhileOnExitHandlerRunning": {
    steps: [
      submit,
      { until: { works: true, nodes: { "workflow-exit-handler-sleep": { phase: "Succeeded" } } } },
      { cli: "terminate @latest" },
      { until: { phase: "Failed" } },
      { expect: { nodesOfType: { Steps: "Failed", StepGroup: "Failed" } } },
    ],
  },
  "e2e-go:SignalsSuite/TestStopBehavior": {
    steps: [
      submit,
      { until: { works: true } },
      { cli: "stop @latest", prints: [/workflow stop-terminate-\w+ stopped/u] },
      { until: { phase: "Failed|Error" } },
      {
        expect: {
          nodes: {
            A: { phase: "Failed|Error" },
            "A.onExit": { phase: "Succeeded" },
            "{run}.onExit": { phase: "Succeeded" },
          },
        },
      },
    ],
  },
  "e2e-go:SignalsSuite/TestStopBehaviorWithDaemon": {
    steps: [
      submit,
      { until: { works: true, nodes: { B: { phase: "Running" } } } },
      { cli: "stop @latest", prints: [/workflow stop-terminate-daemon-\w+ stopped/u] },
      { until: { phase: "Failed|Error" } },
      { expect: { nodes: { Daemon: { phase: "Succeeded" } } } },
    ],
  },
  "e2e-go:SignalsSuite/TestDoNotCreatePodsUnderStopBehavior": {
    steps: [
      submit,
      { until: { works: true } },
      { cli: "stop @latest", prints: [/workflow stop-terminate-\w+ stopped/u] },
      { until: { phase: "Failed" } },
      { expect: { nodes: { A: { phase: "Failed" }, B: { isAbsent: true } } } },
    ],
  },
  "e2e-go:RetryTestSuite/TestRetryBackoff": {
    steps: [submit, { until: { phase: "Failed" } }, { expect: { nodeCountAtMost: 10 } }],
    isSlow: true,
  },
};
