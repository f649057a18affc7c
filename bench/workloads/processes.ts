/** Steps that cost a process: fan-out, chain, and fan-out while the engine holds a large state. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileAnchor, needTool, projectFolder, readNumber, timeProgram } from "../harness/programs.ts";
import type { Anchor, BenchContext, Measure, Workload } from "../harness/workload.ts";
import { writeChain, writeFanOut } from "../ours/documents.ts";
import { needMillrace, timeDocument } from "../ours/millrace.ts";

const fanOutWidth = 10_000;
const chainLength = 1_000;

/** posix_spawn in C, output of each process to files of its own, as Millrace does it. */
function spawnLoop(context: BenchContext, count: number, atOnce: number): Promise<number> {
  const folder = context.freshPath("logs");
  mkdirSync(folder);
  const options = ["-o", folder, String(count), String(atOnce)];
  return readNumber(compileAnchor("spawn-loop"), [...options, "/bin/true"]);
}

const ninja: Measure = (context) => {
  const tool = needTool("ninja");
  const folder = context.freshPath("ninja");
  mkdirSync(folder);
  const edges = Array.from({ length: fanOutWidth }, (_, index) => `build t${index}: run`);
  const all = `build all: phony ${Array.from({ length: fanOutWidth }, (_, index) => `t${index}`).join(" ")}`;
  writeFileSync(
    join(folder, "build.ninja"),
    `rule run\n  command = /bin/true\n${edges.join("\n")}\n${all}\ndefault all\n`,
  );
  return timeProgram(tool, ["-C", folder, "-j", String(context.cores), "--quiet"]);
};

const make: Measure = (context) => {
  const tool = needTool("make");
  const targets = Array.from({ length: fanOutWidth }, (_, index) => `t${index}`).join(" ");
  const file = context.freshPath("Makefile");
  writeFileSync(file, `all: ${targets}\n.PHONY: all ${targets}\n${targets}:\n\t@/bin/true\n`);
  return timeProgram(tool, ["-f", file, "-j", String(context.cores), "all"]);
};

const xargs: Measure = (context) => {
  const tool = needTool("xargs");
  const list = context.freshPath("list");
  writeFileSync(list, "x\n".repeat(fanOutWidth));
  return timeProgram(tool, ["-a", list, "-n", "1", "-P", String(context.cores), "/bin/true"]);
};

function prepareFanOut(context: BenchContext): Promise<string> {
  return Promise.resolve(writeFanOut(context, "process", fanOutWidth));
}

const fanOutAnchors: readonly Anchor[] = [
  {
    title: "posix_spawn loop in C",
    target: { kind: "at-least", ratio: 0.65 },
    measure: (context) => spawnLoop(context, fanOutWidth, context.cores),
  },
  { title: "ninja", target: { kind: "at-least", ratio: 1.3 }, measure: ninja },
  { title: "make", target: { kind: "report" }, measure: make },
  { title: "xargs", target: { kind: "report" }, measure: xargs },
];

export const fanOutOfProcesses: Workload = {
  id: "P1",
  title: "fan-out of 10,000 /bin/true, every event durable",
  unit: "s",
  ratio: "speed",
  anchors: fanOutAnchors,
  requires: needMillrace,
  prepare: prepareFanOut,
  ours: timeDocument,
};

export const chainOfProcesses: Workload = {
  id: "P2",
  title: "chain of 1,000 /bin/true",
  unit: "s",
  ratio: "cost",
  anchors: [
    {
      title: "posix_spawn loop in C, one at a time",
      target: { kind: "at-most", ratio: 1.7 },
      measure: (context) => spawnLoop(context, chainLength, 1),
    },
    {
      title: "the same loop without any output files",
      target: { kind: "report" },
      measure: () => readNumber(compileAnchor("spawn-loop"), [String(chainLength), "1", "/bin/true"]),
    },
  ],
  requires: needMillrace,
  prepare: (context) => Promise.resolve(writeChain(context, "process", chainLength)),
  ours: timeDocument,
};

export const fanOutWithLargeState: Workload = {
  id: "P4",
  title: "P1 while the engine holds 1 GB",
  unit: "s",
  ratio: "speed",
  rounds: 5,
  anchors: [
    {
      title: "P1 as it is",
      isOurs: true,
      target: { kind: "at-least", ratio: 0.95 },
      measure: timeDocument,
    },
  ],
  requires: needMillrace,
  prepare: prepareFanOut,
  ours: async (context, document) => {
    const holder = join(projectFolder, "bench", "ours", "hold-memory.mjs");
    const fillTimeFile = context.freshPath("fill-time");
    const env = { NODE_OPTIONS: `--import=${holder}`, FILL_TIME_FILE: fillTimeFile };
    const seconds = await timeDocument(context, document, { env });
    return seconds - Number(readFileSync(fillTimeFile, "utf8"));
  },
};
