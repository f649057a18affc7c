/** Folders for tests of stores: ordinary ones, and small file systems that can really be full or read-only. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A new folder that is removed after the test. */
export function makeTemporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "millrace-test-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * A small file system of its own, or undefined after saying why it cannot be had (only root may mount).
 * `remount` changes its options, for example to `ro`.
 */
export function mountSmallDisk(
  context: TestContext,
  sizeBytes: number,
): { readonly folder: string; remount(options: string): void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "millrace-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "millrace-test", folder], {
      stdio: "pipe",
    });
  } catch (error) {
    rmSync(folder, { recursive: true });
    context.skip(`a small file system cannot be mounted here: ${String(error)}`);
    return undefined;
  }
  context.after(() => {
    execFileSync("umount", ["--lazy", folder]);
    rmSync(folder, { recursive: true });
  });
  return { folder, remount: (options) => execFileSync("mount", ["-o", `remount,${options}`, folder]) };
}
