/** What can happen to the home while Millrace works in it, and who else may be there. */
import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { assertNoneMarked } from "./marked-processes.ts";
import { noMounts } from "./machine.ts";
import { makePlace } from "./place.ts";
import type { Place } from "./place.ts";
import { assertDecent, programWords, runProgram, show, startProgram } from "./program.ts";
import { shellTemplate, shellWorkflow, workflowOf } from "./workflow.ts";

const isRoot = process.getuid?.() === 0;

/** A run that goes on until the file `go` lies in the working folder. */
async function beginRun(place: Place, more: readonly string[] = []) {
  place.write(
    "it.yaml",
    shellWorkflow(`echo up; while [ ! -e ${place.work}/go ]; do sleep 0.05; done; echo down`),
  );
  const run = startProgram(["run", "it.yaml", "--executor", "process", "--log", "--no-watch", ...more], {
    cwd: place.work,
  });
  await run.until(/up\n/);
  return run;
}

describe("a home that is shared", { concurrency: 2 }, () => {
  test("a second run is refused, with who is there and how to go elsewhere", async (context) => {
    const place = makePlace(context);
    const run = await beginRun(place);
    const second = await runProgram(["run", "it.yaml"], { cwd: place.work });
    assert.equal(second.code, 5, show(second));
    assert.match(second.stderr, new RegExp(`\\b${run.pid}\\b`), show(second));
    assert.match(second.stderr, /--home/);
    const elsewhere = await runProgram(["lint", "it.yaml", "--home", "other"], { cwd: place.work });
    assert.equal(elsewhere.code, 0, show(elsewhere));
    place.write("go", "");
    const ended = await run.ended;
    assertDecent(ended);
    assert.equal(ended.code, 0, show(ended));
  });

  test("everything that only looks works beside a run", async (context) => {
    const place = makePlace(context);
    const run = await beginRun(place);
    const follow = startProgram(["logs", "abuse", "-f"], { cwd: place.work });
    const watch = startProgram(["watch", "abuse"], { cwd: place.work });
    await follow.until(/up\n/);
    for (const args of [["list"], ["get", "abuse"], ["get", "@latest", "-o", "json"], ["explain", "abuse"]]) {
      const looked = await runProgram(args, { cwd: place.work });
      assert.equal(looked.code, 0, show(looked));
      assert.match(looked.stdout, /abuse/);
    }
    place.write("go", "");
    for (const program of [follow, watch, run]) {
      const ended = await program.ended;
      assertDecent(ended);
      assert.equal(ended.code, 0, show(ended));
    }
    assert.match((await follow.ended).stdout, /up\n(.*\n)*.*down\n/);
  });

  test("suspend, resume and answers from a second process", async (context) => {
    const place = makePlace(context);
    const document = workflowOf([
      {
        name: "main",
        steps: [
          [
            { name: "wait", template: "hold" },
            { name: "ask", template: "ask" },
          ],
          [
            {
              name: "tell",
              template: "tell",
              arguments: { parameters: [{ name: "x", value: "{{steps.ask.outputs.parameters.x}}" }] },
            },
          ],
        ],
      },
      shellTemplate(`while [ ! -e ${place.work}/go ]; do sleep 0.05; done`, {}, "hold"),
      { name: "ask", suspend: {}, outputs: { parameters: [{ name: "x", valueFrom: { supplied: {} } }] } },
      shellTemplate("echo told {{inputs.parameters.x}}", { inputs: { parameters: [{ name: "x" }] } }, "tell"),
    ]);
    place.write("it.yaml", document);
    const run = startProgram(["run", "it.yaml", "--executor", "process", "--log", "--no-watch"], {
      cwd: place.work,
    });
    await run.until(/wait started/);
    for (const args of [
      ["suspend", "abuse"],
      ["node", "set", "abuse", "--node", "displayName=ask", "--output-parameter", "x=YES"],
      ["resume", "abuse"],
    ]) {
      const sent = await runProgram(args, { cwd: place.work });
      assert.equal(sent.code, 0, show(sent));
    }
    const wrong = await runProgram(["stop", "abuse", "--node", "displayName=nope"], { cwd: place.work });
    assert.equal(wrong.code, 2, show(wrong));
    place.write("go", "");
    const ended = await run.ended;
    assertDecent(ended);
    assert.equal(ended.code, 0, show(ended));
    assert.match(ended.stdout, /told YES/);
  });

  test("junk in the inbox is no command", async (context) => {
    const place = makePlace(context);
    const run = await beginRun(place);
    const inbox = join(place.work, ".millrace/inbox");
    // Whoever sends something may be there before the engine has made it.
    mkdirSync(inbox, { recursive: true });
    writeFileSync(join(inbox, "junk.command"), "{ not json");
    writeFileSync(
      join(inbox, "strange.command"),
      JSON.stringify({ run: "abuse", command: { kind: "explode" } }),
    );
    writeFileSync(join(inbox, "empty.command"), JSON.stringify({}));
    mkdirSync(join(inbox, "folder.command"));
    const suspended = await runProgram(["suspend", "abuse"], { cwd: place.work });
    assert.equal(suspended.code, 0, show(suspended));
    const resumed = await runProgram(["resume", "abuse"], { cwd: place.work });
    assert.equal(resumed.code, 0, show(resumed));
    place.write("go", "");
    const ended = await run.ended;
    assertDecent(ended);
    assert.equal(ended.code, 0, show(ended));
  });
});

/** Ways to spoil the history of a run that has ended. */
const damages: Readonly<Record<string, (file: string) => void>> = {
  "is junk": (file) => writeFileSync(file, "this is no history, and has never been one\n".repeat(500)),
  "is empty": (file) => truncateSync(file, 0),
  "is cut in the middle": (file) => truncateSync(file, Math.floor(statSync(file).size / 2 / 4096) * 4096),
  "is a folder": (file) => {
    rmSync(file);
    mkdirSync(file);
  },
  "has pages of junk": (file) => {
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 4096, Math.min(bytes.length, 40_960));
    writeFileSync(file, bytes);
  },
};

describe("a history that", { concurrency: 2 }, () => {
  for (const [name, damage] of Object.entries(damages)) {
    test(`${name} is told as such, and is not written over`, async (context) => {
      const place = makePlace(context);
      place.write("it.yaml", shellWorkflow("echo x"));
      const first = await runProgram(["run", "it.yaml", "-q"], { cwd: place.work });
      assert.equal(first.code, 0, show(first));
      for (const more of ["-wal", "-shm"])
        rmSync(join(place.work, `.millrace/history.db${more}`), { force: true });
      damage(join(place.work, ".millrace/history.db"));
      for (const args of [["list"], ["run", "it.yaml"], ["resume", "abuse"]]) {
        const result = await runProgram(args, { cwd: place.work });
        // An empty file is a history in which nothing has happened yet.
        if (name === "is empty" && ["list", "run"].includes(args[0] ?? ""))
          assert.equal(result.code, 0, show(result));
        else if (name === "is empty") assert.ok([0, 2].includes(result.code ?? -1), show(result));
        else assert.ok([3, 5].includes(result.code ?? -1), show(result));
      }
    });
  }

  test("is deleted while a run goes on ends that run with a word, and leaves nothing behind", async (context) => {
    const place = makePlace(context);
    const run = await beginRun(place);
    // Away at one stroke: who deletes file by file may meet a folder that is being made.
    renameSync(join(place.work, ".millrace"), join(place.root, "gone"));
    rmSync(join(place.root, "gone"), { recursive: true });
    place.write("go", "");
    const ended = await run.ended;
    assertDecent(ended);
    assert.ok([0, 3, 5].includes(ended.code ?? -1), show(ended));
    await assertNoneMarked(place.work);
    const again = await runProgram(["run", "it.yaml", "-q"], { cwd: place.work });
    assert.equal(again.code, 0, show(again));
  });
});

describe("a home that cannot be written", { concurrency: 2 }, () => {
  test("is a file", async (context) => {
    const place = makePlace(context);
    place.write("it.yaml", shellWorkflow("echo x"));
    const home = place.write("home", "a file");
    for (const args of [["run", "it.yaml"], ["list"], ["doctor"]]) {
      const result = await runProgram([...args, "--home", home], { cwd: place.work });
      assert.notEqual(result.code, null);
      if (args[0] === "run") assert.equal(result.code, 5, show(result));
      if (args[0] === "run") assert.match(result.stderr, /home/, show(result));
    }
  });

  test("is read-only", { skip: isRoot && noMounts }, async (context) => {
    const place = makePlace(context);
    place.write("it.yaml", shellWorkflow("echo x"));
    const home = join(place.work, "home");
    mkdirSync(home);
    chmodSync(home, 0o555);
    const wrap = isRoot
      ? ["unshare", "-m", "sh", "-c", `mount -t tmpfs -o ro none '${home}' && exec "$@"`, "sh"]
      : [];
    const result = await runProgram(["run", "it.yaml", "--home", home], { cwd: place.work, wrap });
    assert.equal(result.code, 5, show(result));
    assert.match(result.stderr, /written|read-only|denied/i);
    const listed = await runProgram(["list", "--home", home], { cwd: place.work, wrap });
    assert.equal(listed.code, 0, show(listed));
  });

  test(
    "fills up in the middle of a run: told, and resumed when there is room",
    { skip: noMounts },
    async (context) => {
      const place = makePlace(context);
      const home = join(place.work, "home");
      mkdirSync(home);
      const fill = (kib: number) => `head -c ${kib * 1024} /dev/zero >/tmp/out; cat /tmp/out >&2; exit 0`;
      place.write(
        "it.yaml",
        workflowOf([
          {
            name: "main",
            steps: [
              [{ name: "small", template: "small" }],
              [{ name: "big", template: "big" }],
              [{ name: "last", template: "small" }],
            ],
          },
          shellTemplate("echo small", {}, "small"),
          shellTemplate(fill(6_000), { outputs: { artifacts: [{ name: "x", path: "/tmp/out" }] } }, "big"),
        ]),
      );
      const program = programWords(["run", "it.yaml", "--home", home, "--executor", "process"])
        .map((word) => `'${word}'`)
        .join(" ");
      const again = programWords(["resume", "abuse", "--home", home, "--executor", "process"])
        .map((word) => `'${word}'`)
        .join(" ");
      const get = programWords(["get", "abuse", "--home", home])
        .map((word) => `'${word}'`)
        .join(" ");
      const script = [
        `mount -t tmpfs -o size=8m none '${home}' || exit 99`,
        `${program}; echo "first $?"`,
        `${get}; echo "get $?"`,
        `mount -o remount,size=64m '${home}'`,
        `${again}; echo "second $?"`,
      ].join("\n");
      const result = await runProgram([], { cwd: place.work, wrap: ["unshare", "-m", "sh", "-c", script] });
      assert.match(result.stdout, /first [35]/, show(result));
      assert.match(result.stdout + result.stderr, /no space|disk is full|full/i, show(result));
      assert.match(result.stdout, /get 0/, show(result));
      if (/first 5/.test(result.stdout)) assert.match(result.stdout, /second 0/, show(result));
      await assertNoneMarked(place.work);
    },
  );
});
