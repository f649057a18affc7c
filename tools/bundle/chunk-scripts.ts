/**
 * Chunks of a bundle as scripts: what every run needs in one file, each other chunk in a file of its own.
 *
 * A chunk becomes a function that is called when another chunk asks for it. One file for the start of a run, because
 * finding, reading and linking thirty of them costs 20 ms; functions, because what is never called is never compiled;
 * and scripts, no modules, because only of a script can Node keep the compiled functions between two starts
 * (see bin/millrace.cjs).
 *
 * The chunks of the start are joined first: the entry with all that it imports, and each chunk that is imported
 * dynamically with what it needs besides. Within such a part an import is a variable. Seventy chunks that hand their
 * exports to each other in objects would make those objects, and functions for each of the names, at every start.
 */
import { basename } from "node:path";
import {
  build,
  transform,
  type BuildOptions,
  type Metafile,
  type Plugin,
  type TransformOptions,
} from "esbuild";

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
  const { parts, places } = await joinChunks(chunks);
  const written = await Promise.all(parts.map(writeEntry));
  return `(findChunk) => {
const chunks = {\n${written.join(",\n")}\n};
const places = ${JSON.stringify(writePlaces(places))};
const made = {};
const load = (name) => {
  const known = made[name];
  if (known !== undefined) return known.isWhole || known.live === undefined ? known.exports : mark(known.live());
  if (!name.startsWith("./")) return process.getBuiltinModule(name);
  const place = findPlace(name);
  return place === undefined ? loadChunk(name) : takeOut(name, ...place);
};
${findPlace}
const loadChunk = (name) => {
  const chunk = chunks[name] ?? findChunk(name);
  const module = (made[name] = { exports: {}, isWhole: false });
  chunk(load, module, module.exports, load);
  module.exports = module.taken === undefined ? settle(module.exports) : keepLive(module.taken(), module.live);
  module.isWhole = true;
  return module.exports;
};
${takeOut}
${keepLive}
${settle}
load(${JSON.stringify(entry)});
}
`;
}

async function writeEntry(chunk: Chunk): Promise<string> {
  return `${JSON.stringify(chunk.name)}: ${await writeFunction(chunk)}`;
}

/** One text for all: an object with as many names would be made anew at every start. */
function writePlaces(places: Joined["places"]): string {
  return [...places].map(([name, { part, index }]) => `\n${name} ${part} ${index}`).join("") + "\n";
}

/** The part of a joined chunk, and the place of its maker there; undefined for a chunk that is not joined. */
const findPlace = `const findPlace = (name) => {
  const start = places.indexOf("\\n" + name + " ");
  if (start === -1) return undefined;
  return places.slice(start + name.length + 2, places.indexOf("\\n", start + 1)).split(" ");
};`;

/**
 * What a joined chunk exports. While its part is being evaluated not all of it may be there, so it is live then and not
 * kept.
 */
const takeOut = `const takeOut = (name, part, index) => {
  const make = load(part).makers[index];
  if (!made[part].isWhole) return mark(make(false));
  return (made[name] = { exports: keepLive(make(true), () => make(false)), isWhole: true }).exports;
};`;

/**
 * What a chunk exports is taken when it has been evaluated, as a plain object. But what changes still is asked for each
 * time: stand-ins (see later-modules.ts), and what modules export that esbuild has put into functions (those of the AWS
 * client), which is there after their first call.
 */
const keepLive = `const isChanging = (value) => value === undefined || value?.isStandIn === true;
const mark = (exports) => Object.defineProperty(exports, "__esModule", { value: true });
const keepLive = (exports, live) => {
  const changing = Object.keys(exports).filter((each) => isChanging(exports[each]));
  if (changing.length > 0) {
    const now = live();
    for (const each of changing)
      Object.defineProperty(exports, each, { get: () => now[each], enumerable: true });
  }
  return mark(exports);
};`;

/** The same for a chunk that esbuild has not written: its exports are behind getters. */
const settle = `const settle = (exports) => {
  if (!exports.__esModule) return exports;
  const taken = {};
  for (const name of Object.keys(exports)) taken[name] = exports[name];
  return keepLive(taken, () => exports);
};`;

interface Joined {
  readonly parts: readonly Chunk[];
  /** By the name of a chunk, that of the part in which it is, and which of the part's makers is its own. */
  readonly places: ReadonlyMap<string, { readonly part: string; readonly index: number }>;
}

/** Joins each chunk that no other imports statically with all that it imports; what two of them import is a part as well. */
async function joinChunks(chunks: readonly Chunk[]): Promise<Joined> {
  const study = await build({ ...bundling(chunks), entryPoints: chunks.map(({ name }) => name) });
  const exported = listExports(study.metafile);
  const imports = listImports(study.metafile);
  const imported = new Set([...imports.values()].flat());
  const roots = chunks.filter(({ name }) => !imported.has(name));
  const places = new Map<string, { part: string; index: number }>();
  const joint: Chunk[] = [];
  // Who needs a chunk that is in several shall get the smallest part.
  const closures = roots.map(({ name }) => findMembers(name, imports));
  for (const [index, members] of closures.toSorted((a, b) => a.length - b.length).entries()) {
    const part = `./part-${index}.js`;
    const own = members.filter((member) => !places.has(member));
    for (const [index, member] of own.entries()) places.set(member, { part, index });
    joint.push({ name: part, text: writePart(members, own, exported) });
  }
  const joined = await build({
    ...bundling([...chunks, ...joint]),
    entryPoints: joint.map(({ name }) => name),
  });
  return {
    parts: joined.outputFiles.map(({ path, text }) => ({ name: `./${basename(path)}`, text })),
    places,
  };
}

/** A chunk with those that it imports statically, directly or not. */
function findMembers(name: string, imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const members = new Set<string>();
  const waiting = [name];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (members.has(next)) continue;
    members.add(next);
    waiting.push(...(imports.get(next) ?? []));
  }
  return [...members];
}

function bundling(chunks: readonly Chunk[]) {
  return {
    outdir: "parts",
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node24",
    logLevel: "warning",
    plugins: [serveChunks(chunks)],
  } as const satisfies BuildOptions;
}

/** Gives esbuild the chunks by their names. Others, and those that are imported dynamically, are left to `load`. */
function serveChunks(chunks: readonly Chunk[]): Plugin {
  const texts = new Map(chunks.map(({ name, text }) => [name, text]));
  return {
    name: "chunks",
    setup(plugin) {
      plugin.onResolve({ filter: /^\.\// }, ({ path, kind }) =>
        texts.has(path) && kind !== "dynamic-import"
          ? { path, namespace: chunkSpace }
          : { path, external: true },
      );
      plugin.onLoad({ filter: /.*/, namespace: chunkSpace }, ({ path }) => ({
        contents: texts.get(path) ?? "",
        loader: "js",
      }));
    },
  };
}

const chunkSpace = "chunk";

/** The names that each chunk exports. */
function listExports({ outputs }: Metafile): ReadonlyMap<string, readonly string[]> {
  const entries = Object.values(outputs).filter(({ entryPoint }) => entryPoint !== undefined);
  return new Map(
    entries.map(({ entryPoint = "", exports }) => [entryPoint.slice(chunkSpace.length + 1), exports]),
  );
}

/** The chunks that each chunk imports statically. */
function listImports({ inputs }: Metafile): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(inputs).map(([path, input]) => [
      path.slice(chunkSpace.length + 1),
      input.imports
        .filter(({ kind, external }) => kind === "import-statement" && external !== true)
        .map((each) => each.path.slice(chunkSpace.length + 1)),
    ]),
  );
}

/**
 * A module that evaluates `members`, and has for each of `own`, in their order, a function that makes the object with its
 * exports: as they are, or live.
 */
function writePart(
  members: readonly string[],
  own: readonly string[],
  exported: ReadonlyMap<string, readonly string[]>,
): string {
  const evaluated = members.map((name) => `import ${JSON.stringify(name)};`);
  const imports = own.map((name, index) => {
    const names = (exported.get(name) ?? []).map((each) => `${each} as ${nameImport(index, each)}`);
    return `import { ${names.join(", ")} } from ${JSON.stringify(name)};`;
  });
  const makers = own.map((name, index) => {
    const names = exported.get(name) ?? [];
    const values = names.map((each) => `${each}: ${nameImport(index, each)}`);
    const getters = names.map((each) => `get ${each}() { return ${nameImport(index, each)}; }`);
    return `(isWhole) => isWhole ? { ${values.join(", ")} } : { ${getters.join(", ")} }`;
  });
  return [...evaluated, ...imports, `export const makers = [${makers.join(",\n")}];`].join("\n");
}

function nameImport(index: number, name: string): string {
  return `chunk${index}_${name}`;
}

/** A script whose value is the function of the chunk. */
export async function writeChunkScript(chunk: Chunk): Promise<string> {
  return `(${await writeFunction(chunk)})\n`;
}

async function writeFunction({ text }: Chunk): Promise<string> {
  const script = await transform(exportPlainly(text), {
    ...scripting,
    // `import()` of a chunk is to call its function.
    supported: { "dynamic-import": false },
    // Only the working copy asks where a file lies; the build has written the answer in.
    logOverride: { "empty-import-meta": "silent", "commonjs-variable-in-esm": "silent" },
  });
  const { code } = await transform(shareBuiltins(script.code), { ...scripting, minify: true });
  return `function (require, module, exports, loadLater) {\n${code}}`;
}

/**
 * Puts in the place of the exports at the end, where esbuild writes them, two functions: one takes them as they are, the
 * other makes them live. As a CommonJS module a chunk would have a function for each, called at every start.
 */
function exportPlainly(text: string): string {
  const [clause, list = ""] = /\bexport\s*\{([^{}]*)\};?\s*$/.exec(text) ?? [];
  if (clause === undefined) return text;
  const pairs = list
    .split(",")
    .map((each) => each.trim().split(/\s+as\s+/))
    .map(([local = "", exported = local]) => [exported, local] as const)
    .filter(([exported]) => exported !== "");
  const values = pairs.map(([exported, local]) => `${exported}: ${local}`);
  const getters = pairs.map(([exported, local]) => `get ${exported}() { return ${local}; }`);
  const takers = `module.taken = () => ({ ${values.join(", ")} });\nmodule.live = () => ({ ${getters.join(", ")} });\n`;
  return takers + text.slice(0, -clause.length);
}

const scripting = { format: "cjs", platform: "node", target: "node24" } as const satisfies TransformOptions;

/**
 * Has each of Node's modules required once. Every source file brings a line of its own, and what such a line makes is a
 * variable of the function: a hundred of them would be made, and read with the kept code, at every start.
 */
function shareBuiltins(code: string): string {
  const first = new Map<string, string>();
  const shared = new Map<string, string>();
  // As esbuild writes an import.
  const line = /^var (import_node_\w+) = require\("(node:[^"]+)"\);\n/gm;
  const once = code.replace(line, (whole, name: string, path: string) => {
    const known = first.get(path);
    if (known === undefined) {
      first.set(path, name);
      return whole;
    }
    shared.set(name, known);
    return "";
  });
  return once.replace(/\bimport_node_\w+/g, (name) => shared.get(name) ?? name);
}
