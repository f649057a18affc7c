/** The executors of this machine, and which of them `auto` means. */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, release } from "node:os";
import { delimiter, join } from "node:path";
import { MillraceError } from "../base/errors.ts";
import { createProcessExecutor } from "../executors/process/process-executor.ts";
import type { Executor, ExecutorListener } from "../ports/executor.ts";
import type { Home } from "./home.ts";
import type { ShownPaths } from "./shown-paths.ts";
import { readImages } from "./image-file.ts";
import { findNativeAddon } from "./native-addon.ts";
import { findSlotProgram } from "./slot-program.ts";

export const executorNames: readonly string[] = ["process", "sandbox"];

export interface ChosenExecutor {
  readonly name: string;
  readonly create: (listener: ExecutorListener) => Executor;
}

/** Attempts at once when nobody says: enough to keep the processors busy while some of the work waits. */
export function chooseParallel(asked: number | undefined): number {
  return asked ?? Math.max(4, 2 * (findNativeAddon()?.countProcessors() ?? availableParallelism()));
}

/** Resolves the name of an executor. MillraceError `executor/unknown` or `executor/unavailable`. */
export async function chooseExecutor(
  name: string,
  home: Home,
  parallel: number | undefined,
  shownPaths: ShownPaths["listFor"] = () => [],
): Promise<ChosenExecutor> {
  const capacity = chooseParallel(parallel);
  switch (name) {
    case "auto":
      // The sandbox was tried, now or by an earlier command; to try it at each start would be most of a short run.
      return (await hasBubblewrap(home))
        ? {
            name: "sandbox",
            create: await createSandbox(home, capacity, shownPaths, { tried: "bubblewrap" }),
          }
        : chooseExecutor("process", home, parallel, shownPaths);
    case "process": {
      const stateDirectory = join(home.executors, name);
      const images = readImages(home);
      return {
        name,
        create: (listener) =>
          createProcessExecutor(
            { capacity, stateDirectory, shownPaths, images, program: findSlotProgram() },
            listener,
          ),
      };
    }
    case "sandbox":
      return { name, create: await createSandbox(home, capacity, shownPaths) };
    case "none":
      return { name, create: createIdleExecutor };
    default:
      throw new MillraceError("executor/unknown", "invalid", `there is no executor '${name}'`, {
        hint: `Choose one of: auto, ${executorNames.join(", ")}.`,
      });
  }
}

async function createSandbox(
  home: Home,
  capacity: number,
  shownPaths: ShownPaths["listFor"],
  way: { readonly method?: "bubblewrap"; readonly tried?: "bubblewrap" } = {},
): Promise<ChosenExecutor["create"]> {
  const { createSandboxExecutor } = await import("../executors/sandbox/sandbox-executor.ts");
  const stateDirectory = join(home.executors, "sandbox");
  const images = readImages(home);
  const program = findSlotProgram();
  return (listener) =>
    createSandboxExecutor({ capacity, stateDirectory, shownPaths, images, program, ...way }, listener);
}

/**
 * Whether `auto` means a sandbox: whether bubblewrap works here.
 * Only bubblewrap: the fallback with `unshare` costs ten times as much a start, and is there for those who ask for it.
 * That is found by running it once, and remembered for as long as the program stays the same and the machine runs.
 */
async function hasBubblewrap(home: Home): Promise<boolean> {
  const program = findOnPath("bwrap");
  if (program === undefined) return false;
  const file = join(home.executors, "sandbox-works.json");
  const key = `${program} ${statSync(program).mtimeMs} ${process.getuid?.() ?? 0} ${release()} ${readBootId()}`;
  const remembered = readRemembered(file);
  if (remembered?.key === key) return remembered.works;
  const create = await createSandbox(home, 1, () => [], { method: "bubblewrap" });
  const executor = create({ started: () => undefined, ready: () => undefined, ended: () => undefined });
  const works = (await executor.capabilities()).available;
  await executor.close({ leaveRunning: false });
  mkdirSync(home.executors, { recursive: true });
  writeFileSync(file, JSON.stringify({ key, works }));
  return works;
}

const bootIdFile = "/proc/sys/kernel/random/boot_id";

/** Another one after each start of the machine; empty where the system has none. */
function readBootId(): string {
  return existsSync(bootIdFile) ? readFileSync(bootIdFile, "utf8").trim() : "";
}

function readRemembered(file: string): { readonly key: string; readonly works: boolean } | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as { key: string; works: boolean };
  } catch {
    // Nothing remembered, or nothing that can be read: the probe runs again.
    return undefined;
  }
}

/** The absolute path of a program; undefined when it is not on the PATH. */
export function findOnPath(program: string): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, program);
    // An error for each folder without it would cost more than the look.
    if (!existsSync(path)) continue;
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not to be executed; the next one is asked.
    }
  }
  return undefined;
}

/** An executor without room: for processes that only record what a person decided. It adopts nothing and starts nothing. */
function createIdleExecutor(): Executor {
  return {
    name: "none",
    capacity: 0,
    capabilities: () =>
      Promise.resolve({
        name: "none",
        available: true,
        fileView: "shared",
        network: "host",
        killsTree: "best-effort",
        memoryLimit: false,
      }),
    prepare: () => undefined,
    start: () => undefined,
    cancel: () => undefined,
    adopt: () => Promise.resolve({ kind: "running" }),
    close: () => Promise.resolve(),
  };
}
