/** What commands get and give back, through real executors: environment, scripts, volumes, results, several containers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { needsShell } from "../../runtime/temporary-home.ts";
import { openRealEngine, workflow } from "./real-engine.ts";
import type { Rested } from "./real-engine.ts";

const stored = `---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {color: blue, file.txt: "two\\nlines\\n", UPPER: "1"}
---
apiVersion: v1
kind: Secret
metadata: {name: credentials}
data: {password: czNjcjN0}
stringData: {user: admin}
`;

/** A run whose only step \`it\` has the given template body. */
function single(body: string, spec = ""): string {
  const lines = body.split("\n").filter((line) => line.trim() !== "");
  const indent = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  const shifted = lines.map((line) => `      ${line.slice(indent)}`).join("\n");
  return `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: test-}
spec:
  entrypoint: main
${spec}
  templates:
    - name: main
      steps: [[{name: it, template: it}]]
    - name: it
${shifted}
${stored}`;
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
  const prints = (name: string, body: string, expected: string, spec?: string): void =>
    check(name, async () => assert.equal((await run(single(body, spec))).log("it"), expected));

  prints(
    "environment from values, ConfigMaps, Secrets and fields",
    `
    container:
      image: alpine
      command: [sh, -c, 'echo "$A|$B|$C|$D|$E|$F|$G|$(H)"']
      env:
        - {name: A, value: plain}
        - {name: B, value: "$(A)-$$(A)-$(NO)"}
        - {name: C, valueFrom: {configMapKeyRef: {name: settings, key: color}}}
        - {name: D, valueFrom: {secretKeyRef: {name: credentials, key: password}}}
        - {name: E, valueFrom: {secretKeyRef: {name: credentials, key: user}}}
        - {name: F, valueFrom: {configMapKeyRef: {name: settings, key: none, optional: true}}}
        - {name: G, value: "{{workflow.parameters.p}}"}
        - {name: H, value: word}`,
    'plain|plain-$(A)-$(NO)|blue|***|***||"quoted"|word\n',
    `  arguments: {parameters: [{name: p, value: '"quoted"'}]}`,
  );
  prints(
    "environment from whole ConfigMaps and Secrets",
    `
    container:
      image: alpine
      command: [sh, -c, 'echo "$color|$X_UPPER|$user"']
      envFrom: [{configMapRef: {name: settings}}, {prefix: X_, configMapRef: {name: settings}}, {secretRef: {name: credentials}}]`,
    "blue|1|***\n",
  );
  check("a Secret does not lie in the order on disk", async () => {
    const rested = await run(
      single(`
        container:
          image: alpine
          command: [sh, -c, 'echo "\${#D}"']
          env: [{name: D, valueFrom: {secretKeyRef: {name: credentials, key: password}}}]`),
    );
    assert.equal(rested.log("it"), "6\n");
    assert.doesNotMatch(JSON.stringify(rested.order("it")), /s3cr3t/);
  });
  prints(
    "a shell script with args",
    `
    script:
      image: alpine
      command: [sh]
      args: [one, "two words"]
      source: |
        echo "$# $1 $2"`,
    "2 one two words\n",
  );
  prints(
    "a python script",
    `
    script:
      image: python:alpine3.23
      command: [python]
      source: |
        import sys, json
        print(json.dumps({"n": 1 + 1, "tag": "{{workflow.parameters.p}}"}))`,
    '{"n": 2, "tag": "v"}\n',
    "  arguments: {parameters: [{name: p, value: v}]}",
  );
  prints(
    "a node script",
    `
    script:
      image: node:22-alpine
      command: [node]
      source: |
        console.log([1, 2].map((x) => x * 2).join())`,
    "2,4\n",
  );
  prints(
    "a working directory that is made",
    `
    container: {image: alpine, workingDir: /work/deep, command: [sh, -c, 'echo "\${PWD#\${PWD%/work/deep}}"; echo x > /work/deep/f; cat f']}`,
    "/work/deep\nx\n",
  );
  prints(
    "an entrypoint of a known image",
    `
    container: {image: "argoproj/argosay:v2", args: [echo, "hello there"]}`,
    "hello there\n",
  );
  prints(
    "an image's own command",
    `
    container: {image: "argoproj/argosay:v2"}`,
    "hello argo\n",
  );
  prints(
    "an image by registry and digest",
    `
    container: {image: "docker.io/library/alpine@sha256:0123", command: [echo, ok]}`,
    "ok\n",
  );
  prints(
    "an image that nobody knows, with a command",
    `
    container: {image: "registry.example.com:5000/team/thing:1", command: [sh, -c, "echo ok"]}`,
    "ok\n",
  );
  prints(
    "an image by parameter",
    `
    container: {image: "{{workflow.parameters.image}}", command: ["{{workflow.parameters.verb}}", ok]}`,
    "ok\n",
    `  arguments: {parameters: [{name: image, value: alpine}, {name: verb, value: echo}]}`,
  );

  const refused = (name: string, body: string, message: RegExp): void =>
    check(name, async () => {
      const rested = await engine.run(single(body));
      assert.equal(rested.node("it").phase, "Failed");
      assert.match(rested.node("it").message ?? "", message);
    });
  refused(
    "an unknown image without a command",
    `
    container: {image: "registry.example.com/thing"}`,
    /entrypoint of image "registry\.example\.com\/thing" is not known/,
  );
  refused(
    "a program that is not there",
    `
    container: {image: alpine, command: [no-such-program]}`,
    /no-such-program/,
  );

  prints(
    "files of a ConfigMap and a Secret",
    `
    container:
      image: alpine
      command: [sh, -c, "cat /etc/cm/color /etc/cm/file.txt /etc/one/renamed /etc/secret/user; ls /etc/one"]
      volumeMounts: [{name: cm, mountPath: /etc/cm}, {name: one, mountPath: /etc/one}, {name: sec, mountPath: /etc/secret}]
    volumes:
      - {name: cm, configMap: {name: settings}}
      - {name: one, configMap: {name: settings, items: [{key: color, path: renamed}]}}
      - {name: sec, secret: {secretName: credentials}}`,
    "bluetwo\nlines\nblueadminrenamed\n",
  );
  prints(
    "a file of a volume by its sub-path",
    `
    container:
      image: alpine
      command: [cat, /etc/app/settings.txt]
      volumeMounts: [{name: cm, mountPath: /etc/app/settings.txt, subPath: file.txt}]
    volumes: [{name: cm, configMap: {name: settings}}]`,
    "two\nlines\n",
  );
  prints(
    "an empty volume that init containers fill",
    `
    initContainers:
      - {name: one, image: alpine, command: [sh, -c, "printf 1 > /data/a"], volumeMounts: [{name: data, mountPath: /data}]}
      - {name: two, image: alpine, command: [sh, -c, "printf 2 >> /mnt/a"], volumeMounts: [{name: data, mountPath: /mnt}]}
    container: {image: alpine, command: [cat, /data/a], volumeMounts: [{name: data, mountPath: /data}]}
    volumes: [{name: data, emptyDir: {}}]`,
    "12",
  );
  prints(
    "init containers that mirror the mounts see inputs",
    `
    inputs: {artifacts: [{name: in, path: /in/file, raw: {data: x}}]}
    initContainers: [{name: first, image: alpine, mirrorVolumeMounts: true, command: [sh, -c, "cat /in/file > /data/copy"]}]
    container: {image: alpine, command: [cat, /data/copy], volumeMounts: [{name: data, mountPath: /data}]}
    volumes: [{name: data, emptyDir: {}}]`,
    "x",
  );
  check("a volume of the run is shared by its steps, an empty one is not", async () => {
    const rested = await run(
      workflow(`
        entrypoint: main
        volumeClaimTemplates: [{metadata: {name: kept}, spec: {accessModes: [ReadWriteOnce]}}]
        volumes: [{name: fresh, emptyDir: {}}]
        templates:
          - name: main
            steps: [[{name: one, template: add}], [{name: two, template: add}]]
          - name: add
            container:
              image: alpine
              command: [sh, -c, "echo x >> /kept/f; echo x >> /fresh/f; wc -l < /kept/f; wc -l < /fresh/f"]
              volumeMounts: [{name: kept, mountPath: /kept}, {name: fresh, mountPath: /fresh}]
      `),
    );
    assert.deepEqual(rested.log("one").trim().split(/\s+/), ["1", "1"]);
    assert.deepEqual(rested.log("two").trim().split(/\s+/), ["2", "1"]);
  });
  prints(
    "a sidecar beside main, ended with it",
    `
    container: {image: alpine, command: [sh, -c, "until [ -e /data/ready ]; do sleep 0.02; done; cat /data/ready"], volumeMounts: [{name: data, mountPath: /data}]}
    sidecars: [{name: side, image: alpine, command: [sh, -c, "echo served > /data/tmp; mv /data/tmp /data/ready; sleep 100"], volumeMounts: [{name: data, mountPath: /data}]}]
    volumes: [{name: data, emptyDir: {}}]`,
    "served\n",
  );
  check("a container set: order, inputs, outputs and result of main", async () => {
    const rested = await run(
      single(`
        inputs: {artifacts: [{name: in, path: /in, raw: {data: start}}]}
        outputs:
          parameters: [{name: p, valueFrom: {path: /data/p}}]
          artifacts: [{name: o, path: /data/o}]
        containerSet:
          volumeMounts: [{name: data, mountPath: /data}]
          containers:
            - {name: a, image: alpine, command: [sh, -c, "printf a > /data/p"]}
            - {name: main, image: alpine, dependencies: [a], command: [sh, -c, "cat /in; printf m >> /data/p; cp /data/p /data/o"]}
        volumes: [{name: data, emptyDir: {}}]`),
    );
    assert.equal(rested.output("it", "p"), "am");
    assert.equal(rested.log("it"), "start");
    assert.deepEqual(
      rested.nodes
        .filter((node) => node.name.includes("it."))
        .map((node) => `${node.displayName} ${node.phase}`)
        .sort(),
      ["a Succeeded", "main Succeeded"],
    );
  });

  const result = async (script: string): Promise<string | undefined> => {
    const source = workflow(`
      entrypoint: main
      templates:
        - name: main
          steps:
            - [{name: it, template: it}]
            - [{name: after, template: after, when: "'{{steps.it.outputs.result}}' != never"}]
        - {name: it, script: {image: alpine, command: [sh], source: ${JSON.stringify(script)}}}
        - {name: after, container: {image: alpine, command: ["true"]}}
    `);
    return (await engine.run(source)).node("it").outputs?.result;
  };
  check("the result: one newline cut, errors apart, the last 256 kB", async () => {
    assert.equal(await result("printf 'a\\n\\n'"), "a\n");
    assert.equal(await result("printf ' a '"), " a ");
    assert.equal(await result("echo out; echo err >&2"), "out");
    assert.equal(await result("true"), "");
    const long = await result("head -c 300000 /dev/zero | tr '\\0' x; echo end");
    assert.equal(long?.length, 256 * 1024 - 1);
    assert.ok(long.endsWith("xend"));
  });
  check("the result is kept only when somebody mentions it", async () => {
    const rested = await run(single("container: {image: alpine, command: [echo, hi]}"));
    assert.equal(rested.node("it").outputs?.result, undefined);
    assert.equal(rested.node("it").outputs?.exitCode, "0");
  });
  check("output parameters: one newline cut, defaults, an error when nothing was made", async () => {
    const template = (command: string, more: string): string =>
      single(`
        outputs: {parameters: [{name: p, valueFrom: {path: /tmp/p${more}}}]}
        container: {image: alpine, command: [sh, -c, ${JSON.stringify(command)}]}`);
    assert.equal((await run(template("printf 'a\\n\\n' > /tmp/p", ""))).output("it", "p"), "a\n");
    assert.equal((await run(template("true", ", default: usual"))).output("it", "p"), "usual");
    assert.equal((await run(template("true", ", default: ''"))).output("it", "p"), "");
    assert.equal((await run(template("printf '' > /tmp/p", ", default: usual"))).output("it", "p"), "");
    const missing = await engine.run(template("true", ""));
    assert.equal(missing.node("it").phase, "Error");
    assert.match(missing.node("it").message ?? "", /\/tmp\/p/);
  });
}
