import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ask } from "./ask.ts";

describe("lint", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-lint-"));
    mkdirSync(join(folder, "docs", "deep"), { recursive: true });
    mkdirSync(join(folder, "empty"));
    for (const name of ["docs/b.yaml", "docs/deep/a.yml", "docs/c.json", "docs/README.md", "more.yaml"])
      writeFileSync(join(folder, name), `in: ${name}\n`);
    mkdirSync(join(folder, "mixed", "only"), { recursive: true });
    writeFileSync(join(folder, "mixed", "a.yaml"), "in: a\n");
    for (const name of ["mixed/values.json", "mixed/only/more.yaml"])
      writeFileSync(join(folder, name), "data: 1\n");
  });
  after(() => rmSync(folder, { recursive: true }));

  test("all files of a call are definitions for each other", async () => {
    const { code, out, calls } = await ask(["lint", "docs", "more.yaml", "--with", "docs/c.json"], {
      world: { cwd: folder },
    });
    assert.equal(code, 0);
    assert.deepEqual(calls, [
      "lint docs/b.yaml strict=true with=docs/c.json,docs/deep/a.yml,more.yaml,docs/c.json",
      "lint docs/c.json strict=true with=docs/b.yaml,docs/deep/a.yml,more.yaml,docs/c.json",
      "lint docs/deep/a.yml strict=true with=docs/b.yaml,docs/c.json,more.yaml,docs/c.json",
      "lint more.yaml strict=true with=docs/b.yaml,docs/c.json,docs/deep/a.yml,docs/c.json",
    ]);
    assert.deepEqual(out, ["✔ no linting errors found in 4 files"]);
  });

  test("is strict unless told otherwise, as argo is", async () => {
    for (const [flags, strict] of [
      [[], true],
      [["--strict"], true],
      [["--no-strict"], false],
      [["--strict=false"], false],
    ] as const) {
      const { calls } = await ask(["lint", "more.yaml", ...flags], { world: { cwd: folder } });
      assert.deepEqual(calls, [`lint more.yaml strict=${strict} with=`]);
    }
  });

  test("data files in folders are left out, those that are named are not", async () => {
    const found = await ask(["lint", "mixed"], { world: { cwd: folder } });
    assert.deepEqual(found.out, [
      "✔ no linting errors found in 1 file; 2 other files without workflow documents",
    ]);
    const named = await ask(["lint", "mixed", "mixed/values.json"], { world: { cwd: folder } });
    assert.deepEqual(named.out, [
      "✔ no linting errors found in 2 files; 1 other file without workflow documents",
    ]);
    const none = await ask(["lint", "mixed/only"], { world: { cwd: folder } });
    assert.equal(none.code, 2);
    assert.match(none.err, /no workflow documents below mixed\/only/);
  });

  test("kinds may be chosen, and something must be left of them", async () => {
    writeFileSync(join(folder, "cron.yaml"), "kind: CronWorkflow\n");
    writeFileSync(join(folder, "workflow.yaml"), "kind: Workflow\n");
    const files = ["cron.yaml", "workflow.yaml"];
    for (const words of [
      ["lint", "--kinds", "cronwf"],
      ["cron", "lint"],
    ]) {
      const { code, calls } = await ask([...words, ...files], { world: { cwd: folder } });
      assert.deepEqual(
        [code, calls],
        [0, ["lint cron.yaml strict=true with=cron.yaml,workflow.yaml"]],
        words.join(" "),
      );
    }
    const none = await ask(["lint", "--kinds=wftmpl", ...files], { world: { cwd: folder } });
    assert.equal(none.code, 2);
    assert.match(
      none.err,
      /found nothing to lint in the specified paths: no WorkflowTemplate in cron\.yaml/u,
    );
    const all = await ask(["lint", "--kinds", "all", ...files], { world: { cwd: folder } });
    assert.equal(all.calls.length, 2);
    assert.equal((await ask(["lint", "--kinds", "pods", ...files], { world: { cwd: folder } })).code, 2);
  });

  test("convert prints every object of the files", async () => {
    const yaml = await ask(["convert", "more.yaml", "docs/b.yaml"], { world: { cwd: folder } });
    assert.deepEqual(
      [yaml.code, yaml.out[0], yaml.out[1], yaml.out[3]],
      [0, "---", "file: more.yaml", "---"],
    );
    const json = await ask(["convert", "more.yaml", "-o", "json"], { world: { cwd: folder } });
    assert.equal((JSON.parse(json.out.join("\n")) as { readonly file: string }).file, "more.yaml");
    assert.equal((await ask(["convert", "nowhere.yaml"], { world: { cwd: folder } })).code, 2);
  });

  test("errors give 2, warnings alone give 0", async () => {
    const diagnostics = (_source: string, file: string) => [
      {
        code: "x/odd",
        severity: file === "more.yaml" ? ("warning" as const) : ("error" as const),
        message: "odd",
        position: { file, line: 1, column: 1, offset: 0 },
        excerpt: "in: it",
      },
    ];
    const both = await ask(["lint", "docs/b.yaml", "more.yaml"], { world: { cwd: folder }, diagnostics });
    assert.equal(both.code, 2);
    assert.deepEqual(both.out, [
      "docs/b.yaml:1:1: error: odd [x/odd]",
      "    1 | in: it",
      "      | ^",
      "",
      "more.yaml:1:1: warning: odd [x/odd]",
      "    1 | in: it",
      "      | ^",
      "",
      "✖ 1 error, 1 warning in 2 files",
    ]);
    const warned = await ask(["lint", "-o", "simple", "more.yaml"], { world: { cwd: folder }, diagnostics });
    assert.deepEqual([warned.code, warned.out], [0, ["more.yaml:1:1: warning: odd [x/odd]"]]);
    const json = await ask(["lint", "-o", "json", "docs/b.yaml"], { world: { cwd: folder }, diagnostics });
    assert.deepEqual(JSON.parse(json.out.join("\n")), {
      files: [
        {
          file: "docs/b.yaml",
          diagnostics: [
            {
              code: "x/odd",
              severity: "error",
              message: "odd",
              file: "docs/b.yaml",
              line: 1,
              column: 1,
              excerpt: "in: it",
            },
          ],
        },
      ],
    });
  });

  test("folders without documents and files that are not there are mistakes", async () => {
    assert.match(
      (await ask(["lint", "empty"], { world: { cwd: folder } })).err,
      /no \.yaml, \.yml or \.json below empty/,
    );
    assert.equal((await ask(["lint", "gone.yaml"], { world: { cwd: folder } })).code, 2);
  });
});
