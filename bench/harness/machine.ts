/** The constants of this machine that every result is read against. */
import { cpus, loadavg, release, totalmem } from "node:os";
import { compileAnchor, getAnchorScript, readNumber, runProgram, timeProgram } from "./programs.ts";

export interface MachineConstants {
  readonly node: string;
  readonly kernel: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly loadAverage: number;
  readonly forkMicros: number;
  /** posix_spawn of /bin/true and its exit, one at a time. */
  readonly execMicros: number;
  readonly syncMicros: number;
  readonly sync99Micros: number;
  readonly nodeStartMillis: number;
  readonly sqliteRowsPerSecond: number;
}

function pickMedian(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function timeNodeStart(): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 11; count += 1) times.push(await timeProgram(process.execPath, ["-e", "0"]));
  return pickMedian(times) * 1000;
}

/** Measures the constants; `freshPath` gives paths on the disk that the workloads use. */
export async function measureMachine(freshPath: (name: string) => string): Promise<MachineConstants> {
  const spawnLoop = compileAnchor("spawn-loop");
  const loadAverage = loadavg()[0] ?? 0;
  const forkSeconds = await readNumber(spawnLoop, ["-f", "1000", "1", "/bin/true"]);
  const execSeconds = await readNumber(spawnLoop, ["500", "1", "/bin/true"]);
  const sync = (await runProgram(compileAnchor("sync-loop"), [freshPath("sync"), "500", "212"]))
    .trim()
    .split(/\s+/);
  const rows = 200_000;
  const sqliteSeconds = await readNumber(process.execPath, [
    getAnchorScript("sqlite-insert"),
    freshPath("rows.sqlite"),
    String(rows),
    "1000",
  ]);
  return {
    node: process.versions.node,
    kernel: release(),
    cores: cpus().length,
    memoryBytes: totalmem(),
    loadAverage,
    forkMicros: (forkSeconds / 1000) * 1e6,
    execMicros: (execSeconds / 500) * 1e6,
    syncMicros: Number(sync[0]),
    sync99Micros: Number(sync[1]),
    nodeStartMillis: await timeNodeStart(),
    sqliteRowsPerSecond: rows / sqliteSeconds,
  };
}

/** The constants as lines of text. */
export function describeMachine(machine: MachineConstants): readonly string[] {
  return [
    `Node ${machine.node}, kernel ${machine.kernel}, ${machine.cores} cores, ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB, load ${machine.loadAverage.toFixed(2)}`,
    `fork ${machine.forkMicros.toFixed(0)} us, exec of /bin/true ${machine.execMicros.toFixed(0)} us, node -e 0 ${machine.nodeStartMillis.toFixed(1)} ms`,
    `fdatasync of 212 bytes ${machine.syncMicros.toFixed(0)} us (p99 ${machine.sync99Micros.toFixed(0)} us), SQLite FULL ${Math.round(machine.sqliteRowsPerSecond / 1000)},000 rows/s at 1,000 a commit`,
  ];
}
