/**
 * How the bundle reaches Node's own modules.
 *
 * Those that Node has loaded for itself by the time it starts a program are required as they are. Each other one is
 * loaded when something of it is first used: `node:crypto` alone is 5 ms, `node:child_process` 3 ms.
 */
import { isBuiltin } from "node:module";
import type { Plugin } from "esbuild";

const namespace = "node-builtin";

/** What Node needs itself before the first line of a program. */
const alwaysLoaded: ReadonlySet<string> = new Set([
  "node:buffer",
  "node:events",
  "node:fs",
  "node:path",
  "node:url",
  "node:util",
]);

/**
 * Loads the module at the first look at one of its names. The names are not properties of the stand-in but of its
 * prototype: every module that imports it copies its properties, and a hundred modules would copy a hundred names.
 */
function writeStandIn(path: string): string {
  return [
    "let loaded;",
    `const look = (_, name) => (loaded ??= process.getBuiltinModule(${JSON.stringify(path)}))[name];`,
    "module.exports = Object.create(new Proxy({}, { get: look }));",
  ].join("\n");
}

/** Puts stand-ins in the place of the modules of Node that are not there anyway. */
export const nodeBuiltins: Plugin = {
  name: "node-builtins",
  setup(plugin) {
    // Packages name them without the prefix as well. A dynamic import costs nothing until it is reached.
    plugin.onResolve({ filter: /^[a-z_0-9]+(?:\/[a-z]+)?$|^node:/ }, ({ path: given, kind }) => {
      if (!isBuiltin(given)) return undefined;
      const path = given.startsWith("node:") ? given : `node:${given}`;
      const isPlain = kind === "dynamic-import" || alwaysLoaded.has(path);
      return isPlain ? { path, external: true } : { path, namespace };
    });
    plugin.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: writeStandIn(path),
      loader: "js",
    }));
  },
};
