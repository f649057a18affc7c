/**
 * The static checks, as commands. `npm run check` runs all of them, `npm test` all but the layout of the text.
 * They run side by side and print only what is wrong, so that a good run is one line each.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";

/** The folder that holds package.json. */
export const projectFolder: string = join(import.meta.dirname, "..");

/** A command that succeeds silently or prints what is wrong. */
export interface Check {
  readonly name: string;
  /** Path of a JavaScript entry, relative to the project folder; it is run with this Node. */
  readonly entry: string;
  readonly args: readonly string[];
}

const typescriptEntry = "node_modules/typescript/bin/tsc";

/** Folders with code of ours. */
const codeFolders: readonly string[] = ["src", "test", "tools", "bench", "bin"];

/** Types of the pure folders alone, where neither Node nor the DOM exists; then of everything; then the linter. */
export const correctnessChecks: readonly Check[] = [
  { name: "types of the pure folders", entry: typescriptEntry, args: ["-p", "tsconfig.pure.json"] },
  { name: "types", entry: typescriptEntry, args: ["-p", "tsconfig.json"] },
  { name: "lint", entry: "node_modules/oxlint/bin/oxlint", args: [...codeFolders] },
];

/** Whether prettier would lay out any file differently; `npm run format` repairs it. */
export const layoutCheck: Check = {
  name: "layout",
  entry: "node_modules/prettier/bin/prettier.cjs",
  args: ["--check", "--log-level=warn", "--cache", "--cache-location=node_modules/.cache/layout", "."],
};

/** Runs the checks side by side, prints one line each (and the output of those that fail), returns how many failed. */
export async function runChecks(checks: readonly Check[]): Promise<number> {
  const outcomes = await Promise.all(checks.map(runCheck));
  return outcomes.filter((passed) => !passed).length;
}

async function runCheck(check: Check): Promise<boolean> {
  const startedAt = performance.now();
  const { code, output } = await runCaptured([check.entry, ...check.args]);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${check.name} (${seconds} s)`);
  if (code !== 0) console.log(output.trimEnd());
  return code === 0;
}

/** Runs this Node with the arguments in the project folder and collects what it prints. */
function runCaptured(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: projectFolder, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString("utf8") }));
  });
}

/** Runs this Node with the arguments in the project folder, with our terminal; resolves to its exit code. */
export function runAttached(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: projectFolder, stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
