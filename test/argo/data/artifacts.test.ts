/** Artifacts through the real store and executors: where they come from, where they lie, how they are packed. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { needsShell } from "../../runtime/temporary-home.ts";
import { openRealEngine, workflow } from "./real-engine.ts";
import type { Rested } from "./real-engine.ts";

/** A step that makes something, and a step that gets it at a path and shows it. */
function pass(
  make: { readonly script: string; readonly output: string },
  take: { readonly script: string; readonly input: string; readonly argument?: string },
): string {
  return workflow(`
    entrypoint: main
    templates:
      - name: main
        steps:
          - [{name: make, template: make}]
          - - name: take
              template: take
              arguments: {artifacts: [{name: in, ${take.argument ?? 'from: "{{steps.make.outputs.artifacts.out}}"'}}]}
      - name: make
        outputs: {artifacts: [{name: out, ${make.output}}]}
        script: {image: alpine, command: [sh], source: ${JSON.stringify(make.script)}}
      - name: take
        inputs: {artifacts: [{name: in, ${take.input}}]}
        script: {image: alpine, command: [sh], source: ${JSON.stringify(take.script)}}
  `);
}

const tree =
  "mkdir -p /tmp/d/sub /tmp/d/empty; echo one > /tmp/d/a; echo two > /tmp/d/sub/b; ln -s a /tmp/d/link; chmod 700 /tmp/d/a";

for (const executor of ["auto", "process"]) {
  const engine = await openRealEngine(executor);
  const run = async (source: string): Promise<Rested> => {
    const rested = await engine.run(source);
    assert.equal(
      rested.phase,
      "Succeeded",
      `${rested.message}\n${rested.nodes.map((node) => `${node.name} ${node.phase} ${node.message ?? ""}`).join("\n")}`,
    );
    return rested;
  };
  const check = (name: string, work: () => Promise<void>): void => {
    test(`${name} (${executor})`, { skip: needsShell }, work);
  };
  const shows = (name: string, source: string, expected: string): void =>
    check(name, async () => assert.equal((await run(source)).log("take"), expected));

  shows(
    "a file",
    pass({ script: "echo hi > /tmp/f", output: "path: /tmp/f" }, { script: "cat /in", input: "path: /in" }),
    "hi\n",
  );
  shows(
    "a file under a path that the machine has",
    pass(
      { script: "echo hi > /etc/made-up.conf", output: "path: /etc/made-up.conf" },
      { script: "cat /etc/other.conf", input: "path: /etc/other.conf" },
    ),
    "hi\n",
  );
  shows(
    "a directory with links, modes and empty directories",
    pass(
      { script: tree, output: "path: /tmp/d" },
      { script: "cd /in; cat a sub/b link; ls -d empty; [ -x a ] && echo runs", input: "path: /in" },
    ),
    "one\ntwo\none\nempty\nruns\n",
  );
  shows(
    "a directory that is not packed",
    pass(
      { script: tree, output: "path: /tmp/d, archive: {none: {}}" },
      { script: "cd /in; cat a sub/b", input: "path: /in" },
    ),
    "one\ntwo\n",
  );
  shows(
    "a zip",
    pass(
      { script: tree, output: "path: /tmp/d, archive: {zip: {}}" },
      { script: "cd /in; cat a sub/b", input: "path: /in, archive: {zip: {}}" },
    ),
    "one\ntwo\n",
  );
  shows(
    "a tar without compression",
    pass(
      { script: tree, output: "path: /tmp/d, archive: {tar: {compressionLevel: 0}}" },
      { script: "cd /in; cat a sub/b", input: "path: /in" },
    ),
    "one\ntwo\n",
  );
  // `from` brings the artifact with the archive that its producer gave it (Argo, ProcessArgs): the input has no say.
  const ownTar = "cd /tmp; mkdir x; echo one > x/f; tar czf /tmp/t.tgz x";
  for (const archive of ["", ", archive: {none: {}}", ", archive: {tar: {}}", ", archive: {zip: {}}"]) {
    shows(
      `a user's own tar that was not packed stays a tar${archive}`,
      pass(
        { script: ownTar, output: "path: /tmp/t.tgz, archive: {none: {}}" },
        { script: "tar xzf /in.tgz -O", input: `path: /in.tgz${archive}` },
      ),
      "one\n",
    );
    shows(
      `what was packed as a tar is unpacked${archive}`,
      pass({ script: tree, output: "path: /tmp/d" }, { script: "cat /in/a", input: `path: /in${archive}` }),
      "one\n",
    );
    shows(
      `what was packed as a zip is unpacked${archive}`,
      pass(
        { script: tree, output: "path: /tmp/d, archive: {zip: {}}" },
        { script: "cat /in/a /in/sub/b", input: `path: /in${archive}` },
      ),
      "one\ntwo\n",
    );
  }
  shows(
    "a user's own tar that was packed comes back as it was",
    pass(
      { script: ownTar, output: "path: /tmp/t.tgz" },
      { script: "tar xzf /in.tgz -O", input: "path: /in.tgz" },
    ),
    "one\n",
  );
  shows(
    "a part of a directory",
    pass(
      { script: tree, output: "path: /tmp/d, archive: {none: {}}" },
      {
        script: "cat /in",
        input: "path: /in",
        argument: 'from: "{{steps.make.outputs.artifacts.out}}", subPath: sub/b',
      },
    ),
    "two\n",
  );
  shows(
    "a part that an expression names",
    pass(
      { script: tree, output: "path: /tmp/d, archive: {none: {}}" },
      {
        script: "cat /in/b",
        input: "path: /in",
        argument: "from: \"{{steps.make.outputs.artifacts.out}}\", subPath: \"{{= 's' + 'ub'}}\"",
      },
    ),
    "two\n",
  );
  shows(
    "an expression that chooses",
    pass(
      { script: "echo hi > /tmp/f", output: "path: /tmp/f" },
      {
        script: "cat /in",
        input: "path: /in",
        argument:
          "fromExpression: \"steps.make.status == 'Succeeded' ? steps.make.outputs.artifacts.out : nil\"",
      },
    ),
    "hi\n",
  );
  shows(
    "literal text",
    pass(
      { script: "echo x > /tmp/f", output: "path: /tmp/f" },
      {
        script: "cat /in",
        input: "path: /in",
        argument: 'raw: {data: "a \\"b\\"\\n{{steps.make.status}}\\n"}',
      },
    ),
    'a "b"\nSucceeded\n',
  );
  shows(
    "a mode for a file",
    pass(
      { script: "echo 'echo ran' > /tmp/f", output: "path: /tmp/f" },
      { script: "/in; stat -c %a /in", input: "path: /in, mode: 0755" },
    ),
    "ran\n755\n",
  );
  shows(
    "a mode for a whole directory",
    pass(
      { script: tree, output: "path: /tmp/d" },
      { script: "stat -c %a /in /in/a /in/sub /in/sub/b", input: "path: /in, mode: 0750, recurseMode: true" },
    ),
    "750\n750\n750\n750\n",
  );
  shows(
    "the same path in and out",
    workflow(`
      entrypoint: main
      templates:
        - name: main
          steps:
            - [{name: one, template: more, arguments: {artifacts: [{name: f, raw: {data: "a"}}]}}]
            - [{name: two, template: more, arguments: {artifacts: [{name: f, from: "{{steps.one.outputs.artifacts.f}}"}]}}]
            - [{name: take, template: take, arguments: {artifacts: [{name: f, from: "{{steps.two.outputs.artifacts.f}}"}]}}]
        - name: more
          inputs: {artifacts: [{name: f, path: /work/f}]}
          outputs: {artifacts: [{name: f, path: /work/f}]}
          container: {image: alpine, command: [sh, -c, "printf b >> /work/f"]}
        - name: take
          inputs: {artifacts: [{name: f, path: /work/f}]}
          container: {image: alpine, command: [cat, /work/f]}
    `),
    "abb",
  );
  shows(
    "inputs below each other, whichever comes first",
    workflow(`
      entrypoint: take
      templates:
        - name: take
          inputs:
            artifacts:
              - {name: below, path: /work/dir/deep/file, raw: {data: "below"}}
              - {name: above, path: /work/dir/other, raw: {data: "above"}}
          container: {image: alpine, command: [sh, -c, "cd /work/dir; cat deep/file other"]}
    `)
      .replace("entrypoint: take", "entrypoint: main")
      .replace("templates:\n", "templates:\n    - {name: main, steps: [[{name: take, template: take}]]}\n"),
    "belowabove",
  );
  shows(
    "through nested steps and dags",
    workflow(`
      entrypoint: main
      templates:
        - name: main
          steps:
            - [{name: outer, template: outer}]
            - [{name: take, template: take, arguments: {artifacts: [{name: in, from: "{{steps.outer.outputs.artifacts.o}}"}]}}]
        - name: outer
          outputs: {artifacts: [{name: o, from: "{{tasks.inner.outputs.artifacts.o}}"}]}
          dag:
            tasks:
              - {name: first, template: make}
              - {name: inner, template: inner, depends: first, arguments: {artifacts: [{name: i, from: "{{tasks.first.outputs.artifacts.out}}"}]}}
        - name: inner
          inputs: {artifacts: [{name: i}]}
          outputs: {artifacts: [{name: o, fromExpression: "steps.more.outputs.artifacts.f"}]}
          steps: [[{name: more, template: more, arguments: {artifacts: [{name: f, from: "{{inputs.artifacts.i}}"}]}}]]
        - name: make
          outputs: {artifacts: [{name: out, path: /tmp/out}]}
          container: {image: alpine, command: [sh, -c, "printf a > /tmp/out"]}
        - name: more
          inputs: {artifacts: [{name: f, path: /tmp/f}]}
          outputs: {artifacts: [{name: f, path: /tmp/f}]}
          container: {image: alpine, command: [sh, -c, "printf b >> /tmp/f"]}
        - name: take
          inputs: {artifacts: [{name: in, path: /tmp/in}]}
          container: {image: alpine, command: [cat, /tmp/in]}
    `),
    "ab",
  );
  shows(
    "a global artifact, whose last writer wins",
    workflow(`
      entrypoint: main
      templates:
        - name: main
          steps:
            - [{name: one, template: make, arguments: {parameters: [{name: t, value: one}]}}]
            - [{name: two, template: make, arguments: {parameters: [{name: t, value: two}]}}]
            - [{name: take, template: take, arguments: {artifacts: [{name: in, from: "{{workflow.outputs.artifacts.shared}}"}]}}]
        - name: make
          inputs: {parameters: [{name: t}]}
          outputs: {artifacts: [{name: out, path: /tmp/out, globalName: shared}]}
          container: {image: alpine, command: [sh, -c, "printf {{inputs.parameters.t}} > /tmp/out"]}
        - name: take
          inputs: {artifacts: [{name: in, path: /tmp/in}]}
          container: {image: alpine, command: [cat, /tmp/in]}
    `),
    "two",
  );
  shows(
    "an artifact argument of the workflow",
    workflow(`
      entrypoint: main
      arguments: {artifacts: [{name: given, raw: {data: "from outside"}}]}
      templates:
        - name: main
          inputs: {artifacts: [{name: given}]}
          steps: [[{name: take, template: take, arguments: {artifacts: [{name: in, from: "{{inputs.artifacts.given}}"}]}}]]
        - name: take
          inputs: {artifacts: [{name: in, path: /tmp/in}]}
          container: {image: alpine, command: [cat, /tmp/in]}
    `),
    "from outside",
  );
  shows(
    "an optional input that nobody brings",
    workflow(`
      entrypoint: main
      templates:
        - name: main
          steps: [[{name: take, template: take}]]
        - name: take
          inputs: {artifacts: [{name: in, path: /tmp/in, optional: true}]}
          container: {image: alpine, command: [sh, -c, "[ -e /tmp/in ] || echo absent"]}
    `),
    "absent\n",
  );
  shows(
    "an optional output that was not made, into an optional input",
    pass(
      { script: "true", output: "path: /tmp/f, optional: true" },
      { script: "[ -e /in ] || echo absent", input: "path: /in, optional: true" },
    ),
    "absent\n",
  );
  shows(
    "below a volume, in and out",
    workflow(`
      entrypoint: main
      volumeClaimTemplates: [{metadata: {name: vol}, spec: {accessModes: [ReadWriteOnce]}}]
      templates:
        - name: main
          steps:
            - [{name: make, template: make}]
            - [{name: take, template: take, arguments: {artifacts: [{name: in, from: "{{steps.make.outputs.artifacts.out}}"}]}}]
        - name: make
          outputs: {artifacts: [{name: out, path: /mnt/vol/out}]}
          container: {image: alpine, command: [sh, -c, "printf a > /mnt/vol/out; printf stays > /mnt/vol/other"], volumeMounts: [{name: vol, mountPath: /mnt/vol}]}
        - name: take
          inputs: {artifacts: [{name: in, path: /mnt/vol/deep/in}]}
          container: {image: alpine, command: [sh, -c, "cat /mnt/vol/deep/in /mnt/vol/other"], volumeMounts: [{name: vol, mountPath: /mnt/vol}]}
    `),
    "astays",
  );
  shows(
    "below a volume that hides a private directory",
    workflow(`
      entrypoint: main
      volumeClaimTemplates: [{metadata: {name: vol}, spec: {accessModes: [ReadWriteOnce]}}]
      templates:
        - name: main
          steps: [[{name: take, template: take}]]
        - name: take
          inputs: {artifacts: [{name: in, path: /tmp/deep/in, raw: {data: inside}}]}
          outputs: {artifacts: [{name: out, path: /tmp/out}]}
          container: {image: alpine, workingDir: /tmp, command: [sh, -c, "cat deep/in | tee out"], volumeMounts: [{name: vol, mountPath: /tmp}]}
    `),
    "inside",
  );

  check("a key of the default repository, out and in", async () => {
    const document = workflow(`
      entrypoint: main
      templates:
        - name: main
          steps:
            - [{name: make, template: make}]
            - - {name: take, template: take, arguments: {artifacts: [{name: in, s3: {key: "parts/{{workflow.name}}/one"}}]}}
              - {name: all, template: all, arguments: {artifacts: [{name: in, s3: {key: "parts/{{workflow.name}}"}}]}}
        - name: make
          outputs:
            artifacts:
              - {name: one, path: /tmp/one, archive: {none: {}}, s3: {key: "parts/{{workflow.name}}/one"}}
              - {name: two, path: /tmp/two, archive: {none: {}}, s3: {key: "parts/{{workflow.name}}/two"}}
              - {name: dir, path: /tmp/dir, archive: {none: {}}, s3: {key: "parts/{{workflow.name}}/dir"}}
          container: {image: alpine, command: [sh, -c, "printf 1 > /tmp/one; printf 2 > /tmp/two; mkdir /tmp/dir; printf 3 > /tmp/dir/three"]}
        - name: take
          inputs: {artifacts: [{name: in, path: /tmp/in}]}
          container: {image: alpine, command: [cat, /tmp/in]}
        - name: all
          inputs: {artifacts: [{name: in, path: /tmp/in}]}
          container: {image: alpine, command: [sh, -c, "cd /tmp/in; cat one two dir/three"]}
    `);
    const rested = await run(document);
    assert.equal(rested.log("take"), "1");
    assert.equal(rested.log("all"), "123");
    assert.equal(readFileSync(join(engine.repository, "parts", rested.name, "one"), "utf8"), "1");
  });

  check("a packed output under a key is a tgz there, and comes back unpacked", async () => {
    const document = workflow(`
      entrypoint: main
      templates:
        - name: main
          steps:
            - [{name: make, template: make}]
            - [{name: take, template: take, arguments: {artifacts: [{name: in, from: "{{steps.make.outputs.artifacts.out}}"}]}}]
            - [{name: again, template: take, arguments: {artifacts: [{name: in, s3: {key: "packed-${executor}.tgz"}}]}}]
        - name: make
          outputs: {artifacts: [{name: out, path: /tmp/out, s3: {key: "packed-${executor}.tgz"}}]}
          container: {image: alpine, command: [sh, -c, "printf 1 > /tmp/out"]}
        - name: take
          inputs: {artifacts: [{name: in, path: /tmp/in}]}
          container: {image: alpine, command: [cat, /tmp/in]}
    `);
    const rested = await run(document);
    assert.equal(rested.log("take"), "1");
    assert.equal(rested.log("again"), "1");
    const kept = readFileSync(join(engine.repository, `packed-${executor}.tgz`));
    assert.deepEqual([...kept.subarray(0, 2)], [0x1f, 0x8b]);
  });

  check("a key that the user laid there", async () => {
    const file = join(engine.repository, "laid", "by-hand.txt");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "by hand");
    const rested = await run(
      workflow(`
        entrypoint: main
        templates:
          - {name: main, steps: [[{name: take, template: take}]]}
          - name: take
            inputs: {artifacts: [{name: in, path: /tmp/in, s3: {key: laid/by-hand.txt}}]}
            container: {image: alpine, command: [cat, /tmp/in]}
      `),
    );
    assert.equal(rested.log("take"), "by hand");
    assert.ok(existsSync(file));
  });

  const fails = (name: string, source: string, node: string, message: RegExp): void =>
    check(name, async () => {
      const rested = await engine.run(source);
      assert.equal(rested.node(node).phase, "Error", `${rested.phase} ${rested.message}`);
      assert.match(rested.node(node).message ?? "", message);
    });

  fails(
    "an output that was not made",
    pass({ script: "true", output: "path: /tmp/f" }, { script: "true", input: "path: /in" }),
    "make",
    /\/tmp\/f/,
  );
  fails(
    "a key that leads nowhere",
    pass(
      { script: "echo x > /tmp/f", output: "path: /tmp/f" },
      { script: "true", input: "path: /in", argument: "s3: {key: no/such/key}" },
    ),
    "take",
    /no\/such\/key|nothing lies under its key/,
  );
  check("an output of a step that failed is kept", async () => {
    const rested = await engine.run(
      workflow(`
        entrypoint: main
        templates:
          - name: main
            steps:
              - [{name: make, template: make, continueOn: {failed: true}}]
              - [{name: take, template: take, arguments: {artifacts: [{name: in, from: "{{steps.make.outputs.artifacts.out}}"}]}}]
          - name: make
            outputs: {artifacts: [{name: out, path: /tmp/out}], parameters: [{name: p, valueFrom: {path: /tmp/out}}]}
            container: {image: alpine, command: [sh, -c, "printf made > /tmp/out; exit 3"]}
          - name: take
            inputs: {artifacts: [{name: in, path: /tmp/in}]}
            container: {image: alpine, command: [cat, /tmp/in]}
      `),
    );
    assert.equal(rested.node("make").phase, "Failed");
    assert.equal(rested.node("make").message, "main: Error (exit code 3)");
    assert.equal(rested.output("make", "p"), "made");
    assert.equal(rested.log("take"), "made");
  });
}
