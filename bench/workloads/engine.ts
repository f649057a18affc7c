/** Steps that the engine settles itself: throughput, latency, memory, linearity. */
import { join } from "node:path";
import { getAnchorScript, projectFolder, readNumber } from "../harness/programs.ts";
import type { BenchContext, Workload } from "../harness/workload.ts";
import { writeChain, writeFanOut } from "../ours/documents.ts";
import { needMillrace, timeDocument } from "../ours/millrace.ts";
import { measureWaiting } from "../ours/waiting-memory.ts";

const fanOutWidth = 100_000;
const chainLength = 1_000;
/** Runs of the chain in one process, of which the later half counts. */
const chainRuns = 30;
const driveScript = join(projectFolder, "bench", "ours", "drive-document.ts");
/** Created, started, ended: what a history must be able to say about a step. */
const eventsPerStep = 3;

/** The documents of a workload, by name; a workload's scratch folder, and with it its context, is its own. */
const documents = new WeakMap<BenchContext, Map<string, string>>();

/** The document of that kind and size, written when it is first asked for. */
function getDocument(context: BenchContext, kind: "fan-out" | "chain", size: number): string {
  const known = documents.get(context) ?? new Map<string, string>();
  documents.set(context, known);
  const name = `${kind} ${size}`;
  const found = known.get(name);
  if (found !== undefined) return found;
  const file = kind === "chain" ? writeChain(context, "engine", size) : writeFanOut(context, "engine", size);
  known.set(name, file);
  return file;
}

export const fanOutInEngine: Workload = {
  id: "I1",
  title: "fan-out of 100,000 engine-settled tasks, durable, with the start of the command",
  unit: "s",
  ratio: "speed",
  anchors: [
    {
      title: "300,000 raw SQLite inserts, FULL, 1,000 a commit",
      target: { kind: "at-least", ratio: 0.45 },
      measure: (context) =>
        readNumber(process.execPath, [
          getAnchorScript("sqlite-insert"),
          context.freshPath("rows.sqlite"),
          String(fanOutWidth * eventsPerStep),
          "1000",
        ]),
    },
  ],
  requires: needMillrace,
  ours: (context) => timeDocument(context, getDocument(context, "fan-out", fanOutWidth)),
};

export const chainInEngine: Workload = {
  id: "I2",
  title: "one step of an engine-settled chain of 1,000, in an engine at work",
  unit: "us",
  ratio: "cost",
  anchors: [
    {
      title: "one fdatasync (median)",
      target: { kind: "at-most", ratio: 0.06 },
      measure: ({ syncSeconds }) => Promise.resolve(syncSeconds * 1e6),
    },
  ],
  requires: () => {},
  ours: async (context) => {
    const document = getDocument(context, "chain", chainLength);
    const seconds = await readNumber(process.execPath, [
      driveScript,
      document,
      context.freshPath("home"),
      String(chainRuns),
    ]);
    return (seconds / chainLength) * 1e6;
  },
};

/** Growth of the command's memory for each task that waits. */
function describeGrowth(id: string, tasks: number): Workload {
  return {
    id,
    title: `memory of a waiting task, ${tasks.toLocaleString("en")} against 1`,
    unit: "bytes",
    ratio: "cost",
    rounds: 3,
    anchors: [
      { title: "200 bytes", target: { kind: "at-most", ratio: 1 }, measure: () => Promise.resolve(200) },
      { title: "50 bytes in typed arrays", target: { kind: "report" }, measure: () => Promise.resolve(50) },
    ],
    requires: needMillrace,
    ours: async (context) => {
      const small = await measureWaiting(context, 1);
      const large = await measureWaiting(context, tasks);
      return (large - small) / (tasks - 1);
    },
  };
}

export const memoryPerTask = describeGrowth("M1", 100_000);
export const memoryPerTaskOfMillion = describeGrowth("M2", 1_000_000);

export const memoryOfMillion: Workload = {
  id: "M3",
  title: "memory of the whole command while 1,000,000 tasks wait",
  unit: "bytes",
  ratio: "cost",
  rounds: 3,
  anchors: [
    { title: "350 MB", target: { kind: "at-most", ratio: 1 }, measure: () => Promise.resolve(350e6) },
  ],
  requires: needMillrace,
  ours: (context) => measureWaiting(context, 1_000_000),
};

/** Ten times the tasks against ten times the time, both without the start of the command. */
function describeLinearity(id: string, width: number): Workload {
  return {
    id,
    title: `${width.toLocaleString("en")} tasks against ten times a tenth of them, without the start of the command`,
    unit: "s",
    ratio: "cost",
    anchors: [
      {
        title: `ten times the run of ${(width / 10).toLocaleString("en")}`,
        isOurs: true,
        target: { kind: "at-most", ratio: 1.1 },
        measure: async (context) => 10 * (await timeWithoutStart(context, width / 10)),
      },
    ],
    requires: needMillrace,
    ours: (context) => timeWithoutStart(context, width),
  };
}

export const linearity = describeLinearity("L1", fanOutWidth);
export const linearityOfMillion: Workload = { ...describeLinearity("L2", 10 * fanOutWidth), rounds: 3 };

async function timeWithoutStart(context: BenchContext, width: number): Promise<number> {
  const start = await timeDocument(context, getDocument(context, "fan-out", 1));
  return (await timeDocument(context, getDocument(context, "fan-out", width))) - start;
}
