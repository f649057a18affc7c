/** Which processes of this machine carry a mark in their environment or command line. */
import assert from "node:assert/strict";
import { killQuietly } from "./kill-quietly.ts";
import { readFileSync, readdirSync } from "node:fs";

export function findMarked(mark: string): readonly string[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      if (words === "") return [];
      return words.includes(mark) || readFileSync(`/proc/${name}/environ`, "utf8").includes(mark)
        ? [`${name} ${words.slice(0, 200)}`]
        : [];
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // Gone meanwhile, or somebody else's.
      if (code === "ENOENT" || code === "ESRCH" || code === "EACCES" || code === "EPERM") return [];
      throw error;
    }
  });
}

/** Ends every process that carries the mark, which must be one that nobody else has. */
export function killMarked(mark: string): void {
  for (const line of findMarked(mark)) killQuietly(Number(line.split(" ")[0]));
}

const goneWithinMs = 20_000;

/** What was killed needs a moment to be gone, on a busy machine a long one; nobody announces it, so it is asked for again. */
export async function assertNoneMarked(mark: string): Promise<void> {
  const end = performance.now() + goneWithinMs;
  let found = findMarked(mark);
  while (found.length > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    found = findMarked(mark);
  }
  assert.deepEqual(found, [], "processes are left behind");
}
