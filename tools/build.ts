/**
 * `npm run build`: bundles the command into `dist/`: what every run needs as one script, the rest as small ones,
 * and the compiled form of the first for this version of Node. `node tools/build.ts FOLDER` makes an installed command of
 * nothing but scripts in another folder, for tests.
 */
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build, type BuildResult, type Metafile } from "esbuild";
import { writeChunkScript, writeStartScript } from "./bundle/chunk-scripts.ts";
import { makeCode } from "./bundle/make-code.ts";
import { createLaterModules, nameLaterEntries, readLaterModules } from "./bundle/later-modules.ts";
import { nodeBuiltins } from "./bundle/node-builtins.ts";
import { projectFolder } from "./checks.ts";
import { makeNativePrograms } from "./setup/native-programs.mjs";

const [, , elsewhere] = process.argv;
const outputFolder = join(elsewhere ?? projectFolder, "dist");
const launcher = join(projectFolder, "bin", "millrace.cjs");
const entry = "src/main/millrace.ts";

/** Where `millrace run` begins: the entry, and what it imports dynamically at once. */
const startRoots: ReadonlySet<string> = new Set([entry, "src/cli/commands/run.ts", "src/main/house.ts"]);

/** What a run of one step does not call. */
const laterModules = readLaterModules(join(projectFolder, "tools", "bundle", "later-modules.txt"));

/** Packages that only some runs need. */
const laterPackages: readonly string[] = ["tar", "yauzl", "yazl", "@aws-sdk/client-s3"];

type Bundle = BuildResult<{ metafile: true; write: false }>;

function bundle(): Promise<Bundle> {
  const { version } = JSON.parse(readFileSync(join(projectFolder, "package.json"), "utf8")) as {
    version: string;
  };
  return build({
    absWorkingDir: projectFolder,
    entryPoints: { millrace: entry, ...nameLaterEntries(laterModules) },
    outdir: outputFolder,
    write: false,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node24",
    define: { "process.env.MILLRACE_VERSION": JSON.stringify(version) },
    plugins: [nodeBuiltins, createLaterModules(projectFolder, laterModules)],
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
  });
}

/** The files of the bundle that a run evaluates before its next dynamic import. */
function findStartFiles({ outputs }: Metafile): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = Object.keys(outputs).filter((file) => startRoots.has(outputs[file]?.entryPoint ?? ""));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    for (const { kind, path, external } of outputs[file]?.imports ?? [])
      if (kind === "import-statement" && external !== true) waiting.push(path);
  }
  return found;
}

/** The file that the entry became. */
function findEntryFile({ outputs }: Metafile): string {
  const found = Object.keys(outputs).find((file) => outputs[file]?.entryPoint === entry);
  if (found === undefined) throw new Error(`${entry} is not in the bundle`);
  return found;
}

/** Complains about packages that every start would have to evaluate. */
function checkStartFiles({ outputs }: Metafile, startFiles: ReadonlySet<string>): void {
  const sources = [...startFiles].flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}));
  for (const name of laterPackages) {
    if (!sources.some((source) => source.includes(`node_modules/${name}/`))) continue;
    console.error(`${name} is evaluated at every start; import it dynamically where it is used`);
    process.exitCode = 1;
  }
  console.log(`evaluated at the start of a run: ${sources.length} source files`);
}

/** How one chunk imports another. */
function nameChunk(file: string): string {
  return `./${basename(file)}`;
}

/** Writes the files of the bundle; those of chunks are named as the chunks are. */
async function writeBundle({ metafile, outputFiles }: Bundle): Promise<void> {
  const startFiles = findStartFiles(metafile);
  checkStartFiles(metafile, startFiles);
  const startNames = new Set([...startFiles].map(nameChunk));
  const chunks = outputFiles.map(({ path, text }) => ({ name: nameChunk(path), text }));
  const inStart = chunks.filter(({ name }) => startNames.has(name));
  const others = chunks.filter(({ name }) => !startNames.has(name));
  const script = await writeStartScript(inStart, nameChunk(findEntryFile(metafile)));
  const scripts = await Promise.all(others.map(writeChunkScript));
  // The first line names the build.
  const hash = createHash("sha256").update([script, ...scripts].join("\n"));
  writeFileSync(join(outputFolder, "millrace.cjs"), `//${hash.digest("hex").slice(0, 16)}\n${script}`);
  for (const [index, { name }] of others.entries())
    writeFileSync(join(outputFolder, name), scripts[index] ?? "");
  reportSize("millrace.cjs");
  console.log(`and ${others.length} chunks for what not every run needs`);
}

function reportSize(name: string): void {
  console.log(`dist/${name}: ${(statSync(join(outputFolder, name)).size / 1024).toFixed(0)} KB`);
}

rmSync(outputFolder, { recursive: true, force: true });
mkdirSync(outputFolder, { recursive: true });
if (elsewhere === undefined) makeNativePrograms(projectFolder);
await writeBundle(await bundle());
if (elsewhere === undefined) for (const name of makeCode(launcher, outputFolder)) reportSize(name);
else {
  mkdirSync(join(elsewhere, "bin"), { recursive: true });
  copyFileSync(launcher, join(elsewhere, "bin", "millrace.cjs"));
}
