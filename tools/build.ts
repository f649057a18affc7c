/**
 * `npm run build`: bundles the command into `dist/`.
 *
 * ES modules with splitting, measured against one CommonJS file: both start equally fast (within 1 ms of 40),
 * and splitting keeps what `run` never uses (everything behind a dynamic `import()`) out of its way.
 * Node's own modules are fetched with `process.getBuiltinModule`: a static `import` of `node:fs` builds an
 * export list that also loads `fs.promises`, which costs 2 ms at every start.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, type BuildResult, type Metafile, type Plugin } from "esbuild";
import { projectFolder } from "./checks.ts";

const outputFolder = join(projectFolder, "dist");
const entry = "src/main/millrace.ts";

/** Modules of Node whose load alone takes a large share of the time that a cold start may take (measured in ms). */
const slowBuiltins: Readonly<Record<string, number>> = {
  "node:http": 29,
  "node:https": 30,
  "node:http2": 35,
};

const builtinNamespace = "node-builtin";

const lightBuiltins: Plugin = {
  name: "light-builtins",
  setup(plugin) {
    // A dynamic import stays as it is: it costs nothing until it is reached, and its result must have named exports.
    plugin.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === "dynamic-import" ? { path, external: true } : { path, namespace: builtinNamespace },
    );
    plugin.onLoad({ filter: /.*/, namespace: builtinNamespace }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      loader: "js",
    }));
  },
};

function bundle(): Promise<BuildResult<{ metafile: true }>> {
  const { version } = JSON.parse(readFileSync(join(projectFolder, "package.json"), "utf8")) as {
    version: string;
  };
  return build({
    absWorkingDir: projectFolder,
    entryPoints: [entry],
    outdir: outputFolder,
    outExtension: { ".js": ".mjs" },
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node24",
    define: { "process.env.MILLRACE_VERSION": JSON.stringify(version) },
    // A bundled CommonJS package may still call require at run time.
    banner: { js: 'const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);' },
    plugins: [lightBuiltins],
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
  });
}

/** Everything that is loaded before the first dynamic import, which every command pays for. */
function findStartPath(metafile: Metafile): readonly string[] {
  const first = Object.keys(metafile.outputs).find((name) => metafile.outputs[name]?.entryPoint === entry);
  const found = new Set<string>();
  const waiting = first === undefined ? [] : [first];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    for (const { kind, path } of metafile.outputs[name]?.imports ?? []) {
      if (kind === "import-statement" && metafile.outputs[path] !== undefined) waiting.push(path);
    }
  }
  return [...found];
}

function toKilobytes(sizeBytes: number): string {
  return `${(sizeBytes / 1024).toFixed(0)} KB`;
}

function sumSizes(metafile: Metafile, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (metafile.outputs[name]?.bytes ?? 0), 0);
}

/** Node's modules that the start path loads, each once. */
function listBuiltins(metafile: Metafile, names: readonly string[]): readonly string[] {
  const inputs = names.flatMap((name) => Object.keys(metafile.outputs[name]?.inputs ?? {}));
  const prefix = `${builtinNamespace}:`;
  return [
    ...new Set(inputs.filter((input) => input.startsWith(prefix)).map((input) => input.slice(prefix.length))),
  ].sort();
}

rmSync(outputFolder, { recursive: true, force: true });
const { metafile } = await bundle();
const startPath = findStartPath(metafile);
const builtins = listBuiltins(metafile, startPath);
const all = Object.keys(metafile.outputs);
console.log(`built ${all.length} files, ${toKilobytes(sumSizes(metafile, all))}`);
console.log(
  `loaded at every start: ${toKilobytes(sumSizes(metafile, startPath))} and ${builtins.join(", ")}`,
);
for (const name of builtins) {
  const costMs = slowBuiltins[name];
  if (costMs !== undefined) {
    console.error(`${name} costs ${costMs} ms at every start; import it dynamically where it is used`);
    process.exitCode = 1;
  }
}
