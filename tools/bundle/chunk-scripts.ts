/**
 * Chunks of a bundle as scripts: what every run needs in one file, each other chunk in a file of its own.
 *
 * Each chunk becomes a function that is called when another chunk asks for it. One file for the start of a run, because
 * finding, reading and linking thirty of them costs 20 ms; functions, because what is never called is never compiled;
 * and scripts, no modules, because only of a script can Node keep the compiled functions between two starts
 * (see bin/millrace.mjs).
 */
import { transform } from "esbuild";

export interface Chunk {
  /** As other chunks import it: `./house-ABCDEFGH.js`. */
  readonly name: string;
  /** An ES module. */
  readonly text: string;
}

/**
 * A script whose value is a function that begins with the chunk `entry`. The function takes another one, which returns
 * the function of a chunk that is not in this script.
 */
export async function writeStartScript(chunks: readonly Chunk[], entry: string): Promise<string> {
  const functions = await Promise.all(chunks.map(writeFunction));
  const table = chunks.map(({ name }, index) => `${JSON.stringify(name)}: ${functions[index] ?? ""}`);
  return `(findChunk) => {
const chunks = {\n${table.join(",\n")}\n};
const made = {};
const load = (name) => {
  if (made[name] !== undefined) return made[name].exports;
  if (!name.startsWith("./")) return process.getBuiltinModule(name);
  const chunk = chunks[name] ?? findChunk(name);
  const module = (made[name] = { exports: {} });
  chunk(load, module, module.exports, load);
  module.exports = settle(module.exports);
  return module.exports;
};
${settleExports}
load(${JSON.stringify(entry)});
}
`;
}

/**
 * Exports are behind getters, two for each, so that they can be asked for before they are there. Once a chunk has been
 * evaluated they are there for good, but for stand-ins (see later-modules.ts), and must not cost more than a variable.
 */
const settleExports = `const settle = (exports) => {
  if (!exports.__esModule) return exports;
  const settled = Object.defineProperty({}, "__esModule", { value: true });
  for (const name of Object.keys(exports)) {
    const value = exports[name];
    if (value?.isStandIn === true)
      Object.defineProperty(settled, name, { get: () => exports[name], enumerable: true });
    else settled[name] = value;
  }
  return settled;
};`;

/** A script whose value is the function of the chunk. */
export async function writeChunkScript(chunk: Chunk): Promise<string> {
  return `(${await writeFunction(chunk)})\n`;
}

async function writeFunction({ text }: Chunk): Promise<string> {
  const { code } = await transform(text, {
    format: "cjs",
    platform: "node",
    target: "node24",
    minify: true,
    // `import()` of a chunk is to call its function.
    supported: { "dynamic-import": false },
    // Only the working copy asks where a file lies; the build has written the answer in.
    logOverride: { "empty-import-meta": "silent" },
  });
  return `function (require, module, exports, loadLater) {\n${code}}`;
}
