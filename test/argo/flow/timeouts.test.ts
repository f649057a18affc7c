/** Time limits: of the run, of a template, of what waits (Argo fields.md: activeDeadlineSeconds, timeout, pendingTimeout). */
import { call, dag, steps } from "./documents.ts";
import { rule } from "./rule.ts";

const leaf = (more: string, program = "sleep 100"): string =>
  `  - name: long\n    ${more}\n    container: {image: x, command: [sh, -c, "${program}"]}\n`;

rule(
  "activeDeadlineSeconds of a template ends its attempt",
  steps(call("a", "long")) + leaf("activeDeadlineSeconds: 5"),
  {},
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed Pod was active on the node longer than the specified deadline
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].a@0
  `,
);
rule(
  "activeDeadlineSeconds of a template may be a tag",
  steps(call("a", "long")) + leaf('activeDeadlineSeconds: "{{workflow.parameters.limit}}"'),
  { spec: '  arguments: {parameters: [{name: limit, value: "5"}]}' },
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed Pod was active on the node longer than the specified deadline
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].a@0
  `,
);
rule(
  "an attempt that ends in time has no deadline left",
  steps(call("a", "long")) + leaf("activeDeadlineSeconds: 5", "sleep 4"),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    started [0].a@0
  `,
);
rule(
  "activeDeadlineSeconds holds for each attempt of a retry",
  steps(call("a", "long")) + leaf("activeDeadlineSeconds: 5\n    retryStrategy: {limit: 1}"),
  {},
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Retry Failed No more retries left
    [0] StepGroup Failed child 'wf-3986212215' failed
    [0].a(0) Pod Failed Pod was active on the node longer than the specified deadline
    [0].a(1) Pod Failed Pod was active on the node longer than the specified deadline
    started [0].a(0)@0 [0].a(1)@5
  `,
);
rule(
  "timeout ends the attempt",
  dag(call("a", "long")) + leaf("timeout: 5s"),
  {},
  `
    Failed
    DAG Failed
    .a Pod Failed Pod was active on the node longer than the specified deadline
    started .a@0
  `,
);
rule(
  "timeout includes the time in which nothing could start",
  steps(`${call("s", "slow")}, ${call("a", "long")}`) + leaf("timeout: 15s"),
  { capacity: 1 },
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].s Pod Succeeded
    [0].a Pod Failed Pod was active on the node longer than the specified deadline
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].s@0 [0].a@10
  `,
);
rule(
  "timeout ends what never started",
  steps(`${call("s", "slow")}, ${call("a", "long")}`) + leaf("timeout: 5s"),
  { capacity: 1 },
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].s Pod Succeeded
    [0].a Pod Failed Pod was active on the node longer than the specified deadline
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].s@0
  `,
);
rule(
  "timeout holds for all attempts of a retry together",
  steps(call("a", "long")) + leaf("timeout: 5s\n    retryStrategy: {limit: 5}", "sleep 2; exit 1"),
  {},
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Retry Failed Pod was active on the node longer than the specified deadline
    [0] StepGroup Failed child 'wf-3986212215' failed
    [0].a(0) Pod Failed main: Error (exit code 1)
    [0].a(1) Pod Failed main: Error (exit code 1)
    [0].a(2) Pod Failed Pod was active on the node longer than the specified deadline
    started [0].a(0)@0 [0].a(1)@2 [0].a(2)@4
  `,
);
rule(
  "pendingTimeout ends only what did not start",
  steps(`${call("s", "slow")}, ${call("a", "long")}`) + leaf("pendingTimeout: 5s"),
  { capacity: 1 },
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].s Pod Succeeded
    [0].a Pod Failed Pod was pending longer than the specified pendingTimeout
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].s@0
  `,
);
rule(
  "pendingTimeout leaves what started in peace",
  steps(call("a", "long")) + leaf("pendingTimeout: 5s"),
  {},
  `
    Succeeded
    Steps Succeeded
    [0].a Pod Succeeded
    [0] StepGroup Succeeded
    started [0].a@0
  `,
);
rule(
  "activeDeadlineSeconds of the run ends all that runs, and nothing more begins",
  steps(call("a", "slow"), call("b", "slow"), call("c", "ok")),
  { spec: "  activeDeadlineSeconds: 15" },
  `
    Failed: Step exceeded its deadline
    Steps Failed child 'wf-2760215211' failed
    [0].a Pod Succeeded
    [1].b Pod Failed Step exceeded its deadline
    [0] StepGroup Succeeded
    [1] StepGroup Failed child 'wf-2760215211' failed
    started [0].a@0 [1].b@10
  `,
);
rule(
  "the exit handler is outside the deadline of the run",
  dag(call("a", "slow"), call("b", "slow", "depends: a")),
  { spec: "  activeDeadlineSeconds: 15\n  onExit: slow" },
  `
    Failed: Step exceeded its deadline
    DAG Failed
    .a Pod Succeeded
    .b Pod Failed Step exceeded its deadline
    .onExit Pod Succeeded
    started .a@0 .b@10 .onExit@15
  `,
);
rule(
  "a deadline of 0 ends the run at once",
  steps(call("a", "slow")),
  { spec: "  activeDeadlineSeconds: 0" },
  `
    Failed: Step exceeded its deadline
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed Step exceeded its deadline
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].a@0
  `,
);
rule(
  "after the deadline of the run nothing is tried again",
  leaf("retryStrategy: {limit: 3}").replace("name: long", "name: main"),
  { spec: "  activeDeadlineSeconds: 15" },
  `
    Failed: Step exceeded its deadline
    Retry Failed Step exceeded its deadline
    (0) Pod Failed Step exceeded its deadline
    started (0)@0
  `,
);
rule(
  "the deadline of the run ends a wait",
  steps(call("w", "wait")) + "  - {name: wait, suspend: {}}\n",
  { spec: "  activeDeadlineSeconds: 15" },
  `
    Failed: Step exceeded its deadline
    Steps Failed child 'wf-4221098881' failed
    [0].w Suspend Failed Step exceeded its deadline
    [0] StepGroup Failed child 'wf-4221098881' failed
  `,
);
rule(
  "a failed template with a deadline has its own failure",
  steps(call("a", "long")) + leaf("activeDeadlineSeconds: 5", "sleep 1; exit 4"),
  {},
  `
    Failed: child 'wf-3986212215' failed
    Steps Failed child 'wf-3986212215' failed
    [0].a Pod Failed main: Error (exit code 4)
    [0] StepGroup Failed child 'wf-3986212215' failed
    started [0].a@0
  `,
);
