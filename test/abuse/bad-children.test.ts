/** Commands that misbehave, in both executors: the run ends as it should, and nothing of them is left. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { assertNoneMarked } from "./marked-processes.ts";
import { skipWithout } from "./machine.ts";
import { makePlace } from "./place.ts";
import { assertDecent, runProgram, show, startProgram } from "./program.ts";
import { shellTemplate, workflowOf } from "./workflow.ts";
import type { JsonObject } from "./workflow.ts";

const isLong = process.env["MILLRACE_LONG"] === "1";
const executors = ["process", "sandbox"] as const;

/** A script whose processes carry the mark in their environment. */
function marked(mark: string, source: string, more: JsonObject = {}, spec: JsonObject = {}): string {
  const script = { image: "busybox", command: ["sh"], env: [{ name: "ABUSE_MARK", value: mark }], source };
  return workflowOf([{ name: "main", script, ...more }], spec);
}

interface Case {
  readonly source: string;
  readonly more?: JsonObject;
  readonly code: number;
  readonly withinMs?: number;
  readonly says: RegExp;
  readonly only?: "process" | "sandbox";
}

/** `MARK` stands for the mark of the place. */
const cases: Readonly<Record<string, Case>> = {
  "a command that ignores TERM meets its deadline": {
    source: "trap '' TERM INT HUP; while :; do sleep 1; done",
    // A deadline of the command itself leaves it 30 s after TERM, as Kubernetes does; a timeout of the task leaves none.
    more: isLong ? { activeDeadlineSeconds: 1 } : { timeout: "1s" },
    withinMs: isLong ? 45_000 : 20_000,
    code: 1,
    says: /deadline|timeout|exceeded/i,
  },
  "daemons in sessions of their own": {
    source:
      "for i in 1 2 3; do setsid sleep 300 MARK </dev/null >/dev/null 2>&1 & done; (setsid sh -c 'sleep 301 & sleep 302 & wait' &); exit 0",
    code: 0,
    says: /Succeeded/,
  },
  "a double fork with closed outputs": {
    source: "(setsid sh -c 'exec >&- 2>&- <&-; sleep 303 & exit' & exit); exit 7",
    code: 1,
    says: /exit code 7/,
  },
  "closed outputs": { source: "exec >&- 2>&-; sleep 0.05; exit 3", code: 1, says: /exit code 3/ },
  "kills its parent": { source: "kill -9 $PPID; sleep 300", code: 3, says: /errored|Error/, only: "process" },
  // It does not kill itself (Linux, kill(2)); a shell that measures it is killed, and then so is it.
  "kills everything that it can see": {
    source: "kill -9 -1; exit 4",
    code: 1,
    says: /exit code (4|137)/,
    only: "sandbox",
  },
  "reads standard input": { source: 'cat; read x; echo "[$x]"; exit 4', code: 1, says: /exit code 4/ },
  "an endless line without an end": {
    source: "head -c 5000000 /dev/zero | tr '\\0' x; exit 5",
    code: 1,
    says: /exit code 5/,
  },
  "100 kB of arguments": {
    source: `set -- ${"y".repeat(100_000)}; exit \${#1}`,
    code: 1,
    says: /exit code 160/,
  },
  "fills its temporary folder with small files": {
    source: "cd /tmp; i=0; while [ $i -lt 2000 ]; do : >f$i; i=$((i+1)); done; exit 6",
    code: 1,
    says: /exit code 6/,
  },
  "removes its own directory": {
    source: 'rm -rf "$PWD" /tmp/* 2>/dev/null; exit 8',
    code: 1,
    says: /exit code 8/,
  },
  "takes all rights from its directory": {
    source: "chmod -R 000 /tmp 2>/dev/null; exit 9",
    code: 1,
    says: /exit code 9/,
  },
  "a fork bomb of bounded size": {
    source:
      "for i in 1 2 3 4 5 6 7 8; do (for j in 1 2 3 4 5 6 7 8; do sleep 300 & done; wait) & done; exit 10",
    code: 1,
    says: /exit code 10/,
  },
};

describe("a command that misbehaves", { concurrency: 2 }, () => {
  for (const executor of executors) {
    for (const [name, { source, more, code, says, only, withinMs }] of Object.entries(cases)) {
      if (only !== undefined && only !== executor) continue;
      test(`${name} (${executor})`, { skip: skipWithout(executor) }, async (context) => {
        const place = makePlace(context);
        place.write("it.yaml", marked(place.root, source.replaceAll("MARK", "1"), more));
        const limit = withinMs === undefined ? {} : { withinMs };
        const result = await runProgram(["run", "it.yaml", "--executor", executor], {
          cwd: place.work,
          ...limit,
        });
        assert.equal(result.code, code, show(result));
        assert.match(result.stdout, says, show(result));
        await assertNoneMarked(place.root);
        place.assertUntouched();
      });
    }

    test(`ends by every signal are told (${executor})`, { skip: skipWithout(executor) }, async (context) => {
      const place = makePlace(context);
      const signals = [
        "HUP",
        "INT",
        "QUIT",
        "ILL",
        "ABRT",
        "FPE",
        "KILL",
        "SEGV",
        "PIPE",
        "ALRM",
        "TERM",
        "USR1",
        "USR2",
      ];
      const tasks = signals.map((signal) => ({ name: signal.toLowerCase(), template: signal.toLowerCase() }));
      const templates = signals.map((signal) =>
        shellTemplate(`(sleep 0.05; kill -${signal} $$) & exec sleep 300`, {}, signal.toLowerCase()),
      );
      place.write("it.yaml", workflowOf([{ name: "main", dag: { failFast: false, tasks } }, ...templates]));
      const result = await runProgram(["run", "it.yaml", "--executor", executor], { cwd: place.work });
      assert.equal(result.code, 1, show(result));
      for (const signal of signals) {
        const number = constants.signals[`SIG${signal}` as NodeJS.Signals];
        assert.match(
          result.stdout,
          new RegExp(`\\.${signal.toLowerCase()} failed .*exit code ${128 + number}\\)`),
          signal + show(result),
        );
      }
    });

    test(
      `bytes that are no text are kept exactly (${executor})`,
      { skip: skipWithout(executor) },
      async (context) => {
        const place = makePlace(context);
        const source =
          "i=0; while [ $i -lt 256 ]; do printf \"\\\\$(printf %03o $i)\"; i=$((i+1)); done; printf '\\377\\376\\000end'";
        place.write("it.yaml", marked(place.root, source));
        const ran = await runProgram(["run", "it.yaml", "--executor", executor], { cwd: place.work });
        assert.equal(ran.code, 0, show(ran));
        const logs = await startProgram(["logs", "abuse", "--raw"], { cwd: place.work }).ended;
        const expected = Buffer.concat([
          Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
          Buffer.from([255, 254, 0]),
          Buffer.from("end"),
        ]);
        assert.equal(logs.stdoutBytes.toString("hex"), expected.toString("hex"));
        assert.equal(logs.code, 0, show(logs));
      },
    );
  }

  const floodMib = isLong ? 1024 : 200;
  test(`${floodMib} MiB of output pass by the engine`, async (context) => {
    const place = makePlace(context);
    place.write("it.yaml", marked(place.root, `yes 0123456789abcde | head -c ${floodMib * 2 ** 20}`));
    const ran = await runProgram(["run", "it.yaml"], {
      cwd: place.work,
      withinMs: isLong ? 120_000 : 20_000,
    });
    assert.equal(ran.code, 0, show(ran));
    assert.ok((ran.peakMib ?? 999) < 250, `peak memory ${ran.peakMib} MiB`);
    const hash = createHash("sha256");
    const line = Buffer.from("0123456789abcde\n".repeat(65_536));
    for (let mib = 0; mib < floodMib; mib += 1) hash.update(line);
    assert.equal(hashFile(join(place.work, ".millrace/runs/abuse/0/main.out")), hash.digest("hex"));
    const tail = await runProgram(["logs", "abuse", "--tail", "2"], { cwd: place.work });
    assert.equal(tail.stdout.match(/0123456789abcde\n/g)?.length, 2, show(tail));
  });

  test("many files in an output directory", async (context) => {
    const place = makePlace(context);
    const count = isLong ? 10_000 : 500;
    const source = `mkdir /tmp/d; cd /tmp/d; i=0; while [ $i -lt ${count} ]; do echo $i >f$i; i=$((i+1)); done`;
    place.write(
      "it.yaml",
      marked(place.root, source, {
        outputs: { artifacts: [{ name: "d", path: "/tmp/d", archive: { none: {} } }] },
      }),
    );
    const ran = await runProgram(["run", "it.yaml"], { cwd: place.work });
    assert.equal(ran.code, 0, show(ran));
    const last = join(place.work, `.millrace/runs/abuse/outputs/d/f${count - 1}`);
    assert.equal(readFileSync(last, "utf8"), `${count - 1}\n`);
  });
});

describe("stop and terminate", { concurrency: 2 }, () => {
  for (const verb of ["stop", "terminate"]) {
    for (const executor of executors) {
      // Each waits for five real seconds, so the short suite has two of the four.
      if (!isLong && (verb === "stop") !== (executor === "process")) continue;
      test(
        `${verb} ends a command that ignores TERM (${executor})`,
        { skip: skipWithout(executor) },
        async (context) => {
          const place = makePlace(context);
          const source = "trap '' TERM INT HUP; echo up; setsid sleep 300 & while :; do sleep 1; done";
          place.write("it.yaml", marked(place.root, source));
          const run = startProgram(["run", "it.yaml", "--executor", executor, "--log", "--no-watch"], {
            cwd: place.work,
            withinMs: 45_000,
          });
          await run.until(/up\n/);
          const sent = await runProgram([verb, "abuse"], { cwd: place.work });
          assert.equal(sent.code, 0, show(sent));
          const ended = await run.ended;
          assertDecent(ended);
          assert.equal(ended.code, 1, show(ended));
          await assertNoneMarked(place.root);
        },
      );
    }
  }
});

function hashFile(path: string): string {
  const hash = createHash("sha256");
  const file = openSync(path, "r");
  const chunk = Buffer.alloc(2 ** 20);
  for (let count = readSync(file, chunk); count > 0; count = readSync(file, chunk))
    hash.update(chunk.subarray(0, count));
  closeSync(file);
  return hash.digest("hex");
}
