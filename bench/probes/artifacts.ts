/**
 * Measures the local artifact store: `node bench/probes/artifacts.ts [folder on the disk to measure]`.
 * Prints one line per question; the numbers that the comments in src/artifacts/local quote come from here.
 */
import { constants, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { openLocalArtifacts } from "../../src/artifacts/local/open-local-artifacts.ts";
import { writeNew } from "../../src/artifacts/local/file-copy.ts";
import type { Artifact } from "../../src/model/data/artifact.ts";
import {
  asIs,
  asTar,
  asZip,
  asZipped,
  byContent,
  plainly,
} from "../../src/ports/conformance/artifact-store.ts";

const root = resolve(process.argv[2] ?? "bench/out/artifacts");
const fileCount = 10_000;
const largeBytes = 256 * 1024 * 1024;

async function time(label: string, count: number, unit: string, work: () => unknown): Promise<void> {
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  const cpu = process.cpuUsage(before);
  const cpuMs = (cpu.user + cpu.system) / 1000;
  const rate =
    unit === "file"
      ? `${((ms * 1000) / count).toFixed(1)} us per file`
      : `${(count / 1e6 / (ms / 1000)).toFixed(0)} MB/s`;
  console.log(`${label}: ${ms.toFixed(1)} ms, ${rate}, cpu ${cpuMs.toFixed(0)} ms`);
}

/** 100 directories with 100 files of 4 KiB. */
function makeSmallFiles(folder: string): void {
  for (let directory = 0; directory < fileCount / 100; directory += 1) {
    mkdirSync(join(folder, `d${directory}`), { recursive: true });
    for (let file = 0; file < 100; file += 1) {
      writeFileSync(join(folder, `d${directory}`, `f${file}`), `${directory} ${file} `.padEnd(4096, "x"));
    }
  }
}

async function measureSmallFiles(): Promise<void> {
  const folder = join(root, "small");
  makeSmallFiles(folder);
  const store = openLocalArtifacts(join(root, "store"));
  const kept: Artifact[] = [];
  const one = join(folder, "d0", "f0");
  await time("keep one new small file", 1, "file", () => store.keep(one, asIs));
  await time("keep one known small file, 2,000 times", 2_000, "file", async () => {
    for (let round = 0; round < 2_000; round += 1) await store.keep(one, asIs);
  });
  await time("keep 10,000 new files", fileCount, "file", async () =>
    kept.push(await store.keep(folder, asTar)),
  );
  await time("keep the same 10,000 again", fileCount, "file", () => store.keep(folder, asTar));
  await time("sync them", fileCount, "file", () => store.syncPending());
  const [tree] = kept;
  if (tree === undefined) return;
  await time("lay 10,000 files", fileCount, "file", () =>
    store.materialize(tree, join(root, "laid"), byContent),
  );
  await time("has", fileCount, "file", () => store.has(tree.content));
  for (const [archive, how] of [
    [asTar, byContent],
    [asZip, asZipped],
  ] as const) {
    const file = join(root, `export.${archive.kind}`);
    await time(`export as ${archive.kind}`, fileCount, "file", () =>
      store.exportTo({ ...tree, archive }, file),
    );
    const raw = await store.keep(file, asIs);
    await time(`lay the ${archive.kind}`, fileCount, "file", () =>
      store.materialize(raw, join(root, "unpacked"), how),
    );
  }
  await store.close();
}

async function measureLargeFile(): Promise<void> {
  const file = join(root, "large");
  writeFileSync(file, Buffer.alloc(largeBytes, "0123456789abcdef\n"));
  const store = openLocalArtifacts(join(root, "store-large"));
  const kept: Artifact[] = [];
  await time("keep a new large file", largeBytes, "bytes", async () =>
    kept.push(await store.keep(file, asIs)),
  );
  await time("keep it again", largeBytes, "bytes", () => store.keep(file, asIs));
  const [artifact] = kept;
  if (artifact === undefined) return;
  await time("lay it", largeBytes, "bytes", () =>
    store.materialize(artifact, join(root, "laid-large"), plainly),
  );
  await time("lay it again", largeBytes, "bytes", () =>
    store.materialize(artifact, join(root, "laid-large"), plainly),
  );
  await time("copyFile, to compare", largeBytes, "bytes", () => copyFileSync(file, join(root, "copied")));
  await store.close();
}

/** Ways to copy 2,000 small files. */
async function measureCopies(): Promise<void> {
  const small = (index: number): string =>
    join(root, "small", `d${Math.floor(index / 100) % 100}`, `f${index % 100}`);
  const to = (kind: string): string => {
    mkdirSync(join(root, kind));
    return join(root, kind);
  };
  const each = (work: (index: number) => void): void => {
    for (let index = 0; index < 2_000; index += 1) work(index);
  };
  const [a, b, c] = [to("c1"), to("c2"), to("c3")];
  await time("read + write of a new file", 2_000, "file", () =>
    each((index) => writeNew(join(a, `${index}`), readFileSync(small(index)), 0o644)),
  );
  await time("copyFile", 2_000, "file", () =>
    each((index) => copyFileSync(small(index), join(b, `${index}`))),
  );
  await time("copyFile, exclusive", 2_000, "file", () =>
    each((index) => copyFileSync(small(index), join(c, `${index}`), constants.COPYFILE_EXCL)),
  );
}

rmSync(root, { recursive: true, force: true });
mkdirSync(root, { recursive: true });
await measureSmallFiles();
await measureLargeFile();
await measureCopies();
rmSync(root, { recursive: true, force: true });
