/** Running programs for measurements, compiling the C anchors, and finding tools that may be missing. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, openSync, closeSync, statSync } from "node:fs";
import { join } from "node:path";
import { Unavailable } from "./workload.ts";

/** The folder that holds package.json. */
export const projectFolder: string = join(import.meta.dirname, "..", "..");

/** Where everything that the bench makes goes; ignored by git. */
export const outputFolder: string = join(projectFolder, "bench", "out");

const anchorsFolder = join(projectFolder, "bench", "anchors");

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** File that standard output goes to; without it the output is collected. */
  readonly stdoutFile?: string;
}

/** Runs a program to its end and returns what it printed. Fails with its error output unless it exits with 0. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const target = options.stdoutFile === undefined ? undefined : openSync(options.stdoutFile, "w");
    const child = spawn(program, args, {
      stdio: ["ignore", target ?? "pipe", "pipe"],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...process.env, ...options.env },
    });
    if (target !== undefined) closeSync(target);
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
    child.stderr?.on("data", (chunk: Buffer) => (stderr = (stderr + chunk.toString("utf8")).slice(-4000)));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(stdout);
      else
        reject(
          new Error(
            `${program} ${args.slice(0, 3).join(" ")} ended with ${signal ?? code}: ${stderr.trim()}`,
          ),
        );
    });
  });
}

/** Wall time of one run of the program, in seconds. */
export async function timeProgram(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<number> {
  const startedAt = performance.now();
  await runProgram(program, args, options);
  return (performance.now() - startedAt) / 1000;
}

/** The program's first word of output as a number: anchors print their own measurement. */
export async function readNumber(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<number> {
  const output = await runProgram(program, args, options);
  const value = Number(output.trim().split(/\s+/)[0]);
  if (!Number.isFinite(value)) throw new Error(`${program} printed no number: ${output.slice(0, 200)}`);
  return value;
}

/** Throws Unavailable unless the tool is on the path. */
export function needTool(name: string): string {
  const found = (process.env["PATH"] ?? "")
    .split(":")
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Unavailable(`${name} is not installed`);
  return found;
}

/** Compiles `bench/anchors/NAME.c` when it is newer than its program; returns the program's path. */
export function compileAnchor(name: string): string {
  const source = join(anchorsFolder, `${name}.c`);
  const program = join(outputFolder, "programs", name);
  if (existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs) return program;
  const compiler = needTool("cc");
  mkdirSync(join(outputFolder, "programs"), { recursive: true });
  const outcome = spawnSync(compiler, ["-O2", "-Wall", "-Wextra", "-o", program, source], {
    encoding: "utf8",
  });
  if (outcome.status !== 0) throw new Error(`cc failed for ${name}.c: ${outcome.stderr}`);
  return program;
}

/** Path of an anchor that is run with Node. */
export function getAnchorScript(name: string): string {
  return join(anchorsFolder, `${name}.ts`);
}
