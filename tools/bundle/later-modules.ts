/**
 * Modules that the bundle evaluates at the first call of one of their functions, not at the start.
 *
 * An import of such a module is answered with a stand-in that has functions of the same names. The first one that is
 * called loads the module, with those of its group, and puts the real functions in the place of all; the imports are
 * live, so later calls pay nothing. What a run of one step never calls is 40 % of what it would evaluate otherwise.
 * In groups, because each thing that is loaded on its own makes more of the others things that are shared.
 *
 * What must stay true: such a module exports functions only (the build refuses any other), and evaluating it has no
 * effect that anybody could miss. Source and tests know nothing of this.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";

const standIns = "later-module";
const groups = "later-group";

/** Paths of modules, by the name of their group. */
export type LaterModules = ReadonlyMap<string, readonly string[]>;

/** Reads the groups from a file: `name:`, then one path a line; `#` begins a comment. */
export function readLaterModules(file: string): LaterModules {
  const found = new Map<string, string[]>();
  let group: string[] = [];
  for (const written of readFileSync(file, "utf8").split("\n")) {
    const line = written.replace(/#.*/, "").trim();
    if (line.endsWith(":")) found.set(line.slice(0, -1), (group = []));
    else if (line !== "") group.push(line);
  }
  return found;
}

/** The entry points of the bundle: one for each group, by the name of its file. */
export function nameLaterEntries(modules: LaterModules): Readonly<Record<string, string>> {
  return Object.fromEntries([...modules.keys()].map((group) => [`later-${group}`, `${groups}:${group}`]));
}

/** Answers imports of the modules (paths below `folder`) with their stand-ins. */
export function createLaterModules(folder: string, modules: LaterModules): Plugin {
  const groupOf = new Map(
    [...modules].flatMap(([group, paths]) => paths.map((path) => [join(folder, path), group] as const)),
  );
  return {
    name: "later-modules",
    setup(plugin) {
      plugin.onResolve({ filter: /^later-group:/ }, ({ path }) => ({ path, namespace: groups }));
      plugin.onLoad({ filter: /.*/, namespace: groups }, ({ path }) => ({
        contents: writeGroup(modules.get(path.slice(groups.length + 1)) ?? []),
        resolveDir: folder,
        loader: "js",
      }));
      plugin.onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir, kind, namespace }) => {
        const file = resolve(resolveDir, path);
        const isMeant = kind === "import-statement" && namespace !== groups && groupOf.has(file);
        return isMeant ? { path: file, namespace: standIns } : undefined;
      });
      plugin.onLoad({ filter: /.*/, namespace: standIns }, async ({ path }) => ({
        contents: writeStandIn(folder, path, groupOf.get(path) ?? "", await listFunctions(path)),
        loader: "js",
      }));
    },
  };
}

/** The names that a module exports. Throws unless each is a function that can be called without `new`. */
async function listFunctions(path: string): Promise<readonly string[]> {
  const exported = Object.entries((await import(pathToFileURL(path).href)) as Record<string, unknown>);
  for (const [name, value] of exported) {
    if (typeof value === "function" && !String(value).startsWith("class")) continue;
    throw new Error(`${path} cannot be loaded later: ${name} is not a function`);
  }
  return exported.map(([name]) => name);
}

/** What a module is called in the exports of its group. */
function nameModule(path: string): string {
  return path.replaceAll(/[^A-Za-z0-9]/g, "_");
}

function writeGroup(paths: readonly string[]): string {
  return paths.map((path) => `export * as ${nameModule(path)} from "./${path}";`).join("\n");
}

/** `loadLater` is there in every chunk (see chunk-scripts.ts). */
function writeStandIn(folder: string, path: string, group: string, functions: readonly string[]): string {
  const module = nameModule(path.slice(folder.length + 1));
  return [
    "const load = () => {",
    // Whoever kept a stand-in comes here each time.
    `  if (${functions[0]}.isStandIn !== true) return;`,
    `  const loaded = loadLater("./later-${group}.js").${module};`,
    ...functions.map((each) => `  ${each} = loaded.${each};`),
    "};",
    ...functions.map((each) => `export let ${each} = (...given) => (load(), ${each}(...given));`),
    // Whoever imports one of these must look again, because it is replaced (see chunk-scripts.ts).
    ...functions.map((each) => `${each}.isStandIn = true;`),
  ].join("\n");
}
