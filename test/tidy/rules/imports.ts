/**
 * Who imports whom: the table in `layers.json` is kept, adapters do not know each other, and nothing goes in circles.
 * Type-only imports count as well, because they couple the same files.
 */
import { posix } from "node:path";
import type { Finding, ProjectFile } from "../project-files.ts";
import type { Token } from "../scan-source.ts";

export interface Layers {
  /** Layers that touch neither Node nor any package, apart from `packagesOfPureLayers`. */
  readonly pure: readonly string[];
  /** For each layer the layers it may import; `*` stands for all. */
  readonly layers: Readonly<Record<string, readonly string[]>>;
  /** For a layer of siblings, the folders in it that the others stand on; they know none of the others. */
  readonly foundations?: Readonly<Record<string, readonly string[]>>;
}

/** The only packages that pure code may use: they are pure themselves. */
const packagesOfPureLayers: Readonly<Record<string, readonly string[]>> = { languages: ["js-yaml"] };

/** Layers whose folders stand side by side and never import each other. */
const layersOfSiblings: ReadonlySet<string> = new Set([
  "languages",
  "stores",
  "artifacts",
  "executors",
  "triggers",
]);

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** Static, dynamic and type imports, and re-exports, in source order. */
export function findImports(file: ProjectFile): readonly Import[] {
  const tokens = file.tokens.filter((token) => token.kind !== "comment");
  return tokens.flatMap((token, at) => {
    if (token.kind !== "word" || tokens[at - 1]?.text === ".") return [];
    if (token.text !== "import" && token.text !== "export") return [];
    const specifier = findSpecifier(tokens, at);
    return specifier === undefined ? [] : [{ specifier: specifier.text, line: token.line }];
  });
}

/** The string that belongs to the `import` or `export` at the position; undefined for other exports and `import.meta`. */
function findSpecifier(tokens: readonly Token[], start: number): Token | undefined {
  const next = tokens[start + 1];
  if (tokens[start]?.text === "import" && next?.kind === "string") return next;
  if (tokens[start]?.text === "import" && next?.text === "(") {
    const argument = tokens[start + 2];
    return argument?.kind === "string" ? argument : undefined;
  }
  for (let at = start + 1; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.kind === "word" && token.text === "from" && tokens[at + 1]?.kind === "string")
      return tokens[at + 1];
    if (token === undefined || !(token.kind === "word" || ["{", "}", ",", "*"].includes(token.text)))
      return undefined;
  }
  return undefined;
}

/** Imports that the table of layers does not allow. */
export function findForbiddenImports(files: readonly ProjectFile[], layers: Layers): readonly Finding[] {
  return files.flatMap((file) =>
    findImports(file).flatMap(({ specifier, line }) => {
      const message = specifier.startsWith(".")
        ? judgeRelative(file.path, resolveImport(file.path, specifier), layers)
        : judgePackage(file.path, specifier, layers);
      return message === undefined ? [] : [{ path: file.path, line, message }];
    }),
  );
}

/** Folders directly under `src` that the table does not know, and files that lie in no layer. */
export function findUnknownLayers(files: readonly ProjectFile[], layers: Layers): readonly Finding[] {
  return files.flatMap(({ path }) => {
    const layer = findLayer(path);
    if (!path.startsWith("src/") || (layer !== undefined && layers.layers[layer] !== undefined)) return [];
    return [{ path, message: "lies in no layer of layers.json" }];
  });
}

function resolveImport(path: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(path), specifier));
}

/** `engine` for `src/engine/decide/x.ts`; undefined outside `src` and for files directly in it. */
function findLayer(path: string): string | undefined {
  const parts = path.split("/");
  return parts[0] === "src" && parts.length > 2 ? parts[1] : undefined;
}

function judgeRelative(from: string, to: string, layers: Layers): string | undefined {
  if (from.startsWith("web/") && to.startsWith("src/") && findLayer(to) !== "api") {
    return `web may import only api, not ${to}`;
  }
  const source = findLayer(from);
  if (source === undefined) return undefined;
  const target = findLayer(to);
  if (target === undefined) return `${to} lies in no layer; code in src imports only from src`;
  if (source === target) return judgeSibling(source, from, to, layers.foundations?.[source] ?? []);
  const allowed = layers.layers[source] ?? [];
  return allowed.includes("*") || allowed.includes(target)
    ? undefined
    : `${source} may not import ${target} (layers.json)`;
}

function judgeSibling(
  layer: string,
  from: string,
  to: string,
  foundations: readonly string[],
): string | undefined {
  if (!layersOfSiblings.has(layer)) return undefined;
  const [source, target] = [findRoom(from), findRoom(to)];
  if (target === undefined || source === target) return undefined;
  // A foundation may stand on those that are listed before it, so that the list has no circles.
  const known =
    source !== undefined && foundations.includes(source)
      ? foundations.slice(0, foundations.indexOf(source))
      : foundations;
  if (source === undefined || known.includes(target)) return undefined;
  return `${layer}/${source} may not know its sibling ${layer}/${target}`;
}

/** `sqlite` for `src/stores/sqlite/x.ts`; undefined for files directly in the layer. */
function findRoom(path: string): string | undefined {
  const parts = path.split("/");
  return parts.length > 3 ? parts[2] : undefined;
}

function judgePackage(from: string, specifier: string, layers: Layers): string | undefined {
  const layer = findLayer(from);
  if (layer === undefined || !layers.pure.includes(layer)) return undefined;
  if (specifier.startsWith("node:")) return `${layer} is pure and may not import ${specifier}`;
  if (packagesOfPureLayers[layer]?.includes(specifier) === true) return undefined;
  return `${layer} is pure and may not import the package ${specifier}`;
}

/** One finding per circle of imports, at the first file of it that was met. */
export function findImportCycles(files: readonly ProjectFile[]): readonly Finding[] {
  const edges = new Map(
    files.map((file) => [
      file.path,
      findImports(file)
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier }) => resolveImport(file.path, specifier)),
    ]),
  );
  const findings: Finding[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  function visit(path: string): void {
    const start = trail.indexOf(path);
    if (start >= 0) {
      const circle = [...trail.slice(start), path].join(" -> ");
      findings.push({ path, message: `imports itself by way of others: ${circle}` });
      return;
    }
    if (done.has(path)) return;
    done.add(path);
    trail.push(path);
    for (const target of edges.get(path) ?? []) visit(target);
    trail.pop();
  }
  for (const path of edges.keys()) visit(path);
  return findings;
}
