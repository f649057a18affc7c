/** What of the machine a sandbox shows although it lies in a directory that is private. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { planMounts, type MountStep } from "../../src/executors/sandbox/mount-plan.ts";
import { makeOrder } from "../../src/ports/conformance/executor-bench.ts";

/** A folder below /tmp with a place `machine/end/below`, and `programs` with a link to `machine/end`. */
function makeFolder(context: TestContext): string {
  const folder = realpathSync(mkdtempSync("/tmp/millrace-mounts-"));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const name of ["attempt/root", "machine/end/below", "programs/bin"])
    mkdirSync(join(folder, name), { recursive: true });
  symlinkSync("../machine/end", join(folder, "programs/link"));
  return folder;
}

/** Where mounts of what is shown go, when the programs are shown anyway. */
function planShown(folder: string, shown: readonly string[]): readonly string[] {
  const programs: MountStep = {
    kind: "ro-bind",
    from: join(folder, "programs"),
    to: join(folder, "programs"),
  };
  const host = { shown: [], private: ["/tmp"], extra: [programs] };
  const steps = planMounts(makeOrder([]), join(folder, "attempt"), host, new Map(), shown);
  return steps.filter(({ kind }) => kind === "ro-bind").map(({ to }) => to.slice(folder.length + 1));
}

test("what lies below something shown is not mounted again", (context) => {
  const folder = makeFolder(context);
  assert.deepEqual(planShown(folder, [join(folder, "programs/bin")]), ["programs"]);
  const both = [join(folder, "machine/end"), join(folder, "machine")];
  assert.deepEqual(planShown(folder, both), ["programs", "machine"]);
});

test("where a link leads to is shown in its place, because nothing can be mounted over a link", (context) => {
  const folder = makeFolder(context);
  const linked = join(folder, "programs/link/below");
  assert.deepEqual(planShown(folder, [linked]), ["programs", "machine/end/below"]);
  assert.deepEqual(planShown(folder, [linked, join(folder, "machine")]), ["programs", "machine"]);
});

test("what is not there, or is not private, needs nothing", (context) => {
  const folder = makeFolder(context);
  assert.deepEqual(planShown(folder, [join(folder, "none"), "/usr/bin", "/tmp"]), ["programs"]);
});
