/**
 * Measures the SQLite history: `node bench/probes/history.ts [folder on the disk to measure]`.
 * Prints one line per question; the numbers that the comments in src/stores/sqlite quote come from here.
 */
import { execFileSync } from "node:child_process";
import { closeSync, fdatasyncSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { creation } from "../../src/ports/conformance/history-store.ts";
import { openSqliteHistory } from "../../src/stores/sqlite/open-sqlite-history.ts";

const root = resolve(process.argv[2] ?? "bench/out/history");
/** 212 bytes, as in the study. */
const event = JSON.stringify({
  kind: "attempt.ended",
  task: 12_345,
  at: 1_760_000_000_000,
  exit: 0,
  pad: "x".repeat(212 - 74),
});

/** Milliseconds of the fastest and the middle of several runs, each in a new folder. */
async function measure(rounds: number, body: (folder: string) => Promise<number> | number): Promise<string> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const folder = join(root, `round-${round}`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    times.push(await body(folder));
  }
  times.sort((a, b) => a - b);
  const [best = 0] = times;
  const middle = times[Math.floor(times.length / 2)] ?? best;
  return `best ${best.toFixed(3)} ms, median ${middle.toFixed(3)} ms`;
}

/** Milliseconds per commit through the port. */
async function timeCommits(
  folder: string,
  shape: { commits: number; perBatch: number; durable: boolean; outstanding: number },
): Promise<number> {
  const store = openSqliteHistory(folder, { mode: "write" });
  await store.commit(creation("run"), { durable: true });
  const body = `[${Array.from({ length: shape.perBatch }, () => event).join(",")}]`;
  let firstSeq = 2;
  const start = performance.now();
  for (let sent = 0; sent < shape.commits; sent += shape.outstanding) {
    const waves: Promise<void>[] = [];
    for (let index = 0; index < shape.outstanding; index += 1) {
      const append = { runId: "run", firstSeq, count: shape.perBatch, body };
      waves.push(store.commit({ appended: [append] }, { durable: shape.durable }));
      firstSeq += shape.perBatch;
    }
    await Promise.all(waves);
  }
  const perCommit = (performance.now() - start) / shape.commits;
  await store.close();
  return perCommit;
}

/** The same insert below the port, to compare page sizes and keys. */
function timeRaw(
  folder: string,
  pageSize: number,
  withoutRowid: boolean,
  perBatch: number,
  full: boolean,
): number {
  const database = new DatabaseSync(join(folder, "raw.db"));
  const level = full ? "FULL" : "NORMAL";
  database.exec(`PRAGMA page_size = ${pageSize}; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${level}`);
  database.exec(`PRAGMA wal_autocheckpoint = 4000; CREATE TABLE batch (run_id TEXT, first_seq INTEGER, body TEXT,
    PRIMARY KEY (run_id, first_seq)) ${withoutRowid ? "WITHOUT ROWID" : ""}`);
  const insert = database.prepare("INSERT INTO batch VALUES ('01JABCDEFGHJKMNPQRSTVWXYZ0', ?, ?)");
  const body = event.repeat(perBatch);
  const commits = perBatch > 1 ? 300 : 5_000;
  const start = performance.now();
  for (let seq = 0; seq < commits; seq += 1) insert.run(seq, body);
  const perCommit = (performance.now() - start) / commits;
  database.close();
  return perCommit;
}

/** What a commit cannot be faster than: appending 4 kB and waiting for the disk. */
function timeSync(folder: string): number {
  const file = openSync(join(folder, "sync"), "w");
  const block = Buffer.alloc(4096);
  const start = performance.now();
  for (let count = 0; count < 200; count += 1) {
    writeSync(file, block);
    fdatasyncSync(file);
  }
  const perSync = (performance.now() - start) / 200;
  closeSync(file);
  return perSync;
}

/** Opening, first durable commit and closing in a process of its own, which prints the three times. */
function timeColdStart(folder: string): number[] {
  const script = fileURLToPath(import.meta.url);
  const output = execFileSync(process.execPath, [script, folder, "cold"], { encoding: "utf8" });
  return output.trim().split(" ").map(Number);
}

async function runColdStart(folder: string): Promise<void> {
  const start = performance.now();
  const store = openSqliteHistory(folder, { mode: "write" });
  const opened = performance.now();
  await store.commit(creation(`run-${process.pid}`), { durable: true });
  const committed = performance.now();
  await store.close();
  const times = [opened - start, committed - opened, performance.now() - committed];
  process.stdout.write(`${times.map((time) => time.toFixed(3)).join(" ")}\n`);
}

async function printColdStarts(): Promise<void> {
  for (const kind of ["new folder", "existing folder"]) {
    const rounds: number[][] = [];
    for (let round = 0; round < 9; round += 1) {
      const folder = join(root, "cold");
      if (kind === "new folder") rmSync(folder, { recursive: true, force: true });
      rounds.push(timeColdStart(folder));
    }
    const middle = (part: number): string =>
      (rounds.map((times) => times[part] ?? 0).sort((a, b) => a - b)[4] ?? 0).toFixed(2);
    console.log(
      `cold start, ${kind}: open ${middle(0)}, first durable commit ${middle(1)}, close ${middle(2)} ms`,
    );
  }
}

async function printAll(): Promise<void> {
  console.log(`event ${event.length} bytes, node ${process.version}, sqlite ${process.versions["sqlite"]}`);
  console.log(`append 4 kB + fdatasync: ${await measure(5, timeSync)}`);
  const shapes = [
    { commits: 300, perBatch: 1_000, durable: true, outstanding: 1 },
    { commits: 300, perBatch: 1_000, durable: true, outstanding: 4 },
    { commits: 300, perBatch: 1_000, durable: false, outstanding: 1 },
    { commits: 3_000, perBatch: 1, durable: true, outstanding: 1 },
    { commits: 3_000, perBatch: 1, durable: true, outstanding: 10 },
    { commits: 20_000, perBatch: 1, durable: false, outstanding: 1 },
  ];
  for (const shape of shapes) {
    console.log(
      `${JSON.stringify(shape)}: ${await measure(5, (folder) => timeCommits(folder, shape))} per commit`,
    );
  }
  for (const pageSize of [4096, 8192, 16384]) {
    for (const withoutRowid of [true, false]) {
      const large = await measure(3, (folder) => timeRaw(folder, pageSize, withoutRowid, 1_000, true));
      const small = await measure(3, (folder) => timeRaw(folder, pageSize, withoutRowid, 1, false));
      console.log(
        `raw, page ${pageSize}, ${withoutRowid ? "without rowid" : "rowid"}: 1,000 FULL ${large}; 1 NORMAL ${small}`,
      );
    }
  }
  await printColdStarts();
  rmSync(root, { recursive: true, force: true });
}

await (process.argv[3] === "cold" ? runColdStart(root) : printAll());
