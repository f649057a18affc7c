/** Modules that a bundle evaluates late: through the plugin, esbuild and the start script, as the build does it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { build } from "esbuild";
import { writeStartScript } from "../../tools/bundle/chunk-scripts.ts";
import { createLaterModules, nameLaterEntries, readLaterModules } from "../../tools/bundle/later-modules.ts";

const root = mkdtempSync(join(tmpdir(), "millrace-later-"));
after(() => rmSync(root, { recursive: true }));

function write(name: string, text: string): void {
  writeFileSync(join(root, name), text);
}

/** Runs the bundle of `main.ts`, and returns what it noted in `notes`. */
async function runBundle(list: string): Promise<readonly string[]> {
  write("later.txt", list);
  const modules = readLaterModules(join(root, "later.txt"));
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { main: "main.ts", ...nameLaterEntries(modules) },
    outdir: root,
    write: false,
    bundle: true,
    splitting: true,
    format: "esm",
    plugins: [createLaterModules(root, modules)],
    logLevel: "silent",
  });
  const chunks = outputFiles.map(({ path, text }) => ({ name: `./${basename(path)}`, text }));
  const script = await writeStartScript(chunks, "./main.js");
  write(
    "start.cjs",
    `globalThis.notes = [];\n(${script.trim()})();\nprocess.once("exit", () => console.log(JSON.stringify(notes)));`,
  );
  const printed = execFileSync(process.execPath, [join(root, "start.cjs")], { encoding: "utf8" });
  return JSON.parse(printed) as string[];
}

write(
  "late.ts",
  `import { shared } from "./shared.ts";
   globalThis.notes?.push("late");
   export function greet(name: string): string { shared.push(name); return "hello " + name; }
   export function count(): number { return shared.length; }`,
);
write("constant.ts", `export const limit = 5;`);

test("a later module is evaluated at the first call, once, and shares what others have", async () => {
  write("shared.ts", `export const shared: string[] = [];`);
  write(
    "main.ts",
    `import { count, greet } from "./late.ts";
     import { shared } from "./shared.ts";
     const table = { greet };
     notes.push("begins");
     notes.push(table.greet("you"), greet("me"), table.greet("them"), String(count()), shared.join());`,
  );
  const told = ["begins", "late", "hello you", "hello me", "hello them", "3", "you,me,them"];
  assert.deepEqual(await runBundle("# why\n\nsome:\nlate.ts # and this\n"), told);
  assert.deepEqual(await runBundle(""), ["late", ...told.filter((note) => note !== "late")]);
});

test("what is imported dynamically is evaluated when it is asked for, once, and shares what others have", async () => {
  write("shared.ts", `export const shared: string[] = [];`);
  write("both.ts", `notes.push("both"); export const tell = (text: string) => void notes.push(text);`);
  write(
    "one.ts",
    `import { shared } from "./shared.ts"; import { tell } from "./both.ts";
     notes.push("one"); export const add = (text: string) => (shared.push(text), tell(shared.join()));`,
  );
  write(
    "two.ts",
    `import { add } from "./one.ts"; import { tell } from "./both.ts"; import { greet } from "./late.ts";
     notes.push("two"); tell("told"); export const twice = (text: string) => (add(text), add(greet(text)));`,
  );
  write(
    "main.ts",
    `import { shared } from "./shared.ts";
     async function main() {
       notes.push("begins");
       const { add } = await import("./one.ts");
       add("a");
       const { twice } = await import("./two.ts");
       const again = await import("./two.ts");
       if (again.twice === twice) twice("b");
       notes.push(String(shared.length));
     }
     void main();`,
  );
  const told = ["begins", "both", "one", "a", "two", "told", "a,b", "late", "a,b,b,hello b", "4"];
  assert.deepEqual(await runBundle("some:\nlate.ts\n"), told);
});

test("a module with anything but functions is refused", async () => {
  write("main.ts", `import { limit } from "./constant.ts"; notes.push(String(limit));`);
  await assert.rejects(runBundle("some:\nconstant.ts\n"), /limit is not a function/);
});
