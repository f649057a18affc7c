/**
 * Tells our own CPU time from other people's, so that a round that was disturbed can be thrown away.
 *
 * The bench moves itself into an accounting group of its own; all its descendants are counted there,
 * whether or not anybody waits for them. Without such a group (no right to make one) foreign time
 * cannot be told from that of our own detached processes, so no round is thrown away.
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

export interface CpuReading {
  readonly atSeconds: number;
  /** Time that all processors of the machine were busy. */
  readonly busySeconds: number;
  /** Time that we and our descendants used; undefined when it cannot be told. */
  readonly ownSeconds: number | undefined;
}

export interface CpuAccounting {
  /** One sentence for the report. */
  readonly description: string;
  read(): CpuReading;
  /** Gives the group back. */
  close(): void;
}

/** Kernel ticks per second in /proc/stat; 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

interface Group {
  readonly folder: string;
  readonly procsFile: string;
  readonly rootProcsFile: string;
  readSeconds(): number;
}

/** Version 1 and version 2 of control groups, in the places where systems mount them. */
function findGroup(name: string): Group | undefined {
  const v1 = "/sys/fs/cgroup/cpuacct";
  if (existsSync(join(v1, "cpuacct.usage"))) {
    const folder = join(v1, name);
    return {
      folder,
      procsFile: join(folder, "cgroup.procs"),
      rootProcsFile: join(v1, "cgroup.procs"),
      readSeconds: () => Number(readFileSync(join(folder, "cpuacct.usage"), "utf8")) / 1e9,
    };
  }
  const own = readFileSync("/proc/self/cgroup", "utf8").match(/^0::(.*)$/m)?.[1];
  const base = own === undefined ? undefined : join("/sys/fs/cgroup", own);
  if (base === undefined || !existsSync(join(base, "cgroup.procs"))) return undefined;
  const folder = join(base, name);
  return {
    folder,
    procsFile: join(folder, "cgroup.procs"),
    rootProcsFile: join(base, "cgroup.procs"),
    readSeconds: () =>
      Number(/usage_usec (\d+)/.exec(readFileSync(join(folder, "cpu.stat"), "utf8"))?.[1] ?? 0) / 1e6,
  };
}

/** Starts the accounting. Never fails: without a group the own time is undefined. */
export function openCpuAccounting(): CpuAccounting {
  const group = enterGroup();
  return {
    description:
      group === undefined
        ? "foreign CPU time cannot be told from ours here, so no round is discarded"
        : "foreign CPU time is known, rounds with more than 10 % of it are discarded",
    read: () => ({
      atSeconds: performance.now() / 1000,
      busySeconds: readBusySeconds(),
      ownSeconds: group?.readSeconds(),
    }),
    close: () => {
      if (group !== undefined) leaveGroup(group);
    },
  };
}

function enterGroup(): Group | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const group = findGroup(`millrace-bench-${process.pid}`);
    if (group === undefined) return undefined;
    mkdirSync(group.folder);
    writeFileSync(group.procsFile, String(process.pid));
    return group;
  } catch {
    // No right to make a group: an ordinary user on most machines. The report says what follows from it.
    return undefined;
  }
}

function leaveGroup(group: Group): void {
  try {
    writeFileSync(group.rootProcsFile, String(process.pid));
    rmdirSync(group.folder);
  } catch (error) {
    console.error(`the accounting group ${group.folder} is left behind: ${String(error)}`);
  }
}

function readBusySeconds(): number {
  if (!existsSync("/proc/stat")) return 0;
  const fields =
    readFileSync("/proc/stat", "utf8").split("\n")[0]?.trim().split(/\s+/).slice(1).map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0] = fields;
  return (user + nice + system + irq + softIrq) / ticksPerSecond;
}

/** Share of the machine that others used between two readings, 0 to 1; undefined when it cannot be told. */
export function computeForeignShare(before: CpuReading, after: CpuReading): number | undefined {
  if (before.ownSeconds === undefined || after.ownSeconds === undefined) return undefined;
  const wall = after.atSeconds - before.atSeconds;
  // Ticks are coarse: over a short time one tick of rounding would look like a busy neighbour.
  if (wall < 0.2) return undefined;
  const foreign = after.busySeconds - before.busySeconds - (after.ownSeconds - before.ownSeconds);
  return Math.max(0, foreign / (wall * cpus().length));
}
