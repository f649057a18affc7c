/** The command line in this process over a real home: every command is its own, and one of them serves. */
import { join } from "node:path";
import { runCli } from "../../../src/cli/cli.ts";
import { createHouse } from "../../../src/main/house.ts";
import { createWorld } from "../../cli/fake-world.ts";
import type { FakeWorld } from "../../cli/fake-world.ts";

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Terminal {
  ask(argv: readonly string[]): Promise<Answer>;
  /** Resolves after the next change of the history, or a little while. */
  changed(): Promise<void>;
  /** Ends what serves; its tasks are not ended by that. */
  close(): Promise<void>;
}

/** How long to wait for a change that nobody tells of. */
const lookEveryMs = 200;

/** Starts `serve` in the folder, and resolves once it takes documents. */
export async function openTerminal(
  folder: string,
  serving: { readonly executor: string; readonly parallel: number },
): Promise<Terminal> {
  const home = join(folder, "home");
  const open = () => createHouse(home);
  const server = makeWorld(folder);
  const flags = ["--executor", serving.executor, "--parallel", String(serving.parallel)];
  const served = runCli(["serve", ...flags], server.io, open);
  const isUp = server.stdout.until((text) => text.includes("serving"));
  const early = await Promise.race([isUp, served]);
  if (early !== undefined) throw new Error(`serve ended with ${early}: ${server.stderr.text()}`);
  return {
    ask: async (argv) => {
      const { io, stdout, stderr } = makeWorld(folder);
      const code = await runCli(argv, io, open);
      return { code, out: stdout.text(), err: stderr.text() };
    },
    changed: () => open().changed(lookEveryMs),
    close: async () => {
      server.interrupt();
      await served;
    },
  };
}

/** No terminal, wide enough that nothing is cropped, with the time of the machine. */
function makeWorld(folder: string): FakeWorld {
  const world = createWorld({ cwd: folder, columns: 500 });
  const clock = {
    now: () => Date.now(),
    after: (delayMs: number, callback: () => void) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  };
  return { ...world, io: { ...world.io, clock } };
}
