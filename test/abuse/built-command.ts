/**
 * The command as users get it, built once for all tests that start it: it begins in half the time that its source needs.
 * Every state of the source has a folder of its own, so nobody meets an older one; whoever comes first builds it.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { makeCode } from "../../tools/bundle/make-code.ts";
import { projectFolder } from "../../tools/checks.ts";

const folder = join(projectFolder, "node_modules", ".cache", "millrace-tests");
const system = `${process.platform}-${process.arch}`;
/** What set-up could compile. */
const nativeFiles = [`slot-${system}`, `addon-${system}.node`]
  .map((name) => join(projectFolder, "dist", name))
  .filter((file) => existsSync(file));

/** What the build is made of. */
const ingredients = ["src", "bin", "tools/build.ts", "tools/bundle", "package.json", "package-lock.json"];

/** The launcher of the built command. */
export function findBuiltCommand(): string {
  const name = describeState();
  const place = join(folder, name);
  if (!existsSync(place)) {
    // Somebody else may build the same at the same moment; then one of the two is kept.
    const unfinished = `${place}.${process.pid}`;
    buildInto(unfinished);
    if (!isKept(unfinished, place)) rmSync(unfinished, { recursive: true });
    removeOthers(name);
  }
  return join(place, "bin", "millrace.cjs");
}

function describeState(): string {
  const hash = createHash("sha256").update(process.version);
  const files = ingredients.flatMap((name) => listFiles(join(projectFolder, name)));
  for (const file of [...files, ...nativeFiles]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}

function listFiles(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function buildInto(place: string): void {
  mkdirSync(place, { recursive: true });
  const build = join(projectFolder, "tools", "build.ts");
  execFileSync(process.execPath, [build, place], {
    cwd: projectFolder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const built = join(place, "dist");
  for (const file of nativeFiles) copyFileSync(file, join(built, basename(file)));
  makeCode(join(place, "bin", "millrace.cjs"), built);
}

function isKept(unfinished: string, place: string): boolean {
  try {
    renameSync(unfinished, place);
    return true;
  } catch (error) {
    if (existsSync(place)) return false;
    throw error;
  }
}

/** States that are past; a young one may be in use by other tests. */
function removeOthers(name: string): void {
  const before = Date.now() - 3_600_000;
  for (const other of readdirSync(folder)) {
    const path = join(folder, other);
    const found = statSync(path, { throwIfNoEntry: false });
    if (other !== name && found !== undefined && found.mtimeMs < before)
      rmSync(path, { recursive: true, force: true });
  }
}
