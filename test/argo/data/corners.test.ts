/** Corners of files and volumes that documents do reach, through real executors. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { needsShell } from "../../runtime/temporary-home.ts";
import { openRealEngine, workflow } from "./real-engine.ts";
import type { Rested } from "./real-engine.ts";

/** A leaf \`it\` that is called once by the step \`it\`. */
function single(body: string): string {
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  const indent = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  const shifted = lines.map((line) => `      ${line.slice(indent)}`).join("\n");
  return `apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {generateName: test-}\nspec:\n  entrypoint: main\n  templates:\n    - {name: main, steps: [[{name: it, template: it}]]}\n    - name: it\n${shifted}\n`;
}

for (const executor of ["auto", "process"]) {
  const engine = await openRealEngine(executor);
  const check = (name: string, work: () => Promise<void>): void => {
    test(`${name} (${executor})`, { skip: needsShell }, work);
  };
  const run = async (source: string): Promise<Rested> => {
    const rested = await engine.run(source);
    const messages = rested.nodes.map((node) => `${node.name} ${node.phase} ${node.message ?? ""}`);
    assert.equal(rested.phase, "Succeeded", `${rested.message}\n${messages.join("\n")}`);
    return rested;
  };

  check("an output whose directory the command makes", async () => {
    const rested = await run(
      single(`
        outputs: {parameters: [{name: p, valueFrom: {path: /mnt/out/deep/p}}]}
        script: {image: "python:3", command: [python], source: "import os; os.mkdir('/mnt/out'); os.mkdir('/mnt/out/deep'); open('/mnt/out/deep/p', 'w').write('made')"}`),
    );
    assert.equal(rested.output("it", "p"), "made");
  });
  check("an output that is a whole private directory", async () => {
    const source = workflow(`
      entrypoint: main
      templates:
        - name: main
          steps:
            - [{name: make, template: make}]
            - [{name: take, template: take, arguments: {artifacts: [{name: in, from: "{{steps.make.outputs.artifacts.all}}"}]}}]
        - name: make
          outputs: {artifacts: [{name: all, path: /tmp/}]}
          container: {image: alpine, command: [sh, -c, "echo 1 > /tmp/a; echo 2 > /tmp/b"]}
        - name: take
          inputs: {artifacts: [{name: in, path: /tmp/in/}]}
          container: {image: alpine, command: [sh, -c, "cat /tmp/in/a /tmp/in/b"]}
    `);
    assert.equal((await run(source)).log("take"), "1\n2\n");
  });
  check("an output parameter that is a directory, and one that is a link out of the attempt", async () => {
    const body = (command: string): string =>
      single(`
      outputs: {parameters: [{name: p, valueFrom: {path: /tmp/p}}]}
      container: {image: alpine, command: [sh, -c, "${command}"]}`);
    assert.equal((await engine.run(body("mkdir /tmp/p"))).node("it").phase, "Error");
    const linked = await engine.run(body("ln -s /etc/passwd /tmp/p"));
    assert.notEqual(linked.output("it", "p")?.startsWith("root:"), true);
  });
  check("artifacts with dots and dashes in their names", async () => {
    const source = workflow(`
      entrypoint: main
      templates:
        - name: main
          dag:
            tasks:
              - {name: make-it, template: make}
              - {name: take, template: take, depends: make-it, arguments: {artifacts: [{name: in-put_1, from: "{{tasks.make-it.outputs.artifacts.out-put_1}}"}]}}
        - name: make
          outputs: {artifacts: [{name: out-put_1, path: "/tmp/a b.txt"}]}
          container: {image: alpine, command: [sh, -c, "echo spaced > '/tmp/a b.txt'"]}
        - name: take
          inputs: {artifacts: [{name: in-put_1, path: "/tmp/c d/e.txt"}]}
          container: {image: alpine, command: [cat, "/tmp/c d/e.txt"]}
    `);
    assert.equal((await run(source)).log("take"), "spaced\n");
  });
  check("members of a loop write their own keys, a reader takes them all", async () => {
    const source = workflow(`
      entrypoint: main
      templates:
        - name: main
          steps:
            - [{name: map, template: map, arguments: {parameters: [{name: i, value: "{{item}}"}]}, withSequence: {count: 3}}]
            - [{name: reduce, template: reduce}]
        - name: map
          inputs: {parameters: [{name: i}]}
          outputs: {artifacts: [{name: part, path: /tmp/part, archive: {none: {}}, s3: {key: "{{workflow.name}}/parts/{{inputs.parameters.i}}.txt"}}]}
          container: {image: alpine, command: [sh, -c, "echo {{inputs.parameters.i}} > /tmp/part"]}
        - name: reduce
          inputs: {artifacts: [{name: parts, path: /tmp/parts, s3: {key: "{{workflow.name}}/parts"}}]}
          container: {image: alpine, command: [sh, -c, "cat /tmp/parts/*"]}
    `);
    assert.equal((await run(source)).log("reduce"), "0\n1\n2\n");
  });
  check("a claim mounted by its sub-paths, and read-only", async () => {
    const source = workflow(`
      entrypoint: main
      volumeClaimTemplates: [{metadata: {name: work}, spec: {accessModes: [ReadWriteOnce]}}]
      templates:
        - name: main
          steps: [[{name: one, template: one}], [{name: two, template: two}]]
        - name: one
          container: {image: alpine, command: [sh, -c, "echo a > /a/f; echo b > /b/f"], volumeMounts: [{name: work, mountPath: /a, subPath: a}, {name: work, mountPath: /b, subPath: deep/b}]}
        - name: two
          container: {image: alpine, command: [sh, -c, "cat /all/a/f /all/deep/b/f"], volumeMounts: [{name: work, mountPath: /all, readOnly: true}]}
    `);
    assert.equal((await run(source)).log("two"), "a\nb\n");
  });
  check("a volume inside of a volume", async () => {
    const source = workflow(`
      entrypoint: main
      volumeClaimTemplates: [{metadata: {name: outer}, spec: {accessModes: [ReadWriteOnce]}}, {metadata: {name: inner}, spec: {accessModes: [ReadWriteOnce]}}]
      templates:
        - name: main
          steps: [[{name: one, template: one}], [{name: two, template: two}]]
        - name: one
          container: {image: alpine, command: [sh, -c, "echo o > /mnt/f; echo i > /mnt/inner/f"], volumeMounts: [{name: outer, mountPath: /mnt}, {name: inner, mountPath: /mnt/inner}]}
        - name: two
          container: {image: alpine, command: [sh, -c, "cat /x/f"], volumeMounts: [{name: inner, mountPath: /x}]}
    `);
    assert.equal((await run(source)).log("two"), "i\n");
  });
  check("claims by name are shared by the steps of a run", async () => {
    const source = workflow(`
      entrypoint: main
      volumes: [{name: data, persistentVolumeClaim: {claimName: my-claim}}]
      templates:
        - name: main
          steps: [[{name: one, template: one}], [{name: two, template: two}]]
        - name: one
          container: {image: alpine, command: [sh, -c, "echo kept > /mnt/data/f"], volumeMounts: [{name: data, mountPath: /mnt/data}]}
        - name: two
          container: {image: alpine, command: [cat, /mnt/data/f], volumeMounts: [{name: data, mountPath: /mnt/data}]}
    `);
    assert.equal((await run(source)).log("two"), "kept\n");
  });
  check("parallel steps that use the same path under /tmp do not meet", async () => {
    const source = workflow(`
      entrypoint: main
      templates:
        - name: main
          steps: [[{name: one, template: it, arguments: {parameters: [{name: t, value: one}]}}, {name: two, template: it, arguments: {parameters: [{name: t, value: two}]}}]]
        - name: it
          inputs: {parameters: [{name: t}]}
          container: {image: alpine, command: [sh, -c, "echo {{inputs.parameters.t}} >> /tmp/f; sleep 0.1; cat /tmp/f"]}
    `);
    const rested = await run(source);
    assert.deepEqual([rested.log("one"), rested.log("two")], ["one\n", "two\n"]);
  });
  check("text with quotes and line ends comes to a script unharmed", async () => {
    const text = 'it\'s "quoted"\nand $HOME `x` \\n';
    const source = workflow(`
      entrypoint: main
      arguments: {parameters: [{name: t, value: ${JSON.stringify(text)}}]}
      templates:
        - {name: main, steps: [[{name: it, template: it}]]}
        - name: it
          container: {image: alpine, command: [printf, "%s"], args: ["{{workflow.parameters.t}}"]}
    `);
    assert.equal((await run(source)).log("it"), text);
  });
  check("a pod patch that changes what the command sees is applied", async () => {
    const rested = await run(
      single(`
        podSpecPatch: |
          containers:
            - name: main
              env: [{name: ADDED, value: "by {{workflow.name}}"}, {name: KEPT, value: changed}]
              resources: {limits: {memory: 1Gi}}
        container: {image: alpine, env: [{name: KEPT, value: own}], command: [sh, -c, 'echo "$ADDED $KEPT"']}`),
    );
    assert.equal(rested.log("it"), `by ${rested.name} changed\n`);
  });
  check("a script of the template defaults", async () => {
    const source = workflow(`
      entrypoint: main
      templateDefaults: {container: {image: alpine, env: [{name: A, value: usual}]}}
      templates:
        - {name: main, steps: [[{name: it, template: it}]]}
        - {name: it, container: {command: [sh, -c, 'echo "$A"']}}
    `);
    assert.equal((await run(source)).log("it"), "usual\n");
  });
}
