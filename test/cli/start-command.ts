/** Commands that drive a run, started against a fake engine. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { SubmitAnswer } from "../../src/api/house.ts";
import { runCli } from "../../src/cli/cli.ts";
import { createEngine, createFakeHouse } from "./fake-house.ts";
import type { FakeEngine, HouseOptions } from "./fake-house.ts";
import { makePicture } from "./fake-picture.ts";
import { createWorld } from "./fake-world.ts";
import type { FakeWorld, WorldOptions } from "./fake-world.ts";

/** Working folder of the commands. */
export const folder: string = mkdtempSync(join(tmpdir(), "millrace-cli-"));
writeFileSync(join(folder, "workflow.yaml"), "name: orders\n");
writeFileSync(join(folder, "shared.yaml"), "name: shared\n");
writeFileSync(join(folder, "values.yaml"), "day: 2025-11-21\nprice: 1.10\nflag: true\nitems: [1, 2]\n");
writeFileSync(join(folder, "values.json"), '{"limit": 5, "day": "later"}');
after(() => rmSync(folder, { recursive: true }));

export const going = makePicture({
  phase: "running",
  tasks: [
    { name: "a", phase: "running", from: 0 },
    { name: "b", phase: "waiting" },
  ],
});
export const good = makePicture({
  phase: "succeeded",
  endedAfter: 3,
  tasks: [{ name: "a", phase: "succeeded", from: 0, to: 3 }],
  outputs: {
    parameters: { shipped: "3", report: "two\nlines\n", table: { x: 1 } },
    files: {
      ledger: {
        kind: "artifact",
        artifact: { fileName: "ledger.md", content: { kind: "file", digest: "sha256:0", sizeBytes: 1234 } },
      },
    },
  },
});
export const waiting = makePicture({
  phase: "suspended",
  tasks: [
    { name: "approve", phase: "running", from: 1, waitsFor: ["decision"], message: "please look" },
    { name: "b", phase: "waiting" },
  ],
});

export interface Started {
  readonly world: FakeWorld;
  readonly engine: FakeEngine;
  readonly calls: readonly string[];
  readonly code: Promise<number>;
}

export interface StartOptions extends HouseOptions {
  readonly world?: WorldOptions;
  readonly answer?: SubmitAnswer;
}

/** Starts a command in a folder with a few files; the fake engine does what the test says. */
export function start(argv: readonly string[], options: StartOptions = {}): Started {
  const world = createWorld({ cwd: folder, ...options.world });
  const engine = createEngine(options.pictures?.at(-1) ?? going, options.answer);
  const house = createFakeHouse({ engine, ...options });
  return { world, engine, calls: house.calls, code: runCli(argv, world.io, () => house) };
}

/** Until the run is being watched: the first line or frame of it is out. */
export async function begun({ world }: Started): Promise<void> {
  await world.stdout.until((text) => text.includes(".a started"));
}
