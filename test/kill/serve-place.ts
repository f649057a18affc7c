/** A folder with a home in it for tests of the real `millrace serve`; nothing of it is left after the test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { House } from "../../src/api/house.ts";
import { createHouse } from "../../src/main/house.ts";
import { startProgram } from "../abuse/program.ts";
import type { Program } from "../abuse/program.ts";

export interface ServePlace {
  readonly folder: string;
  readonly house: House;
  /** What is killed, and waited for, before the folder goes. */
  readonly running: Set<Program>;
  /** Starts `millrace serve` and waits until it serves. */
  readonly serve: () => Promise<Program>;
}

/** `flags` are for `serve`. */
export function makeServePlace(context: TestContext, flags: readonly string[] = []): ServePlace {
  const folder = mkdtempSync(join(tmpdir(), "millrace-serve-"));
  const running = new Set<Program>();
  context.after(async () => {
    for (const program of running) program.child.kill("SIGKILL");
    await Promise.all([...running].map(({ ended }) => ended));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const serve = async (): Promise<Program> => {
    const program = startProgram(["serve", "--executor", "process", "--home", "home", ...flags], {
      cwd: folder,
      withinMs: 60_000,
    });
    running.add(program);
    void program.ended.then(() => running.delete(program));
    await program.until(/^serving/mu);
    return program;
  };
  return { folder, house: createHouse(join(folder, "home")), running, serve };
}
