/**
 * `npm run docs`: rewrites the generated parts of the Markdown files and the pictures; with `--check` it only says which
 * are out of date.
 *
 * A generated part stands between `<!-- generated: NAME -->` and `<!-- /generated -->`.
 * The text in between comes from the generator of that name below, and from nowhere else.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noEffectGroups, noEffectOwners } from "../src/languages/argo/no-effect.ts";
import type { NoEffectGroup, NoEffectType } from "../src/languages/argo/no-effect.ts";
import { projectFolder } from "./checks.ts";
import { drawPicture, isPictureStale, picturePath } from "./pictures/picture.ts";
import { scripts } from "./setup/scripts.mjs";

interface LayerTable {
  readonly pure: readonly string[];
  readonly layers: Readonly<Record<string, readonly string[]>>;
}

/** The table of `layers.json`: each layer with what it may import. */
function renderLayers(table: LayerTable): string {
  const rows = Object.entries(table.layers).map(([layer, allowed]) => {
    const targets = allowed.includes("*") ? "everything" : allowed.map((name) => `\`${name}\``).join(", ");
    return `| \`${layer}\` | ${table.pure.includes(layer) ? "yes" : ""} | ${targets === "" ? "nothing" : targets} |`;
  });
  return ["| Layer | Pure | May import |", "|---|---|---|", ...rows].join("\n");
}

/** The npm scripts and what each of them runs. */
function renderScripts(table: Readonly<Record<string, readonly string[]>>): string {
  const short = new Set(["start", "test"]);
  const rows = Object.entries(table).map(
    ([name, command]) => `| \`npm ${short.has(name) ? name : `run ${name}`}\` | \`${command.join(" ")}\` |`,
  );
  return ["| Command | Runs, with Node 24 |", "|---|---|", ...rows].join("\n");
}

/** The fields that change nothing on one machine, by what they decide in a cluster. */
function renderNoEffect(groups: readonly NoEffectGroup[]): string {
  const rows = groups.flatMap(({ about, told, kept, fields }) =>
    (Object.keys(fields) as NoEffectType[]).map((type) => {
      const names = fields[type] ?? [];
      const list = names.map((name) => `\`${name}\``).join(", ");
      return `| ${noEffectOwners[type]} | ${list} | ${about} | ${told ? "yes" : ""} | ${kept ? "yes" : ""} |`;
    }),
  );
  return ["| Of a | Field | Decides in a cluster | Told | Kept |", "|---|---|---|---|---|", ...rows].join(
    "\n",
  );
}

const generators: Readonly<Record<string, () => string>> = {
  layers: () =>
    renderLayers(JSON.parse(readFileSync(join(projectFolder, "layers.json"), "utf8")) as LayerTable),
  scripts: () => renderScripts(scripts),
  "no-effect": () => renderNoEffect(noEffectGroups),
};

const generatedPart = /(<!-- generated: ([a-z-]+) -->\n)[\s\S]*?(\n<!-- \/generated -->)/g;

/** The text with every generated part made anew. */
export function regenerate(text: string, known: Readonly<Record<string, () => string>> = generators): string {
  return text.replace(generatedPart, (_, head: string, name: string, tail: string) => {
    const generate = known[name];
    if (generate === undefined)
      throw new Error(`no generator is called "${name}"; there are ${Object.keys(known).join(", ")}`);
    return `${head}${generate()}${tail}`;
  });
}

/** Paths of the project's Markdown files, relative to the project folder. */
function listDocuments(): readonly string[] {
  const atTop = readdirSync(projectFolder).filter((name) => name.endsWith(".md"));
  const inDocs = readdirSync(join(projectFolder, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name));
  return [...atTop, ...inDocs];
}

/** The documents whose generated parts are not what the generators make now. */
export function findStaleDocuments(): readonly string[] {
  return listDocuments().filter((path) => {
    const text = readFileSync(join(projectFolder, path), "utf8");
    return regenerate(text) !== text;
  });
}

if (import.meta.main) {
  const stale = findStaleDocuments();
  const onlyCheck = process.argv.includes("--check");
  for (const path of stale) {
    const file = join(projectFolder, path);
    if (!onlyCheck) writeFileSync(file, regenerate(readFileSync(file, "utf8")));
    console.log(`${onlyCheck ? "out of date" : "updated"}: ${path}`);
  }
  const isStale = await isPictureStale();
  if (isStale) {
    if (!onlyCheck) await drawPicture();
    console.log(`${onlyCheck ? "out of date" : "updated"}: ${picturePath}`);
  }
  const count = stale.length + (isStale ? 1 : 0);
  if (count === 0) console.log("all generated parts are up to date");
  if (onlyCheck && count > 0) process.exitCode = 1;
}
