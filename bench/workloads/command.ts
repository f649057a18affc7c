/** What a person waits for: cold start, reading a large document, a large log, another tool's way of doing the same. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { getAnchorScript, needTool, projectFolder, readNumber, timeProgram } from "../harness/programs.ts";
import { Unavailable, type BenchContext, type Workload } from "../harness/workload.ts";
import { writeFanOut, writeLargeGraph, writeScript } from "../ours/documents.ts";
import { getFollowCommand, makeEnvironment, needMillrace, timeDocument } from "../ours/millrace.ts";

export const coldStart: Workload = {
  id: "C1",
  title: "millrace run of one step, cold, bundled",
  unit: "ms",
  ratio: "cost",
  rounds: 41,
  anchors: [
    {
      title: "node -e 0, then the step alone",
      target: { kind: "at-most", ratio: 1.5 },
      measure: async () =>
        1000 *
        ((await timeProgram(process.execPath, ["-e", "0"])) +
          (await timeProgram("/bin/sh", ["-c", "/bin/true"]))),
    },
  ],
  requires: needMillrace,
  prepare: (context) => Promise.resolve(writeFanOut(context, "process", 1)),
  ours: async (context, document) => 1000 * (await timeDocument(context, document)),
};

const graphSize = 10_000;
const compileScript = join(projectFolder, "bench", "ours", "compile-document.ts");

export const largeDocument: Workload = {
  id: "C2",
  title: "read, check and plan a graph of 10,000 tasks",
  unit: "ms",
  ratio: "cost",
  anchors: [
    {
      title: "js-yaml load of the same file",
      target: { kind: "at-most", ratio: 1.6 },
      measure: async (_, document) =>
        1000 * (await readNumber(process.execPath, [getAnchorScript("yaml-load"), document])),
    },
  ],
  requires: () => {},
  prepare: (context) => Promise.resolve(writeLargeGraph(context, graphSize)),
  ours: async (_, document) => 1000 * (await readNumber(process.execPath, [compileScript, document])),
};

const logSizeBytes = 200_000_000;
/** How long the step waits before it writes, so that the follower is there. */
const attachSeconds = 1;

/** Writes 200 MB to standard output, and how many nanoseconds that took to a file. */
function writeLogScript(context: BenchContext): { readonly script: string; readonly took: string } {
  const lines = context.freshPath("lines");
  const line = "a line of a log, about as long as lines of logs are\n";
  writeFileSync(lines, line.repeat(Math.ceil(logSizeBytes / line.length)));
  const took = context.freshPath("took");
  const script = `sleep ${attachSeconds}; a=$(date +%s%N); cat ${lines}; b=$(date +%s%N); echo $((b - a)) >${took}`;
  return { script, took };
}

function readTook(took: string): number {
  return Number(readFileSync(took, "utf8")) / 1e9;
}

export const largeLog: Workload = {
  id: "G1",
  title: "a step that writes 200 MB while `millrace logs -f` reads them",
  unit: "s",
  ratio: "speed",
  anchors: [
    {
      title: "the same script redirected to a file",
      target: { kind: "at-least", ratio: 0.95 },
      measure: async (context) => {
        const { script, took } = writeLogScript(context);
        await timeProgram("/bin/sh", ["-c", script], { stdoutFile: context.freshPath("log") });
        return readTook(took);
      },
    },
  ],
  requires: needMillrace,
  ours: timeFollowedStep,
};

/** The run in one process, the follower in another; both have to come to their end, and the follower has to see it all. */
async function timeFollowedStep(context: BenchContext): Promise<number> {
  const { script, took } = writeLogScript(context);
  const document = writeScript(context, script);
  const environment = makeEnvironment(context);
  const run = timeDocument(context, document, { env: environment });
  const isThere = join(environment["MILLRACE_HOME"] ?? "", "history.db");
  while (!existsSync(isThere)) await wait(20);
  await wait(200);
  const [receivedBytes] = await Promise.all([countFollowedBytes(context, environment), run]);
  if (receivedBytes < logSizeBytes) throw new Error(`only ${receivedBytes} bytes of the log were followed`);
  return readTook(took);
}

function countFollowedBytes(
  context: BenchContext,
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const [program, ...args] = getFollowCommand();
  const env = { ...process.env, ...environment };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: context.scratchFolder,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let receivedBytes = 0;
    child.stdout.on("data", (chunk: Buffer) => (receivedBytes += chunk.length));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(receivedBytes);
      else reject(new Error(`the follower ended with ${code}`));
    });
  });
}

const trivialSteps = 1_000;

export const otherTools: Workload = {
  id: "X1",
  title: "fan-out of 1,000 trivial shell steps",
  unit: "s",
  ratio: "speed",
  rounds: 3,
  anchors: [
    { title: "snakemake", target: { kind: "report" }, measure: timeSnakemake },
    { title: "doit", target: { kind: "report" }, measure: timeDoit },
  ],
  requires: () => {
    needMillrace();
    needOneOf("snakemake", "doit");
  },
  prepare: (context) => Promise.resolve(writeFanOut(context, "process", trivialSteps)),
  ours: timeDocument,
};

/** Throws Unavailable when none of the tools is installed: there would be nothing to compare with. */
function needOneOf(...names: readonly string[]): void {
  const missing = names.filter((name) => {
    try {
      needTool(name);
      return false;
    } catch (error) {
      if (error instanceof Unavailable) return true;
      throw error;
    }
  });
  if (missing.length === names.length) throw new Unavailable(`neither ${names.join(" nor ")} is installed`);
}

function timeSnakemake(context: BenchContext): Promise<number> {
  const tool = needTool("snakemake");
  const folder = context.freshPath("snakemake");
  mkdirSync(folder);
  const rules = [
    `rule all:\n    input: expand("out/{i}", i=range(${trivialSteps}))`,
    'rule step:\n    output: "out/{i}"\n    shell: "touch {output}"',
  ];
  writeFileSync(join(folder, "Snakefile"), `${rules.join("\n")}\n`);
  return timeProgram(tool, ["-j", String(context.cores), "--quiet"], {
    cwd: folder,
    stdoutFile: context.freshPath("log"),
  });
}

function timeDoit(context: BenchContext): Promise<number> {
  const tool = needTool("doit");
  const folder = context.freshPath("doit");
  mkdirSync(folder);
  const body = [
    'DOIT_CONFIG = {"backend": "sqlite3"}',
    "def task_step():",
    `    for i in range(${trivialSteps}):`,
    '        yield {"name": str(i), "actions": ["/bin/true"]}',
  ];
  writeFileSync(join(folder, "dodo.py"), `${body.join("\n")}\n`);
  return timeProgram(tool, ["-n", String(context.cores)], {
    cwd: folder,
    stdoutFile: context.freshPath("log"),
  });
}
