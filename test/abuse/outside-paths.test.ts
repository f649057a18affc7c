/** Paths that are meant to lead outside: written in documents, or left behind by commands as links, pipes and sockets. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { noSandbox, skipWithout } from "./machine.ts";
import { makeTarGz, makeZip } from "../artifacts/archive-bytes.ts";
import { makePlace } from "./place.ts";
import { runProgram, show } from "./program.ts";
import { shellTemplate, shellWorkflow, workflowOf } from "./workflow.ts";
import type { JsonObject } from "./workflow.ts";

/** Documents that name a place outside. Those with code 2 are refused before anything runs; the others stay inside. */
const escaping: Record<string, { readonly document: string; readonly code: number; readonly says?: RegExp }> =
  {
    "a run's name with separators": {
      document: workflowOf([shellTemplate("true")], {}, { name: "../../outside/evil" }),
      code: 2,
      says: /name/,
    },
    "a template's name with separators": {
      document: workflowOf([shellTemplate("true", {}, "../../evil")], { entrypoint: "../../evil" }),
      code: 2,
      says: /name/,
    },
    "an output path that leaves": {
      document: shellWorkflow("true", {
        outputs: { parameters: [{ name: "x", valueFrom: { path: "../../../../../outside/secret.txt" } }] },
      }),
      code: 2,
    },
    "an output artifact path that leaves": {
      document: shellWorkflow("true", {
        outputs: { artifacts: [{ name: "x", path: "/tmp/../../../../../../outside/secret.txt" }] },
      }),
      code: 2,
    },
    "an input path that leaves": {
      document: shellWorkflow("true", {
        inputs: {
          artifacts: [{ name: "x", path: "../../../../../outside/evil.txt", raw: { data: "evil" } }],
        },
      }),
      code: 2,
    },
    "an artifact key with ..": {
      document: shellWorkflow("echo x >/tmp/x", {
        outputs: { artifacts: [{ name: "x", path: "/tmp/x", s3: { key: "../../outside/evil" } }] },
      }),
      code: 3,
      says: /key/,
    },
    "an artifact key with .. to be read": {
      document: shellWorkflow("true", {
        inputs: { artifacts: [{ name: "x", path: "/tmp/x", s3: { key: "../../outside/secret.txt" } }] },
      }),
      code: 3,
      says: /key/,
    },
    "a volume's subPath with ..": {
      document: shellWorkflow(
        "true; echo evil >/mnt/v/evil.txt",
        {
          script: {
            image: "busybox",
            command: ["sh"],
            source: "echo evil >/mnt/v/evil.txt",
            volumeMounts: [{ name: "v", mountPath: "/mnt/v", subPath: "../../../../../outside" }],
          },
        },
        {
          volumeClaimTemplates: [
            {
              metadata: { name: "v" },
              spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } },
            },
          ],
        },
      ),
      code: 0,
    },
    "a volume's mountPath with ..": {
      document: shellWorkflow(
        "true",
        {
          script: {
            image: "busybox",
            command: ["sh"],
            source: "true",
            volumeMounts: [{ name: "v", mountPath: "/tmp/../../../../../../outside/v" }],
          },
        },
        {
          volumes: [{ name: "v", emptyDir: {} }],
        },
      ),
      code: 0,
    },
    "a volume's name with separators": {
      document: shellWorkflow(
        "true",
        {
          script: {
            image: "busybox",
            command: ["sh"],
            source: "echo x >/mnt/v/evil",
            volumeMounts: [{ name: "../../../../outside/v", mountPath: "/mnt/v" }],
          },
        },
        {
          volumeClaimTemplates: [{ metadata: { name: "../../../../outside/v" }, spec: {} }],
        },
      ),
      code: 0,
    },
    "an output's global name with separators": {
      document: shellWorkflow("echo x >/tmp/x", {
        outputs: { artifacts: [{ name: "x", path: "/tmp/x", globalName: "../../../../../outside/evil" }] },
      }),
      code: 2,
    },
    "a working directory that leaves": {
      document: shellWorkflow("pwd; echo x >evil.txt", {
        script: {
          image: "busybox",
          command: ["sh"],
          source: "echo x >evil.txt",
          workingDir: "../../../../outside",
        },
      }),
      code: 0,
    },
  };

describe("paths that lead outside", { concurrency: 2 }, () => {
  for (const [name, { document, code, says }] of Object.entries(escaping)) {
    test(name, async (context) => {
      for (const executor of code === 2 || noSandbox !== false ? ["process"] : ["process", "sandbox"]) {
        const place = makePlace(context);
        place.write("it.yaml", document);
        const result = await runProgram(["run", "it.yaml", "--executor", executor], { cwd: place.work });
        assert.equal(result.code, code, show(result));
        if (says !== undefined) assert.match(result.stdout + result.stderr, says);
        place.assertUntouched();
      }
    });
  }
});

/** Commands that lead whoever collects their outputs outside. */
const leading: Record<string, { readonly source: string; readonly outputs: JsonObject }> = {
  "an absolute link": {
    source: "ln -s OUTSIDE/secret.txt /tmp/out",
    outputs: { parameters: [{ name: "x", valueFrom: { path: "/tmp/out" } }] },
  },
  "a relative link": {
    source: "ln -s ../../../../../../../../../../../../../../../../..OUTSIDE/secret.txt /tmp/out",
    outputs: { parameters: [{ name: "x", valueFrom: { path: "/tmp/out" } }] },
  },
  "a link in the middle": {
    source: "ln -s OUTSIDE /tmp/d",
    outputs: { parameters: [{ name: "x", valueFrom: { path: "/tmp/d/secret.txt" } }] },
  },
  "an artifact that is a link": {
    source: "ln -s OUTSIDE/secret.txt /tmp/out",
    outputs: { artifacts: [{ name: "x", path: "/tmp/out", archive: { none: {} } }] },
  },
  "an artifact below a link": {
    source: "ln -s OUTSIDE /tmp/d",
    outputs: { artifacts: [{ name: "x", path: "/tmp/d/folder", archive: { none: {} } }] },
  },
  "a directory swapped for a link": {
    source: "mkdir -p /tmp/d; echo mine >/tmp/d/secret.txt; mv /tmp/d /tmp/e; ln -s OUTSIDE /tmp/d",
    outputs: { parameters: [{ name: "x", valueFrom: { path: "/tmp/d/secret.txt" } }] },
  },
  "a link to itself": {
    source: "ln -s out /tmp/out",
    outputs: { parameters: [{ name: "x", valueFrom: { path: "/tmp/out" } }] },
  },
  "a named pipe as a parameter": {
    source: "mkfifo /tmp/out",
    outputs: { parameters: [{ name: "x", valueFrom: { path: "/tmp/out" } }] },
  },
  "a socket as a parameter": {
    source: "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"/tmp/out\")'",
    outputs: { parameters: [{ name: "x", valueFrom: { path: "/tmp/out" } }] },
  },
  "a path that no disk can hold": {
    source: "true",
    outputs: { parameters: [{ name: "x", valueFrom: { path: `/tmp/${"a".repeat(300)}` } }] },
  },
  "an artifact's path that no disk can hold": {
    source: "true",
    outputs: { artifacts: [{ name: "x", path: `/tmp/${"a".repeat(300)}` }] },
  },
  "a path with NUL": { source: "true", outputs: { artifacts: [{ name: "x", path: "/tmp/a\u0000b" }] } },
  "a value that is too big": {
    source: "head -c 1100000 /dev/zero >/tmp/out",
    outputs: { parameters: [{ name: "x", valueFrom: { path: "/tmp/out" } }] },
  },
  "a named pipe as an artifact": {
    source: "mkfifo /tmp/out",
    outputs: { artifacts: [{ name: "x", path: "/tmp/out" }] },
  },
};

describe("commands that lead outside", { concurrency: 2 }, () => {
  for (const executor of ["process", "sandbox"] as const) {
    test(
      `whoever collects outputs is not led anywhere (${executor})`,
      { skip: skipWithout(executor) },
      async (context) => {
        const place = makePlace(context);
        const entries = Object.entries(leading);
        const tasks = entries.map((_, index) => ({ name: `t${index}`, template: `t${index}` }));
        const templates = entries.map(([, { source, outputs }], index) =>
          shellTemplate(source.replaceAll("OUTSIDE", place.outside), { outputs }, `t${index}`),
        );
        place.write("it.yaml", workflowOf([{ name: "main", dag: { failFast: false, tasks } }, ...templates]));
        const result = await runProgram(["run", "it.yaml", "--executor", executor], { cwd: place.work });
        assert.equal(result.code, 3, show(result));
        entries.forEach(([name], index) =>
          assert.match(
            result.stdout,
            new RegExp(`\\.t${index} errored .*(?:output|the path)`),
            `${name}: ${show(result)}`,
          ),
        );
        const shown = await runProgram(["get", "abuse", "-o", "json"], { cwd: place.work });
        assert.doesNotMatch(shown.stdout, /secret\\n|"secret"/);
        place.assertUntouched();
      },
    );
  }

  test("a directory of links that lead outside is not laid", async (context) => {
    const place = makePlace(context);
    const source = `mkdir /tmp/d; ln -s ${place.outside}/folder /tmp/d/l; ln -s ../../.. /tmp/d/up; echo x >/tmp/d/x`;
    place.write(
      "it.yaml",
      shellWorkflow(source, {
        outputs: { artifacts: [{ name: "x", path: "/tmp/d", archive: { none: {} }, globalName: "d" }] },
      }),
    );
    const result = await runProgram(["run", "it.yaml"], { cwd: place.work });
    // What leads outside is not laid among the outputs; the run's end stands, and says where the content is.
    assert.equal(result.code, 0, show(result));
    assert.match(result.stdout, /d: sha256/);
    assert.deepEqual(readdirSync(join(place.work, ".millrace/runs/abuse/outputs")), []);
    place.assertUntouched();
  });
});

/** Archives that a step makes and another one gets unpacked. `OUT` stands for the place's folder outside. */
const hostileArchives: Readonly<
  Record<string, { readonly bytes: (outside: string) => Uint8Array; readonly isZip?: true }>
> = {
  "a tar that climbs": {
    bytes: () => makeTarGz([{ name: "../../../../../../../../outside/evil.txt", body: "evil" }]),
  },
  "a tar with an absolute name": {
    bytes: (outside) => makeTarGz([{ name: `${outside}/evil.txt`, body: "evil" }]),
  },
  "a tar through a link": {
    bytes: (outside) =>
      makeTarGz([
        { name: "l", type: "2", link: outside },
        { name: "l/evil.txt", body: "evil" },
      ]),
  },
  "a tar with a hard link": {
    bytes: (outside) =>
      makeTarGz([
        { name: "h", type: "1", link: `${outside}/secret.txt` },
        { name: "h", body: "evil" },
      ]),
  },
  "a tar with a device": { bytes: () => makeTarGz([{ name: "null", type: "3" }]) },
  "a zip that climbs": {
    bytes: () => makeZip([{ name: "../../../../../../../../outside/evil.txt", body: "evil" }]),
    isZip: true,
  },
  "a zip with an absolute name": {
    bytes: (outside) => makeZip([{ name: `${outside}/evil.txt`, body: "evil" }]),
    isZip: true,
  },
  "a zip that is none": { bytes: () => Buffer.from("PK\u0003\u0004 not at all"), isZip: true },
};

describe("archives of a step that another step gets", { concurrency: 2 }, () => {
  test("nothing is unpacked outside, and the step that asked is told", async (context) => {
    const place = makePlace(context);
    const entries = Object.entries(hostileArchives);
    const templates = entries.flatMap(([, { bytes, isZip }], index): readonly JsonObject[] => {
      const file = place.write(`archive${index}`, bytes(place.outside));
      // Kept as it is under a key, and unpacked by whoever names the key: the only way to hand on an archive of one's own.
      const archive = { archive: { none: {} }, s3: { key: `archives/${index}` } };
      return [
        shellTemplate(
          `cat '${file}' >/tmp/made`,
          { outputs: { artifacts: [{ name: "a", path: "/tmp/made", ...archive }] } },
          `make${index}`,
        ),
        shellTemplate(
          "ls -R /tmp/in",
          {
            inputs: {
              artifacts: [
                {
                  name: "a",
                  path: "/tmp/in",
                  s3: { key: `archives/${index}` },
                  ...(isZip ? { archive: { zip: {} } } : {}),
                },
              ],
            },
          },
          `take${index}`,
        ),
      ];
    });
    const tasks = entries.flatMap((_, index): readonly JsonObject[] => [
      { name: `make${index}`, template: `make${index}` },
      {
        name: `take${index}`,
        template: `take${index}`,
        depends: `make${index}`,
      },
    ]);
    place.write("it.yaml", workflowOf([{ name: "main", dag: { failFast: false, tasks } }, ...templates]));
    const result = await runProgram(["run", "it.yaml", "--executor", "process"], { cwd: place.work });
    assert.equal(result.code, 3, show(result));
    entries.forEach(([name], index) =>
      assert.match(
        result.stdout,
        new RegExp(`\\.take${index} errored .*artifact a`),
        `${name}: ${show(result)}`,
      ),
    );
    place.assertUntouched();
  });
});
