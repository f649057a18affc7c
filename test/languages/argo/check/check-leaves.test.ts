/** Argo's rules, one row each: leaves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { main, expectRule, runRule, steps } from "./rule-table.ts";
import type { Rule } from "./rule-table.ts";

const RULES: readonly Rule[] = [
  {
    name: "retry numbers that are none",
    templates: main(
      "container: {image: a}, retryStrategy: {limit: many, backoff: {duration: 1s, factor: '{{workflow.name}}'}}",
    ),
    warnings: ["templates.main.retryStrategy.limit must be a whole number, found 'many'"],
  },
  {
    name: "retry factor that is no number",
    templates: main("container: {image: a}, retryStrategy: {limit: '3', backoff: {factor: 1.5x}}"),
    warnings: ["templates.main.retryStrategy.backoff.factor must be a whole number, found '1.5x'"],
  },
  {
    name: "a value that an argument of the caller replaces",
    templates: `${steps("{name: s, template: called}")}\n- {name: called, inputs: {parameters: [{name: m, value: '{{workflow.parameters.none}}'}]}, container: {image: a}}`,
  },
  {
    name: "a default that names nothing, also where a caller gives a value",
    templates: `${steps("{name: s, template: called, arguments: {parameters: [{name: m, value: v}]}}")}\n- {name: called, inputs: {parameters: [{name: m, default: '{{workflow.parameters.none}}'}]}, container: {image: a}}`,
    errors: ["templates.main.steps[0].s templates.called: failed to resolve {{workflow.parameters.none}}"],
  },
  {
    name: "a value of the entrypoint's that nothing replaces",
    templates: main(
      "inputs: {parameters: [{name: m, value: '{{workflow.parameters.none}}'}]}, container: {image: a}",
    ),
    errors: ["templates.main: failed to resolve {{workflow.parameters.none}}"],
  },
  {
    name: "a value of the entrypoint's that an argument of the workflow replaces",
    templates: main(
      "inputs: {parameters: [{name: m, value: '{{workflow.parameters.none}}'}]}, container: {image: a}",
    ),
    spec: "entrypoint: main\narguments: {parameters: [{name: m, value: v}]}",
  },
  // Leaves.
  {
    name: "no image",
    templates: main("container: {command: [a]}"),
    errors: ["templates.main.container.image may not be empty"],
  },
  {
    name: "no script image",
    templates: main("script: {source: x}"),
    errors: ["templates.main.script.image may not be empty"],
  },
  {
    name: "image from defaults",
    templates: main("script: {source: x}"),
    spec: "entrypoint: main\ntemplateDefaults: {script: {image: a}}",
  },
  {
    name: "parallelism on a leaf",
    templates: main("parallelism: 2, container: {image: a}"),
    errors: ["templates.main.parallelism is only valid for steps and dag templates"],
  },
  {
    name: "negative deadline",
    templates: main("activeDeadlineSeconds: -1, container: {image: a}"),
    errors: ["templates.main.activeDeadlineSeconds must be a positive integer > 0 or an argo variable"],
  },
  {
    name: "deadline of text",
    templates: main("activeDeadlineSeconds: soon, container: {image: a}"),
    errors: ["templates.main.activeDeadlineSeconds must be a positive integer > 0 or an argo variable"],
  },
  {
    name: "deadline of a tag",
    templates: main(
      "activeDeadlineSeconds: '{{inputs.parameters.d}}', inputs: {parameters: [{name: d, value: 5}]}, container: {image: a}",
    ),
  },
  {
    name: "timeout without unit",
    templates: main("timeout: 30, container: {image: a}"),
    errors: ["main has invalid duration format in timeout"],
  },
  {
    name: "timeout on steps",
    templates: "- {name: main, timeout: 30s, steps: []}",
    errors: ["Steps template doesn't support timeout field"],
  },
  {
    name: "timeout of a tag",
    templates: main(
      "timeout: '{{inputs.parameters.d}}', inputs: {parameters: [{name: d, value: 5s}]}, container: {image: a}",
    ),
  },
  {
    name: "unknown retry policy",
    templates: main("retryStrategy: {retryPolicy: Sometimes}, container: {image: a}"),
    errors: ["Sometimes is not a valid RetryPolicy"],
  },
  {
    name: "known retry policies",
    templates: ["Always", "OnError", "OnFailure", "OnTransientError"]
      .map(
        (policy, index) =>
          `- {name: ${index === 0 ? "main" : `m${index}`}, retryStrategy: {limit: 2, retryPolicy: ${policy}}, container: {image: a}}`,
      )
      .join("\n"),
  },
  {
    name: "bad backoff",
    templates: main(
      "retryStrategy: {backoff: {duration: soon, maxDuration: 1h30m, cap: 5}}, container: {image: a}",
    ),
    warnings: ["templates.main.retryStrategy.backoff.duration 'soon' is not a duration"],
  },
  {
    name: "retry variables",
    templates: main(
      "retryStrategy: {limit: 2, expression: 'asInt(lastRetry.exitCode) > 1'}, container: {image: '{{retries}} {{lastRetry.exitCode}}'}",
    ),
  },
  { name: "suspend for a while", templates: main("suspend: {duration: 20}") },
  {
    name: "suspend for what",
    templates: main("suspend: {duration: a while}"),
    warnings: ["templates.main.suspend.duration 'a while' is not a duration"],
  },
  {
    name: "mounts at one path",
    templates: main(
      "container: {image: a, volumeMounts: [{name: v, mountPath: /x}, {name: w, mountPath: /x}]}",
    ),
    spec: "entrypoint: main\nvolumes: [{name: v, emptyDir: {}}, {name: w, emptyDir: {}}]",
    errors: [
      "templates.main.container.volumeMounts[1].mountPath '/x' already mounted in container.volumeMounts.v",
    ],
  },
  {
    name: "artifact on a mount",
    templates: main(
      "inputs: {artifacts: [{name: f, path: /x, raw: {data: w}}]}, container: {image: a, volumeMounts: [{name: v, mountPath: /x}]}",
    ),
    spec: "entrypoint: main\nvolumes: [{name: v, emptyDir: {}}]",
    errors: ["templates.main.inputs.artifacts[0].path '/x' already mounted in container.volumeMounts.v"],
  },
  {
    name: "mount of no volume",
    templates: main("container: {image: a, volumeMounts: [{name: v, mountPath: /x}]}"),
    warnings: ["templates.main mounts volume 'v', which the workflow does not have"],
  },
  {
    name: "mount of a claim",
    templates: main("container: {image: a, volumeMounts: [{name: v, mountPath: /x}]}"),
    spec: "entrypoint: main\nvolumeClaimTemplates: [{metadata: {name: v}}]",
  },
  {
    name: "init container without name",
    templates: main("initContainers: [{image: a}], container: {image: a}"),
    errors: ["initContainers must all have container name"],
  },
  {
    name: "reserved sidecar name",
    templates: main("sidecars: [{name: wait, image: a}], container: {image: a}"),
    errors: ["templates.main.sidecars[0].name 'wait' is a reserved Argo container name"],
  },
  {
    name: "plugin with two keys",
    templates: main("plugin: {a: {}, b: {}}"),
    errors: ["expected exactly one key, got 2"],
  },
  // Resources.
  { name: "resource", templates: main("resource: {action: create, manifest: '{kind: ConfigMap}'}") },
  {
    name: "unknown action",
    templates: main("resource: {action: foo, manifest: '{kind: A}'}"),
    errors: ["templates.main.resource.action must be one of: get, create, apply, delete, replace, patch"],
  },
  {
    name: "action by tag",
    templates: main(
      "inputs: {parameters: [{name: a, value: get}]}, resource: {action: '{{inputs.parameters.a}}', manifest: '{{inputs.parameters.a}}'}",
    ),
  },
  {
    name: "no manifest",
    templates: main("resource: {action: create}"),
    errors: [
      "either templates.main.resource.manifest or templates.main.resource.manifestFrom must be specified",
    ],
  },
  { name: "no manifest to delete", templates: main("resource: {action: delete}") },
  {
    name: "manifest twice",
    templates: main(
      "inputs: {artifacts: [{name: f, path: /f, raw: {data: x}}]}, resource: {action: create, manifest: '{kind: A}', manifestFrom: {artifact: {name: f}}}",
    ),
    errors: [
      "shouldn't have both `manifest` and `manifestFrom` specified in `Manifest` for resource template",
    ],
  },
  {
    name: "manifest from no artifact",
    templates: main("resource: {action: create, manifestFrom: {artifact: {name: f}}}"),
    errors: ["artifact f in `manifestFrom` refer to a non-exist artifact"],
  },
  {
    name: "manifest that is no YAML",
    templates: main('resource: {action: apply, manifest: "bad-line\\nkind: A\\n"}'),
    errors: ["templates.main.resource.manifest must be a valid yaml"],
  },
  {
    name: "manifest with unquoted tags",
    templates: main(
      "inputs: {parameters: [{name: p, value: x}]}, resource: {action: apply, manifest: \"kind: A\\nname: {{inputs.parameters.p}}-x\\nv: {{=inputs.parameters.p + 'a'}}\"}",
    ),
  },
  // Container sets.
  {
    name: "empty container set",
    templates: main("containerSet: {containers: []}"),
    errors: ["templates.main.containerSet.containers must have at least one container"],
  },
  {
    name: "container set names",
    templates: main("containerSet: {containers: [{image: a}, {name: b, image: a}, {name: b, image: a}]}"),
    errors: [
      "templates.main.containerSet.containers[0].name is required",
      "templates.main.containerSet.containers[2].name 'b' is not unique",
    ],
  },
  {
    name: "container set dependency",
    templates: main("containerSet: {containers: [{name: b, image: a, dependencies: [x]}]}"),
    errors: ["templates.main.containerSet.containers.b dependency 'x' not defined"],
  },
  {
    name: "container set circle",
    templates: main(
      "containerSet: {containers: [{name: b, image: a, dependencies: [c]}, {name: c, image: a, dependencies: [b]}]}",
    ),
    errors: ["templates.main.containerSet.containers dependency cycle detected: b->c->b"],
  },
  {
    name: "container set without main",
    templates: main(
      "containerSet: {containers: [{name: b, image: a}]}, outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}",
    ),
    errors: ['templates.main.containerSet.containers must have a container named "main" for input or output'],
  },
  {
    name: "container set mounts",
    templates: main(
      "containerSet: {volumeMounts: [{name: v, mountPath: /x}, {name: w, mountPath: /x}], containers: [{name: main, image: a}]}",
    ),
    errors: ["templates.main.containerSet.volumeMounts[1].mountPath '/x' already mounted in volumeMounts.v"],
  },
  {
    name: "container set reserved name",
    templates: main("containerSet: {containers: [{name: supervisor, image: a}]}"),
    errors: ["templates.main.containerSet.containers[0].name 'supervisor' is a reserved Argo container name"],
  },
  // Metrics.
  {
    name: "metric name",
    templates: main(
      "metrics: {prometheus: [{name: a.b, help: h, gauge: {value: 1}}]}, container: {image: a}",
    ),
    errors: [
      "templates.main metric name 'a.b' is invalid. Metric names must contain alphanumeric characters or '_'",
    ],
  },
  {
    name: "metric help",
    templates: main("metrics: {prometheus: [{name: ab, gauge: {value: 1}}]}, container: {image: a}"),
    errors: ["templates.main metric 'ab' must contain a help string under 'help: ' field"],
  },
  {
    name: "metric values",
    templates: main(
      "metrics: {prometheus: [{name: a, help: h, gauge: {realtime: false}}, {name: b, help: h, counter: {}}, {name: c, help: h, histogram: {buckets: [1]}}]}, container: {image: a}",
    ),
    errors: [
      "templates.main metric 'a' error: missing gauge.value",
      "templates.main metric 'b' error: missing counter.value",
      "templates.main metric 'c' error: missing histogram.value",
    ],
  },
  {
    name: "metric label",
    templates: main(
      "metrics: {prometheus: [{name: a, help: h, labels: [{key: b.c, value: d}], gauge: {value: 1}}]}, container: {image: a}",
    ),
    errors: ["metric label 'b.c' is invalid: keys may only contain alphanumeric characters or '_'"],
  },
  {
    name: "realtime resources",
    templates: main(
      "metrics: {prometheus: [{name: a, help: h, gauge: {realtime: true, value: '{{resourcesDuration.cpu}}'}}]}, container: {image: a}",
    ),
    errors: ["templates.main metric 'a' error: 'resourcesDuration.*' metrics cannot be used in real-time"],
  },
  // The rest of the spec.
  {
    name: "unknown pod collection",
    templates: main("container: {image: a}"),
    spec: "entrypoint: main\npodGC: {strategy: Foo}",
    errors: ["podGC.strategy unknown strategy 'Foo'"],
  },
  {
    name: "pod resources",
    templates: main("podResources: {requests: {cpu: 1, hugepages-2Mi: 4}}, container: {image: a}"),
    spec: "entrypoint: main\npodResources: {limits: {nvidia.com/gpu: 1}}",
    errors: ['spec.podResources: "nvidia.com/gpu" is not a valid pod-level resource'],
  },
  {
    name: "locks",
    templates: main(
      "synchronization: {mutexes: [{}], semaphores: [{}, {configMapKeyRef: {name: a}}, {configMapKeyRef: {name: a, key: b}, database: {key: c}}]}, container: {image: a}",
    ),
    warnings: [
      "templates.main.synchronization.mutexes[0].name is required",
      "templates.main.synchronization.semaphores[0] needs configMapKeyRef or database",
      "templates.main.synchronization.semaphores[1].configMapKeyRef needs name and key",
      "templates.main.synchronization.semaphores[2] has both configMapKeyRef and database",
    ],
  },
];

for (const rule of RULES) {
  test(rule.name, () => assert.deepEqual(runRule(rule), expectRule(rule)));
}
