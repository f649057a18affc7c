import assert from "node:assert/strict";
import { test } from "node:test";
import { runDocument } from "../rig.ts";

test("groups run one after the other, members of a group together", async () => {
  const ran = await runDocument(`
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: wf}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - [{name: a, template: t}, {name: b, template: t}]
    - [{name: c, template: t}]
  - name: t
    container: {image: x, command: [echo, hi]}
`);
  assert.equal(ran.phase, "Succeeded");
  assert.deepEqual(ran.started, ["[0].a", "[0].b", "[1].c"]);
  assert.deepEqual(ran.startedAtMs, [0, 0, 1000]);
  console.log(ran.lines(), ran.tookMs);
});
