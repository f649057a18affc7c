#!/usr/bin/env node
// The installed command. It must add next to nothing to the start of Node:
// one version check, the compile cache, then the bundle (or, in a clone without a build, the source).
// It has to parse on old versions of Node too, because telling their users what is missing is its job.

const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    `millrace needs Node 24 or newer, and this is Node ${process.versions.node} (${process.execPath})\n` +
      "install Node 24 from your package manager, a version manager or nodejs.org, then run millrace again\n",
  );
  process.exit(1);
}

const cacheRoot =
  process.env["XDG_CACHE_HOME"] || (process.env["HOME"] === undefined ? "" : `${process.env["HOME"]}/.cache`);
// Not in a shared temporary folder: what is in this cache is executed.
if (cacheRoot !== "")
  process.getBuiltinModule("node:module").enableCompileCache(`${cacheRoot}/millrace/compile`);

const bundle = new URL("../dist/millrace.mjs", import.meta.url);
const isBuilt = process.getBuiltinModule("node:fs").existsSync(bundle);
await import(isBuilt ? bundle.href : new URL("../src/main/millrace.ts", import.meta.url).href);
