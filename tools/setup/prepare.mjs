// Makes a fresh clone ready to work in: locked dependencies, and Node 24 when the machine's own Node is older.
// When everything is in place this only reads two small files, so it may run before every npm script.
// Nothing is installed that the lock files do not name, and no install script of a dependency is run.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { makeNativePrograms } from "./native-programs.mjs";

const nodeMajorNeeded = 24;

/** The folder that holds package.json. */
export const projectFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const runtimeFolder = join(projectFolder, "tools", "setup", "runtime");

/** Set-up cannot go on; the message says why and what to do. */
export class SetupError extends Error {}

/**
 * Installs what is missing.
 *
 * @returns {string} the path of a Node that is new enough for the project
 */
export function prepare() {
  const own = Number(process.versions.node.split(".")[0]) >= nodeMajorNeeded;
  installLocked(projectFolder, "dependencies");
  makeNativePrograms(projectFolder);
  if (own) return process.execPath;
  const found = findRuntime();
  if (found !== undefined) return found;
  installLocked(runtimeFolder, `Node ${nodeMajorNeeded} (this machine has ${process.versions.node})`);
  const installed = findRuntime();
  if (installed !== undefined) return installed;
  throw new SetupError(
    `Millrace needs Node ${nodeMajorNeeded} or newer, found ${process.versions.node}, and the npm registry has no ` +
      `ready-made Node ${nodeMajorNeeded} for ${process.platform}-${process.arch} that starts here; ` +
      "install it from your package manager or from nodejs.org",
  );
}

/** The Node that set-up installed earlier, if it is the locked version and starts. */
export function findRuntime() {
  if (!isInstalled(runtimeFolder)) return undefined;
  const program = join(runtimeFolder, "node_modules", ".bin", "node");
  if (!existsSync(program)) return undefined;
  const link = join(projectFolder, "node_modules", ".bin", "node");
  if (existsSync(link) && realpathSync(link) === realpathSync(program)) return program;
  if (spawnSync(program, ["--version"]).status !== 0) return undefined;
  linkNode(link, program);
  return program;
}

/**
 * Puts the program where npm scripts and editors look, so that `node` inside a script is already the right one.
 *
 * @param {string} link
 * @param {string} program
 */
function linkNode(link, program) {
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(relative(dirname(link), program), link);
}

/**
 * Runs `npm ci` in the folder unless what is installed there is what its lock file says.
 *
 * @param {string} folder
 * @param {string} what
 */
function installLocked(folder, what) {
  if (isInstalled(folder)) return;
  process.stderr.write(`set-up: installing ${what}\n`);
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env["npm_execpath"];
  const result = npm?.endsWith(".js")
    ? spawnSync(process.execPath, [npm, ...args], { cwd: folder, stdio: ["ignore", 2, 2] })
    : spawnSync("npm", args, { cwd: folder, stdio: ["ignore", 2, 2] });
  if (result.error !== undefined) throw new SetupError(`cannot start npm: ${result.error.message}`);
  if (result.status !== 0) {
    throw new SetupError(
      `npm ci failed in ${folder} (its messages are above); check the network and try again`,
    );
  }
}

/**
 * True when node_modules holds exactly what the lock file names.
 * npm leaves a list of what it installed; comparing the two lists notices a changed lock file,
 * a half-finished install and a package that was added by hand, without relying on file times.
 *
 * @param {string} folder
 */
function isInstalled(folder) {
  const locked = readPackages(join(folder, "package-lock.json"));
  if (locked === undefined) throw new SetupError(`${folder} has no readable package-lock.json`);
  const installed = readPackages(join(folder, "node_modules", ".package-lock.json"));
  if (installed === undefined) return false;
  for (const [path, entry] of locked) {
    const there = installed.get(path);
    if (there === undefined ? entry.optional !== true : there.integrity !== entry.integrity) return false;
  }
  return [...installed.keys()].every((path) => locked.has(path));
}

/**
 * @param {string} file
 * @returns {Map<string, { integrity?: string, optional?: boolean }> | undefined} undefined when there is no such file
 */
function readPackages(file) {
  if (!existsSync(file)) return undefined;
  try {
    const entries = Object.entries(JSON.parse(readFileSync(file, "utf8")).packages);
    return new Map(entries.filter(([path]) => path !== ""));
  } catch (error) {
    throw new SetupError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
