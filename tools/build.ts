/**
 * `npm run build`: bundles the command into `dist/`.
 *
 * One ES module: with splitting, `run` is thirty files, and finding, reading and linking them costs 20 ms of a cold
 * start. What `run` never uses lies in the file as well, but a function that is not called costs next to nothing.
 * Node's own modules are fetched with `process.getBuiltinModule` when something of them is first used: a static
 * `import` of `node:fs` builds an export list that also loads `fs.promises` (2 ms), and `node:crypto` costs 8 ms.
 */
import { readFileSync, rmSync } from "node:fs";
import { isBuiltin } from "node:module";
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

/** A stand-in with the names that the module exports, which loads the module when one of them is first read. */
function writeLazyBuiltin(path: string): string {
  const names = Object.keys(process.getBuiltinModule(path) ?? {}).filter((name) =>
    /^[A-Za-z_$][\w$]*$/.test(name),
  );
  return [
    `let loaded; const load = () => (loaded ??= process.getBuiltinModule(${JSON.stringify(path)}));`,
    `module.exports = { ${names.map((name) => `get ${name}() { return load().${name}; }`).join(", ")} };`,
  ].join("\n");
}

const lightBuiltins: Plugin = {
  name: "light-builtins",
  setup(plugin) {
    // A dynamic import stays as it is: it costs nothing until it is reached, and its result must have named exports.
    // Packages name them without the prefix as well.
    plugin.onResolve({ filter: /^[a-z_0-9]+(?:\/[a-z]+)?$|^node:/ }, ({ path: given, kind }) => {
      if (!isBuiltin(given)) return undefined;
      const path = given.startsWith("node:") ? given : `node:${given}`;
      return kind === "dynamic-import" ? { path, external: true } : { path, namespace: builtinNamespace };
    });
    plugin.onLoad({ filter: /.*/, namespace: builtinNamespace }, ({ path }) => ({
      contents: writeLazyBuiltin(path),
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
    bundle: true,
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

/** Where `millrace run` begins: the entry, and what it imports dynamically at once. */
const startRoots = [entry, "src/cli/commands/run.ts", "src/main/house.ts"];

/** The source files that `run` evaluates before its next dynamic import. */
function findStartPath({ inputs }: Metafile): readonly string[] {
  const found = new Set<string>();
  const waiting = [...startRoots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    for (const { kind, path } of inputs[name]?.imports ?? [])
      if (kind !== "dynamic-import") waiting.push(path);
  }
  return [...found];
}

function toKilobytes(sizeBytes: number): string {
  return `${(sizeBytes / 1024).toFixed(0)} KB`;
}

/** Node's modules among the files. */
function listBuiltins(files: readonly string[]): readonly string[] {
  const prefix = `${builtinNamespace}:`;
  return files
    .filter((file) => file.startsWith(prefix))
    .map((file) => file.slice(prefix.length))
    .sort();
}

rmSync(outputFolder, { recursive: true, force: true });
const { metafile } = await bundle();
const startPath = findStartPath(metafile);
const builtins = listBuiltins(startPath);
const sizeBytes = Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
console.log(`built ${Object.keys(metafile.outputs).length} file, ${toKilobytes(sizeBytes)}`);
console.log(
  `evaluated at the start of a run: ${startPath.length} source files; at hand: ${builtins.join(", ")}`,
);
for (const name of builtins) {
  const costMs = slowBuiltins[name];
  if (costMs !== undefined) {
    console.error(`${name} costs ${costMs} ms at every start; import it dynamically where it is used`);
    process.exitCode = 1;
  }
}
