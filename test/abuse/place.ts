/**
 * A folder for one test, with a sentinel tree around the working folder: whatever is written above it shows.
 * place/
 *   outside/secret.txt, outside/folder/...   must stay as they are
 *   work/                                    the program's working folder
 */
import assert from "node:assert/strict";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { killMarked } from "./marked-processes.ts";

export interface Place {
  readonly root: string;
  /** Working folder of the program. */
  readonly work: string;
  readonly outside: string;
  /** Writes a file below the working folder; returns its path. */
  readonly write: (name: string, content: string | Uint8Array) => string;
  /** Fails when anything but the working folder has changed. */
  readonly assertUntouched: () => void;
}

/** Makes a place and removes it after the test. `base` is where, when the system's temporary folder will not do. */
export function makePlace(context: Pick<TestContext, "after">, base: string = tmpdir()): Place {
  const root = realpathSync(mkdtempSync(join(base, "millrace-abuse-")));
  context.after(() => {
    // Attempts outlive an engine that was killed; when a test has failed, theirs must not outlive the test.
    killMarked(root);
    rmSync(root, { recursive: true, force: true });
  });
  const work = join(root, "work");
  const outside = join(root, "outside");
  mkdirSync(work);
  mkdirSync(join(outside, "folder"), { recursive: true });
  writeFileSync(join(outside, "secret.txt"), "secret\n");
  writeFileSync(join(outside, "folder", "kept.txt"), "kept\n");
  const before = describeTree(root, work);
  return {
    root,
    work,
    outside,
    write: (name, content) => {
      const path = join(work, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      return path;
    },
    assertUntouched: () =>
      assert.deepEqual(describeTree(root, work), before, "something was written outside the working folder"),
  };
}

/** Every path below `folder` but `left out` and what is in it, with its kind and content. */
function describeTree(folder: string, leftOut: string): readonly string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (path === leftOut) return [];
      const stat = lstatSync(path);
      if (stat.isDirectory()) return [`${path}/ ${stat.mode}`, ...describeTree(path, leftOut)];
      if (stat.isSymbolicLink()) return [`${path} -> ${readlinkSync(path)}`];
      return [`${path} ${stat.mode} ${readFileSync(path, "hex")}`];
    });
}
