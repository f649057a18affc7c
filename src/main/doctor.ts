/** What this machine can do for Millrace: the findings of `millrace doctor`. */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { availableParallelism, freemem, totalmem } from "node:os";
import { join } from "node:path";
import type { DoctorFinding } from "../api/house.ts";
import { MillraceError } from "../base/errors.ts";
import type { ExecutorCapabilities } from "../ports/executor.ts";
import { chooseExecutor, chooseParallel, executorNames, findOnPath } from "./executors.ts";
import type { Home } from "./home.ts";
import { findNativeAddon } from "./native-addon.ts";
import { findSlotProgram } from "./slot-program.ts";

/** Tools that documents commonly expect. */
const commonTools = ["sh", "bash", "python3", "node", "git", "curl", "jq", "tar"];

export async function examineMachine(home: Home): Promise<readonly DoctorFinding[]> {
  const executors = await Promise.all(executorNames.map((name) => examineExecutor(home, name)));
  const secrets = await examineSecrets(home);
  const machine = [examineNode(), examineSize(), ...executors, examineSlots(), examineTools()];
  return [...machine, examineHome(home), ...secrets];
}

/** Whether the Secrets of the home can be opened; nothing is said where there are none. */
async function examineSecrets(home: Home): Promise<readonly DoctorFinding[]> {
  if (!existsSync(home.secrets)) return [];
  const topic = "secrets";
  const { openHomeSecrets } = await import("./home-secrets.ts");
  const secrets = openHomeSecrets(home);
  try {
    const count = secrets.list().length;
    secrets.listValues();
    return [{ topic, state: "good", message: `${count} of them, encrypted, and their key is there` }];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = error instanceof MillraceError ? error.hint : undefined;
    return [{ topic, state: "bad", message, ...(hint === undefined ? {} : { hint }) }];
  }
}

function examineNode(): DoctorFinding {
  return { topic: "node", state: "good", message: `Node.js ${process.versions.node}` };
}

function examineSize(): DoctorFinding {
  const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const size = `${availableParallelism()} processors, ${gibibytes(totalmem())} of memory (${gibibytes(freemem())} free)`;
  return {
    topic: "machine",
    state: "good",
    message: `${size}; ${chooseParallel(undefined)} attempts at once unless --parallel says otherwise`,
  };
}

async function examineExecutor(home: Home, name: string): Promise<DoctorFinding> {
  try {
    return await tryExecutor(home, name);
  } catch (error) {
    const message = `could not be tried: ${error instanceof Error ? error.message : String(error)}`;
    return { topic: `executor ${name}`, state: "limited", message };
  }
}

async function tryExecutor(home: Home, name: string): Promise<DoctorFinding> {
  const topic = `executor ${name}`;
  const chosen = await chooseExecutor(name, home, 1);
  const executor = chosen.create({
    started: () => undefined,
    ready: () => undefined,
    ended: () => undefined,
  });
  try {
    const found = await executor.capabilities();
    if (!found.available)
      return { topic, state: "limited", message: `not available: ${found.reason ?? "no reason given"}` };
    return { topic, state: "good", message: describe(found) };
  } finally {
    await executor.close({ leaveRunning: false });
  }
}

function describe(found: ExecutorCapabilities): string {
  const views = {
    private: "each attempt has a private view of the paths it writes",
    declared:
      "paths that a task declares, and /tmp, are private to each attempt; other paths are the machine's own",
    shared: "attempts share the machine's files",
  };
  const network = found.network === "host" ? "network as the host" : "network can be cut";
  const kill =
    found.killsTree === "always" ? "ends whole process trees" : "ends process trees as far as it can";
  return `${views[found.fileView]}; ${network}; ${kill}; memory limits are ${found.memoryLimit ? "enforced" : "not enforced"}`;
}

function examineSlots(): DoctorFinding {
  return { topic: "slots", state: "good", message: describeSlots() };
}

function describeSlots(): string {
  if (findSlotProgram() === undefined)
    return "attempts are started by shells; a C compiler at set-up makes that faster and measures exact";
  const native = "attempts are started by the native program, with exact measures";
  return findNativeAddon() === undefined
    ? `${native}; commands begin and end some milliseconds later, because this Node has no addon that set-up made for it`
    : native;
}

function examineTools(): DoctorFinding {
  const missing = commonTools.filter((tool) => findOnPath(tool) === undefined);
  if (missing.length === 0)
    return { topic: "tools", state: "good", message: `${commonTools.join(", ")} are there` };
  const hint = "Documents whose images stand for these tools will say so when they run.";
  return { topic: "tools", state: "limited", message: `not on this machine: ${missing.join(", ")}`, hint };
}

/** Whether the home can be written, how long a sync takes there, and how much space is left. */
function examineHome(home: Home): DoctorFinding {
  const topic = "home";
  const probe = join(home.root, `.probe-${process.pid}`);
  try {
    mkdirSync(home.root, { recursive: true });
    const syncMs = measureSync(probe);
    const disk = statfsSync(home.root);
    const free = disk.bavail * disk.bsize;
    const message = `${home.root}: a sync takes ${syncMs.toFixed(2)} ms, ${(free / 2 ** 30).toFixed(1)} GiB free`;
    if (free < 2 ** 30)
      return {
        topic,
        state: "limited",
        message,
        hint: "Less than 1 GiB is left; runs will fail when the disk is full.",
      };
    return { topic, state: "good", message };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      topic,
      state: "bad",
      message: `${home.root} cannot be written: ${why}`,
      hint: "Choose another folder with --home.",
    };
  }
}

function measureSync(path: string): number {
  const file = openSync(path, "w");
  try {
    const samples: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      writeSync(file, "x".repeat(512));
      const before = performance.now();
      fdatasyncSync(file);
      samples.push(performance.now() - before);
    }
    return samples.sort((a, b) => a - b)[4] as number;
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}
