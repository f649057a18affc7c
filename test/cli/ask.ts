/** Asks the command line something, with a few runs in the house, and gathers what it answered. */
import { runCli } from "../../src/cli/cli.ts";
import { createFakeHouse } from "./fake-house.ts";
import type { HouseOptions } from "./fake-house.ts";
import { makePicture } from "./fake-picture.ts";
import { createWorld, startAt } from "./fake-world.ts";
import type { WorldOptions } from "./fake-world.ts";

export interface Answer {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: string;
  readonly calls: readonly string[];
  readonly sources: readonly string[];
  readonly homes: readonly (string | undefined)[];
}

/** Runs a command line against a fake house. */
export async function ask(
  argv: readonly string[],
  options: HouseOptions & { readonly world?: WorldOptions } = {},
): Promise<Answer> {
  const world = createWorld(options.world);
  const house = createFakeHouse(options);
  const homes: (string | undefined)[] = [];
  const code = await runCli(argv, world.io, (home) => {
    homes.push(home);
    return house;
  });
  return {
    code,
    out: world.stdout.text().split("\n").slice(0, -1),
    err: world.stderr.text(),
    calls: house.calls,
    sources: house.sources,
    homes,
  };
}

const hour = 3_600_000;
export const old = makePicture({
  name: "nightly-1",
  phase: "succeeded",
  createdAt: startAt - 50 * hour,
  endedAfter: 65,
  tasks: [{ name: "a", phase: "succeeded" }],
  labels: { team: "a", stage: "test" },
});
export const bad = makePicture({
  name: "nightly-2",
  phase: "failed",
  createdAt: startAt - hour,
  endedAfter: 5,
  message: "child failed",
  tasks: [
    { name: "a", phase: "failed", from: 0, to: 5, message: "exit code 4" },
    { name: "b", phase: "omitted" },
  ],
  labels: { team: "b" },
});
export const live = makePicture({
  name: "orders",
  phase: "running",
  createdAt: startAt - 90_000,
  tasks: [
    { name: "a", phase: "succeeded", from: 0, to: 10 },
    { name: "b", phase: "running", from: 10 },
  ],
  labels: { team: "a" },
  parameters: { day: "today" },
});
export const pictures = [old, bad, live];
