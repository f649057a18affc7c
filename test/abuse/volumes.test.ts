/** Volumes that outlive an attempt or belong to the machine: what documents can reach by them, in both executors. */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { skipWithout } from "./machine.ts";
import { makePlace } from "./place.ts";
import { runProgram, show } from "./program.ts";
import { shellTemplate, workflowOf } from "./workflow.ts";
import type { JsonObject } from "./workflow.ts";

function mounting(source: string, mounts: readonly JsonObject[], name = "main"): JsonObject {
  return { name, script: { image: "busybox", command: ["sh"], source, volumeMounts: [...mounts] } };
}

const volume = { name: "v", mountPath: "/mnt/v" };

for (const executor of ["process", "sandbox"] as const)
  describe(`volumes (${executor})`, { skip: skipWithout(executor) }, () => {
    const flags = ["--executor", executor, "--log", "--no-watch"];

    test("a path of the machine is mounted by permission only, and read-only where that is said", async (context) => {
      const place = makePlace(context);
      mkdirSync(join(place.work, "data"));
      writeFileSync(join(place.work, "data/in.txt"), "from outside");
      const data = join(place.work, "data");
      const document = (mount: JsonObject, source: string): string =>
        workflowOf([mounting(source, [{ ...volume, ...mount }])], {
          volumes: [{ name: "v", hostPath: { path: data } }],
        });
      place.write("it.yaml", document({}, "cat /mnt/v/in.txt; echo out >/mnt/v/out.txt"));
      place.write("ro.yaml", document({ readOnly: true }, "cat /mnt/v/in.txt"));
      const options = { cwd: place.work };
      const refused = await runProgram(["run", "it.yaml", ...flags], options);
      assert.equal(refused.code, 2, show(refused));
      assert.match(refused.stderr, /volume\/host-path-refused[^]*--host-path/u, show(refused));
      assert.equal(existsSync(join(place.work, ".millrace/runs")), false);
      const allowed = await runProgram(["run", "it.yaml", ...flags, "--host-path", data], options);
      assert.equal(allowed.code, 0, show(allowed));
      assert.match(allowed.stdout, /from outside/u);
      assert.equal(readFileSync(join(data, "out.txt"), "utf8"), "out\n");
      const written = await runProgram(["run", "it.yaml", ...flags, "--host-path", `${data}:ro`], options);
      assert.equal(written.code, 2, show(written));
      const read = await runProgram(["run", "ro.yaml", ...flags, "--host-path", `${data}:ro`], options);
      assert.equal(read.code, 0, show(read));
      place.write(".millrace/host-paths.json", JSON.stringify([data]));
      const listed = await runProgram(["run", "it.yaml", ...flags], options);
      assert.equal(listed.code, 0, show(listed));
      place.write(".millrace/host-paths.json", '["data"]');
      const bad = await runProgram(["run", "it.yaml", ...flags], options);
      assert.equal(bad.code, 2, show(bad));
      assert.match(bad.stderr, /volume\/bad-host-path/u);
      place.assertUntouched();
    });

    test("a link that a task has laid into its volume leads the next one nowhere", async (context) => {
      const place = makePlace(context);
      const data = join(place.work, "data");
      mkdirSync(data);
      const volumes = [
        { name: "v", hostPath: { path: data } },
        { name: "part", hostPath: { path: `${data}/{{workflow.parameters.part}}` } },
      ];
      const steps = (second: string) => [[{ name: "a", template: "lay" }], [{ name: "b", template: second }]];
      const lay = mounting(`ln -s ${place.outside} /mnt/v/part`, [volume], "lay");
      const write = "echo bad >/mnt/v/secret.txt; cat /mnt/v/secret.txt";
      const arguments_ = { parameters: [{ name: "part", value: "part" }] };
      const byPath = mounting(write, [{ name: "part", mountPath: "/mnt/v" }], "use");
      const bySubPath = mounting(write, [{ ...volume, subPath: "part" }], "use");
      for (const use of [byPath, bySubPath]) {
        place.write(
          "it.yaml",
          workflowOf([{ name: "main", steps: steps("use") }, lay, use], { volumes, arguments: arguments_ }),
        );
        const ran = await runProgram(["run", "it.yaml", ...flags, "--host-path", data], { cwd: place.work });
        assert.notEqual(ran.code, 0, show(ran));
        assert.match(ran.stdout, /may not mount/u, show(ran));
        assert.deepEqual(readdirSync(data), ["part"]);
        place.assertUntouched();
        rmSync(join(data, "part"));
      }
    });

    test("nor does one in a volume of the run, or a claim with an odd name", async (context) => {
      const place = makePlace(context);
      const lay = mounting(`ln -s ${place.outside} /mnt/v/part`, [volume], "lay");
      const use = mounting("echo bad >/mnt/v/secret.txt", [{ ...volume, subPath: "part" }], "use");
      const main = {
        name: "main",
        steps: [[{ name: "a", template: "lay" }], [{ name: "b", template: "use" }]],
      };
      const made = { volumeClaimTemplates: [{ metadata: { name: "v" }, spec: {} }] };
      const odd = { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "../../../outside" } }] };
      place.write("made.yaml", workflowOf([main, lay, use], made));
      place.write("odd.yaml", workflowOf([main, lay, use], odd));
      for (const [file, says] of [
        ["made.yaml", /leads out of it by a link/u],
        ["odd.yaml", /"\.\.\/\.\.\/\.\.\/outside" is no name of a claim/u],
      ] as const) {
        const ran = await runProgram(["run", file, ...flags], { cwd: place.work });
        assert.notEqual(ran.code, 0, show(ran));
        assert.match(ran.stdout, says, show(ran));
        place.assertUntouched();
      }
      assert.equal(existsSync(join(place.work, ".millrace/claims")), false);
    });

    test("a claim outlives its run, a claim that a run makes goes with its good end", async (context) => {
      const place = makePlace(context);
      const both = {
        volumes: [{ name: "v", persistentVolumeClaim: { claimName: "mine" } }],
        volumeClaimTemplates: [{ metadata: { name: "w" }, spec: {} }],
      };
      const count =
        "echo x >>/mnt/v/n; echo x >>/mnt/w/n; echo v $(wc -l </mnt/v/n); echo w $(wc -l </mnt/w/n)";
      const template = mounting(count, [volume, { name: "w", mountPath: "/mnt/w" }]);
      place.write("it.yaml", workflowOf([template], both));
      for (const runs of [1, 2]) {
        const ran = await runProgram(["run", "it.yaml", ...flags], { cwd: place.work });
        assert.equal(ran.code, 0, show(ran));
        assert.match(ran.stdout, new RegExp(`v ${runs}\\n[^]*w 1\\n`, "u"), show(ran));
      }
      const folder = (name: string): string => join(place.work, ".millrace/runs", name, "volumes");
      assert.equal(existsSync(folder("abuse")), false);
      const failing = shellTemplate("exit 3");
      place.write(
        "bad.yaml",
        workflowOf([{ ...mounting("echo x >/mnt/v/n; exit 3", [{ ...volume, name: "w" }]) }], both, {
          name: "bad",
        }),
      );
      await runProgram(["run", "bad.yaml", ...flags], { cwd: place.work });
      assert.deepEqual(readdirSync(folder("bad")), ["w"]);
      const gone = { ...both, volumeClaimGC: { strategy: "OnWorkflowCompletion" } };
      place.write(
        "gone.yaml",
        workflowOf(
          [{ ...mounting("exit 3", [{ ...volume, name: "w" }]) }, { ...failing, name: "other" }],
          gone,
          { name: "gone" },
        ),
      );
      await runProgram(["run", "gone.yaml", ...flags], { cwd: place.work });
      assert.equal(existsSync(folder("gone")), false);
    });

    test("files of ConfigMaps and Secrets have their modes, and secret ones are for nobody else", async (context) => {
      const place = makePlace(context);
      const objects = [
        {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "c" },
          data: { "run.sh": "#!/bin/sh\necho it ran\n", plain: "x" },
        },
        {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: "s" },
          stringData: { key: "value of key", open: "value of open" },
        },
      ];
      const volumes = [
        {
          name: "c",
          configMap: {
            name: "c",
            items: [
              { key: "run.sh", path: "run.sh", mode: 0o755 },
              { key: "plain", path: "plain" },
            ],
          },
        },
        {
          name: "s",
          secret: {
            secretName: "s",
            defaultMode: 0o644,
            items: [
              { key: "key", path: "key", mode: 0o400 },
              { key: "open", path: "open" },
            ],
          },
        },
      ];
      const source =
        "/etc/c/run.sh; ls -l /etc/c/plain /etc/s/key /etc/s/open | cut -c1-10; cat /etc/s/key | wc -c";
      const mounts = [
        { name: "c", mountPath: "/etc/c" },
        { name: "s", mountPath: "/etc/s" },
      ];
      const parts = [
        ...objects.map((object) => JSON.stringify(object)),
        workflowOf([mounting(source, mounts)], { volumes }),
      ];
      place.write("it.yaml", parts.join("\n---\n"));
      const ran = await runProgram(["run", "it.yaml", ...flags], { cwd: place.work });
      assert.equal(ran.code, 0, show(ran));
      assert.match(
        ran.stdout,
        /it ran\n[^]*-rw-r--r--\n[^]*-r--------\n[^]*-rw-------\n[^]* 12\n/u,
        show(ran),
      );
    });

    test("a file of the machine, and one place mounted twice", async (context) => {
      const place = makePlace(context);
      mkdirSync(join(place.work, "data"));
      const file = place.write("data/one.txt", "one\n");
      symlinkSync("one.txt", join(place.work, "data/alias.txt"));
      const volumes = [
        { name: "f", hostPath: { path: join(place.work, "data/alias.txt"), type: "File" } },
        { name: "d", hostPath: { path: join(place.work, "data") } },
      ];
      const mounts = [
        { name: "f", mountPath: "/etc/my/one.txt" },
        { name: "d", mountPath: "/mnt/rw" },
        { name: "d", mountPath: "/mnt/ro", readOnly: true },
      ];
      const tries = executor === "sandbox" ? "if echo x >/mnt/ro/two.txt; then exit 9; fi; " : "";
      place.write(
        "it.yaml",
        workflowOf(
          [
            mounting(
              `${tries}cat /etc/my/one.txt && echo two >/mnt/rw/two.txt && cat /mnt/ro/two.txt`,
              mounts,
            ),
          ],
          { volumes },
        ),
      );
      const ran = await runProgram(["run", "it.yaml", ...flags, "--host-path", join(place.work, "data")], {
        cwd: place.work,
      });
      assert.equal(ran.code, 0, show(ran));
      assert.match(ran.stdout, /one\n[^]*two\n/u, show(ran));
      assert.equal(readFileSync(file, "utf8"), "one\n");
    });
  });
