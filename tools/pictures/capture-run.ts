/**
 * Runs the real command on the document of the README and keeps what a terminal shows at each moment.
 * The command line believes in a terminal of a given size; engine, executor and display are the ones that everybody has.
 * Only the waiting between frames is shorter: the run takes a tenth of a second, and a picture of it wants several frames.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runCli } from "../../src/cli/cli.ts";
import type { CliIo, Sink } from "../../src/cli/io.ts";
import { createHouse } from "../../src/main/house.ts";
import { projectFolder } from "../checks.ts";
import { createTerminal } from "./terminal.ts";
import type { Cell } from "./terminal.ts";

/** All lines of the terminal at one moment. */
export type Frame = readonly (readonly Cell[])[];

/** Where the picture pretends that the run took place; the real folder is a temporary one. */
const shownFolder = "/home/ada/squares";
const size = { columns: 80, rows: 24 };
const frameSpeed = 20;

/** The first YAML block of the README. */
function readDocument(): string {
  const page = readFileSync(join(projectFolder, "README.md"), "utf8");
  const block = /```yaml\n([\s\S]*?)```/.exec(page)?.[1];
  if (block === undefined) throw new Error("README.md has no YAML block");
  return block;
}

/** The frames of `millrace run squares.yaml`, each different from the one before. Rejects when the run does not succeed. */
export async function captureRun(): Promise<readonly Frame[]> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-picture-"));
  try {
    writeFileSync(join(folder, "squares.yaml"), readDocument());
    const terminal = createTerminal();
    terminal.write("$ millrace run squares.yaml\n");
    const frames: Frame[] = [terminal.lines()];
    const write = (text: string): void => {
      terminal.write(text.replaceAll(folder, shownFolder));
      if (print(terminal.lines()) !== print(frames.at(-1) ?? [])) frames.push(terminal.lines());
    };
    const argv = ["run", "squares.yaml"];
    const code = await runCli(argv, createIo(folder, write), (home) =>
      createHouse(resolve(folder, home ?? ".millrace")),
    );
    if (code !== 0)
      throw new Error(`the run of the README's document ended with ${code}:\n${print(terminal.lines())}`);
    return frames;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The frame as text. */
export function print(frame: Frame): string {
  return frame.map((line) => line.map(({ character }) => character).join("")).join("\n");
}

function createIo(cwd: string, write: (text: string) => void): CliIo {
  const sink: Sink = {
    write: (chunk) => {
      write(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
      return true;
    },
    once: () => undefined,
    on: () => undefined,
  };
  return {
    stdout: sink,
    stderr: sink,
    stdin: {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
    },
    openUrl: () => Promise.reject(new Error("a picture needs no network")),
    isTTY: true,
    ...size,
    env: { FORCE_COLOR: "1", LANG: "C.UTF-8" },
    cwd,
    clock: {
      now: () => Date.now(),
      after: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs / frameSpeed);
        return () => clearTimeout(timer);
      },
    },
    onInterrupt: () => () => undefined,
    onResize: () => () => undefined,
    onExit: () => () => undefined,
  };
}
