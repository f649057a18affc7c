/** `millrace run` in a process of its own: what a step leaves behind is gone when the command is. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const program = join(import.meta.dirname, "..", "..", "src", "main", "millrace.ts");

/** One process in the step's session, one that has left it; both outlive their parent and would stay for minutes. */
const script =
  "setsid sleep 300 >/dev/null 2>&1 & echo $! >$PIDS; sleep 300 >/dev/null 2>&1 & echo $! >>$PIDS";

/** Undefined when there is no such process; `Z` when only its exit code is left. */
function findState(pid: string): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2, text.lastIndexOf(")") + 3);
  } catch {
    // It is gone, which is what is hoped for.
    return undefined;
  }
}

test(
  "processes that a step started in the background do not outlive the command",
  { skip: process.platform === "linux" ? false : "processes are looked for in /proc" },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "millrace-leftovers-"));
    try {
      const pids = join(folder, "pids");
      const document = join(folder, "document.yaml");
      writeFileSync(
        document,
        `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: left-}
spec:
  entrypoint: main
  templates:
    - name: main
      container:
        image: busybox
        command: [sh, -c]
        args: [${JSON.stringify(script)}]
        env: [{name: PIDS, value: ${JSON.stringify(pids)}}]
`,
      );
      const args = ["run", document, "--executor", "process", "--home", join(folder, "home"), "-q"];
      execFileSync(process.execPath, [program, ...args], { cwd: folder, stdio: "pipe" });
      const started = readFileSync(pids, "utf8").trim().split("\n");
      assert.equal(started.length, 2);
      for (const pid of started) assert.ok([undefined, "Z"].includes(findState(pid)), `${pid} still runs`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
