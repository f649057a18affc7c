/**
 * `npm run bench`: measures Millrace against anchors on this machine and writes the table to `bench/out/`.
 *
 *   npm run bench -- --only P1,C1    these workloads only
 *   npm run bench -- --quick 3       this many rounds instead of 7
 *   npm run bench -- --anchors       the anchors alone, without Millrace (to look at a machine)
 *
 * Exit code 1 when a target was missed or a workload failed, 2 for wrong arguments.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { openCpuAccounting, type CpuAccounting } from "./harness/cpu-accounting.ts";
import { describeMachine, measureMachine, type MachineConstants } from "./harness/machine.ts";
import { measureWorkload, type WorkloadResult } from "./harness/measure-workload.ts";
import { outputFolder, projectFolder, runProgram } from "./harness/programs.ts";
import { renderMarkdown, type BenchReport } from "./harness/report.ts";
import { Unavailable, type BenchContext, type Workload } from "./harness/workload.ts";
import { allWorkloads } from "./workloads/all-workloads.ts";

const defaultRounds = 7;

interface Options {
  readonly workloads: readonly Workload[];
  /** Undefined: each workload's own number. */
  readonly rounds: number | undefined;
  readonly anchorsOnly: boolean;
}

function parseArguments(args: readonly string[]) {
  const options = {
    only: { type: "string" },
    quick: { type: "string" },
    anchors: { type: "boolean" },
  } as const;
  try {
    return parseArgs({ args: [...args], options });
  } catch (error) {
    throw error instanceof TypeError ? new RangeError(error.message, { cause: error }) : error;
  }
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArguments(args);
  const wanted = values.only?.split(",").map((id) => id.trim().toUpperCase());
  const unknown = wanted?.filter((id) => !allWorkloads.some((workload) => workload.id === id)) ?? [];
  if (unknown.length > 0) {
    throw new RangeError(
      `unknown workload ${unknown.join(", ")}, expected ${allWorkloads.map(({ id }) => id).join(", ")}`,
    );
  }
  const rounds = values.quick === undefined ? undefined : Number(values.quick);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
    throw new RangeError(`--quick takes a number of rounds, found "${values.quick}"`);
  }
  return {
    workloads: allWorkloads.filter(({ id }) => wanted === undefined || wanted.includes(id)),
    rounds,
    anchorsOnly: values.anchors === true,
  };
}

/**
 * Scratch folders of this bench. They are removed after the last measurement only: a file system that has just deleted
 * many thousand files makes new ones slowly for half a minute, which would count against whoever is measured next.
 */
const scratchFolders: string[] = [];

function removeScratch(): void {
  for (const folder of scratchFolders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Scratch space beside the project, not in a temporary folder that may lie in memory: the disk is part of the measurement. */
function openContext(syncSeconds: number): BenchContext {
  mkdirSync(outputFolder, { recursive: true });
  const scratchFolder = mkdtempSync(join(outputFolder, "scratch-"));
  scratchFolders.push(scratchFolder);
  let count = 0;
  const freshPath = (name: string): string => join(scratchFolder, `${(count += 1)}-${name}`);
  return { scratchFolder, cores: cpus().length, syncSeconds, freshPath };
}

async function buildCommand(): Promise<void> {
  if (!existsSync(join(projectFolder, "src", "main", "millrace.ts"))) return;
  const built = await runProgram(process.execPath, [join(projectFolder, "tools", "build.ts")], {
    cwd: projectFolder,
  });
  console.log(built.trim());
}

/** The workload with its first anchor in our place: says how fast the anchors are, and nothing about Millrace. */
function keepAnchors(workload: Workload): Workload {
  const foreign = workload.anchors.filter(({ isOurs }) => isOurs !== true);
  const anchors = foreign.map((anchor) => ({ ...anchor, target: { kind: "report" } as const }));
  const [first] = anchors;
  if (first === undefined) return { ...workload, anchors };
  return {
    ...workload,
    title: `${workload.title} (anchors only)`,
    requires: () => {},
    anchors,
    ours: first.measure,
  };
}

async function measureOne(
  workload: Workload,
  options: Options,
  machine: MachineConstants,
  accounting: CpuAccounting,
): Promise<WorkloadResult> {
  const startedAt = performance.now();
  process.stdout.write(`${workload.id} ${workload.title} ... `);
  const rounds = options.rounds ?? workload.rounds ?? defaultRounds;
  const result = await measureWorkload(workload, openContext(machine.syncMicros / 1e6), accounting, rounds);
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  return result;
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const accounting = openCpuAccounting();
  try {
    if (!options.anchorsOnly) await buildCommand();
    const machine = await measureMachine(openContext(0).freshPath);
    console.log(describeMachine(machine).join("\n"));
    const workloads: WorkloadResult[] = [];
    for (const workload of options.workloads) {
      const chosen = options.anchorsOnly ? keepAnchors(workload) : workload;
      workloads.push(await measureOne(chosen, options, machine, accounting));
    }
    return writeReport({
      startedAt: new Date().toISOString(),
      machine,
      accounting: accounting.description,
      workloads,
    });
  } finally {
    accounting.close();
    removeScratch();
  }
}

/** Prints and stores the report; returns the exit code. */
function writeReport(report: BenchReport): number {
  const markdown = renderMarkdown(report);
  const name = report.startedAt.replace(/[:.]/g, "-");
  writeFileSync(join(outputFolder, `${name}.md`), markdown);
  writeFileSync(join(outputFolder, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\n${markdown}\nwritten to bench/out/${name}.md and .json`);
  const missed = report.workloads.filter(({ results }) =>
    results.some(
      (result) => result.kind === "failed" || (result.kind === "measured" && result.verdict === "missed"),
    ),
  );
  if (missed.length > 0) console.log(`missed or failed: ${missed.map(({ id }) => id).join(", ")}`);
  return missed.length > 0 ? 1 : 0;
}

// The command asks for `node`; that shall be the Node of the anchors.
process.env["PATH"] = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
try {
  process.exitCode = await main();
} catch (error) {
  // Wrong arguments and a missing compiler are the user's to mend; anything else is ours and keeps its stack.
  const isForUser = error instanceof RangeError || error instanceof Unavailable;
  console.error(isForUser ? error.message : error);
  process.exitCode = 2;
}
