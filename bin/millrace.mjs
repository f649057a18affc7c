#!/usr/bin/env node
// The installed command. It must add next to nothing to the start of Node: one version check, then the bundle
// (or, in a clone without a build, the source).
// It has to parse on old versions of Node too, because telling their users what is missing is its job.
//
// The bundle is a script that Node compiles function by function, when each is first called; for a run that would be a
// third of its cold start. So the compiled functions are kept: those for the Node of the build beside the bundle, those
// for any other Node in the user's cache, after the first run. Node refuses compiled code that it did not make itself.

const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    `millrace needs Node 24 or newer, and this is Node ${process.versions.node} (${process.execPath})\n` +
      "install Node 24 from your package manager, a version manager or nodejs.org, then run millrace again\n",
  );
  process.exit(1);
}

const files = process.getBuiltinModule("node:fs");
const bundle = new URL("../dist/millrace.cjs", import.meta.url);
const homeFolder = process.env["HOME"];
const cacheRoot = process.env["XDG_CACHE_HOME"] || (homeFolder ? `${homeFolder}/.cache` : undefined);
// Undefined where nobody says. Not in a shared temporary folder: what lies in this cache is executed.
const cacheFolder = cacheRoot === undefined ? undefined : `${cacheRoot}/millrace`;

if (files.existsSync(bundle)) runBundle();
else {
  if (cacheFolder !== undefined)
    process.getBuiltinModule("node:module").enableCompileCache(`${cacheFolder}/compile`);
  await import(new URL("../src/main/millrace.ts", import.meta.url).href);
}

function runBundle() {
  const source = readScript(bundle);
  // The first line names the build.
  const build = source.slice(2, source.indexOf("\n"));
  const name = `${build}-${process.version}-${process.platform}-${process.arch}.code`;
  // The user's first: it is there only where Node has refused the one of the build.
  const kept = cacheFolder === undefined ? undefined : `${cacheFolder}/code/${name}`;
  const cachedData = (kept === undefined ? undefined : readCode(kept)) ?? readCode(new URL(name, bundle));
  const script = compile(bundle, source, cachedData);
  if (kept !== undefined && script.cachedDataRejected !== false && isWorthKeeping())
    process.once("exit", (code) => code === 0 && keepCode(script, kept));
  script.runInThisContext()((/** @type {string} */ chunkName) => {
    const chunk = new URL(chunkName, bundle);
    return compile(chunk, readScript(chunk)).runInThisContext();
  });
}

/**
 * ASCII, as esbuild writes it.
 * @param {URL} file
 */
function readScript(file) {
  return files.readFileSync(file, "latin1");
}

/**
 * @param {URL} file
 * @param {string} source
 * @param {Buffer} [cachedData]
 */
function compile(file, source, cachedData) {
  const { Script } = process.getBuiltinModule("node:vm");
  const filename = process.getBuiltinModule("node:url").fileURLToPath(file);
  return new Script(source, { filename, cachedData });
}

/** @param {string | URL} file */
function readCode(file) {
  try {
    return files.readFileSync(file);
  } catch {
    // Not made yet, or not for us to read: then the functions are compiled once more.
    return undefined;
  }
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
  const paths = process.getBuiltinModule("node:path");
  const folder = paths.dirname(path);
  const unfinished = paths.join(folder, `${process.pid}.unfinished`);
  try {
    files.mkdirSync(folder, { recursive: true, mode: 0o700 });
    files.writeFileSync(unfinished, script.createCachedData(), { mode: 0o600, flush: true });
    // In one step, so that nobody reads half of it. The code of other builds goes.
    files.renameSync(unfinished, path);
    const [build = ""] = paths.basename(path).split("-");
    for (const old of files.readdirSync(folder))
      if (!old.startsWith(build)) files.rmSync(paths.join(folder, old));
  } catch {
    // A cache that cannot be written must not spoil the run; the next one compiles again.
    if (files.existsSync(unfinished)) files.rmSync(unfinished, { force: true });
  }
}
