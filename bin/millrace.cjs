#!/bin/sh
":" //; case ${1--} in -*|serve) exec node "$0" "$@" ;; *) exec node --no-rehash-snapshot --min-semi-space-size=4 "$0" "$@" ;; esac
// The installed command. It must add next to nothing to the start of Node: one version check, then the bundle
// (or, in a clone without a build, the source).
//
// The shell reads the first two lines, and starts Node with two flags that make its start shorter; Node ignores them. This
// file may be given to Node without them as well (docs/decisions/0036-flags-of-the-start.md).
// It has to parse on old versions of Node too, because telling their users what is missing is its job.
//
// The bundle is a script that Node compiles function by function, when each is first called; for a run that would be a
// third of its cold start. So the compiled functions are kept: those for the Node of the build beside the bundle, those
// for any other Node in the user's cache, after the first run. Node refuses compiled code that another Node made; damage
// and strangers we look for ourselves (docs/decisions/0008-compiled-code.md).
"use strict";

const files = require("node:fs");
const paths = require("node:path");

/** With which the shell starts Node above: see the decision. Others are the user's. */
const startFlags = ["--no-rehash-snapshot", "--min-semi-space-size=4"];
/** What they are without. */
const usualFlags = "--rehash-snapshot --min-semi-space-size=0";

const built = paths.join(__dirname, "..", "dist");
const bundle = paths.join(built, "millrace.cjs");
const cacheFolder = findCacheFolder();
/**
 * What is left to be kept at the end, for one listener: a command may load more scripts than Node lets listen.
 * @type {(() => void)[]}
 */
const keeping = [];

const isOld = Number(process.versions.node.split(".")[0]) < 24;
const addon = isOld ? undefined : loadAddon();

if (isOld) void leaveToNewer();
else {
  takeStartFlags();
  if (files.existsSync(bundle)) runBundle();
  else runSource();
}

/** A clone may have brought a Node of its own; then that goes on, and this does not come back. */
async function leaveToNewer() {
  const inClone = paths.join(__dirname, "..", "tools", "setup", "command.mjs");
  if (files.existsSync(inClone)) await importFile(inClone);
  process.stderr.write(
    `millrace needs Node 24 or newer, and this is Node ${process.versions.node} (${process.execPath})\n` +
      "install Node 24 from your package manager, a version manager or nodejs.org, then run millrace again\n",
  );
  process.exit(1);
}

function runSource() {
  if (cacheFolder !== undefined)
    process.getBuiltinModule("node:module").enableCompileCache(`${cacheFolder}/compile`);
  // What it throws ends the process.
  void importFile(paths.join(__dirname, "..", "src", "main", "millrace.ts"));
}

/** @param {string} file */
function importFile(file) {
  return import(require("node:url").pathToFileURL(file).href);
}

/**
 * What the system is asked past Node (native/addon.c), where it could be compiled; for the program as well, which finds it
 * here (src/main/native-addon.ts).
 * @returns {import("../src/main/native-addon.ts").NativeAddon | undefined}
 */
function loadAddon() {
  const file = paths.join(built, `addon-${process.platform}-${process.arch}.node`);
  if (!files.existsSync(file)) return undefined;
  /** @type {{ exports: any }} */
  const loaded = { exports: {} };
  try {
    process.dlopen(loaded, file);
  } catch {
    // Made for another system. Nothing is missing without it but speed.
    return undefined;
  }
  // One of an earlier state of the project stays until set-up is run again.
  if (loaded.exports.version !== 3) return undefined;
  Reflect.set(globalThis, Symbol.for("millrace.addon"), loaded.exports);
  return loaded.exports;
}

/** Programs that are started from here, and code that is kept, shall not depend on how this one was started. */
function takeStartFlags() {
  const { execArgv } = process;
  if (!startFlags.every((flag) => execArgv.includes(flag))) return;
  process.execArgv = execArgv.filter((flag) => !startFlags.includes(flag));
  addon?.setFlags(usualFlags);
}

/**
 * Undefined where nobody says. Not in a shared temporary folder: what lies in this cache is executed.
 * Relative names do not count (XDG Base Directory Specification): they would mean another folder for each run.
 */
function findCacheFolder() {
  const { XDG_CACHE_HOME: given = "", HOME: home = "" } = process.env;
  if (given.startsWith("/")) return `${given}/millrace`;
  return home.startsWith("/") ? `${home}/.cache/millrace` : undefined;
}

function runBundle() {
  const source = readScript(bundle);
  // The first line names the build.
  const build = source.slice(2, source.indexOf("\n"));
  compileScript(bundle, source, build).runInThisContext()((/** @type {string} */ chunkName) => {
    const chunk = paths.join(paths.dirname(bundle), chunkName);
    return compileScript(chunk, readScript(chunk), build).runInThisContext();
  });
}

/**
 * Takes the code that is kept for the script, or compiles it.
 * @param {string} file
 * @param {string} source
 * @param {string} build
 */
function compileScript(file, source, build) {
  const { dir, name: script } = paths.parse(file);
  const name = `${build}-${script}-${process.version}-${process.platform}-${process.arch}.code`;
  const kept = cacheFolder === undefined ? undefined : `${cacheFolder}/code/${name}`;
  return (
    compileWithCode(file, source, readCode(paths.join(dir, name))) ??
    compileWithCode(file, source, kept === undefined ? undefined : readKeptCode(kept)) ??
    compileToKeep(file, source, kept)
  );
}

/**
 * ASCII, as esbuild writes it.
 * @param {string} file
 */
function readScript(file) {
  return addon?.mapText(file) ?? files.readFileSync(file, "latin1");
}

/**
 * @param {string} file
 * @param {string} source
 * @param {Buffer} [cachedData]
 */
function compile(file, source, cachedData) {
  const { Script } = process.getBuiltinModule("node:vm");
  return new Script(source, { filename: file, cachedData });
}

/**
 * Undefined where there is no code, or Node refuses it.
 * @param {string} file
 * @param {string} source
 * @param {Buffer | undefined} code
 */
function compileWithCode(file, source, code) {
  if (code === undefined) return undefined;
  const script = compile(file, source, code);
  return script.cachedDataRejected === true ? undefined : script;
}

/**
 * Compiles from the source, and keeps what a run that goes well has compiled by its end.
 * @param {string} file
 * @param {string} source
 * @param {string | undefined} path
 */
function compileToKeep(file, source, path) {
  const script = compile(file, source);
  if (path === undefined || !isWorthKeeping()) return script;
  if (keeping.length === 0) process.once("exit", (code) => code === 0 && keeping.forEach((keep) => keep()));
  keeping.push(() => keepCode(script, path));
  return script;
}

/**
 * The code beside the bundle, which came with it.
 * @param {string} file
 */
function readCode(file) {
  if (!files.existsSync(file)) return undefined;
  return addon?.mapFile(file) ?? files.readFileSync(file);
}

/**
 * The file holds the code twice. Node does not look for damage, and damaged code can end the process; comparing the
 * halves finds it for a fraction of what a checksum would cost, whose module would have to be loaded.
 * @param {string} path
 */
function readKeptCode(path) {
  let descriptor;
  try {
    descriptor = files.openSync(path, "r");
    // The open file is asked, not its name: names can be changed in between.
    if (!isOurs(files.fstatSync(descriptor))) return undefined;
    const both = files.readFileSync(descriptor);
    const code = both.subarray(0, both.length >>> 1);
    return code.equals(both.subarray(code.length)) ? code : undefined;
  } catch {
    // Not made yet, or not for us to read: then the functions are compiled once more.
    return undefined;
  } finally {
    if (descriptor !== undefined) files.closeSync(descriptor);
  }
}

/**
 * Whether nobody but this user can have written the file or folder. Windows tells neither, and keeps its users' folders
 * apart by itself.
 * @param {import("node:fs").Stats} found
 */
function isOurs(found) {
  return process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o022) === 0);
}

/**
 * Only a run, and one that went well, calls what runs need; and code that was compiled under other flags would be
 * refused by the next start.
 */
function isWorthKeeping() {
  return process.argv[2] === "run" && process.execArgv.length === 0 && !process.env["NODE_OPTIONS"];
}

/**
 * @param {import("node:vm").Script} script
 * @param {string} path
 */
function keepCode(script, path) {
  const folder = paths.dirname(path);
  // A name of its own: another container may have the same process ids.
  const unfinished = paths.join(folder, `${process.pid}-${Date.now().toString(36)}.unfinished`);
  try {
    files.mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Not through a link, and not into a folder of somebody else (`sudo` may leave HOME as it was).
    const found = files.lstatSync(folder);
    if (!found.isDirectory() || !isOurs(found)) return;
    const code = script.createCachedData();
    files.writeFileSync(unfinished, Buffer.concat([code, code]), { mode: 0o600, flag: "wx", flush: true });
    // In one step, so that nobody reads half of it.
    files.renameSync(unfinished, path);
    removeOtherCode(folder, path);
  } catch {
    // A cache that cannot be written must not spoil the run; the next one compiles again.
    if (files.existsSync(unfinished)) files.rmSync(unfinished, { force: true });
  }
}

/**
 * Removes the code of other builds, and what processes that were killed have left unfinished.
 * @param {string} folder
 * @param {string} path
 */
function removeOtherCode(folder, path) {
  const [build = ""] = paths.basename(path).split("-");
  for (const name of files.readdirSync(folder))
    if (/^[0-9a-z]+-.*\.(?:code|unfinished)$/.test(name) && !name.startsWith(`${build}-`))
      files.rmSync(paths.join(folder, name), { force: true });
}
