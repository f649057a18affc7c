/**
 * A writer in a process of its own, for tests that kill it: `writer-child.ts <folder> [hold]`.
 * It appends to two runs, printing the sequence number of every durable commit after its promise resolved; with
 * `hold` it prints `0` once it has the lock, and waits.
 */
import { writeSync } from "node:fs";
import { creation, sampleBatch } from "../../src/ports/conformance/history-store.ts";
import { openSqliteHistory } from "../../src/stores/sqlite/open-sqlite-history.ts";

const [folder = "", how] = process.argv.slice(2);
const store = openSqliteHistory(folder, { mode: "write" });
if (how === "hold") {
  writeSync(1, "0\n");
  setInterval(() => undefined, 60_000);
} else {
  await store.commit(creation("a", "b"), { durable: true });
  for (let seq = 2; ; seq += 1) {
    const durable = seq % 7 === 0;
    await store.commit({ appended: [sampleBatch("a", seq), sampleBatch("b", seq)] }, { durable });
    if (durable) writeSync(1, `${seq}\n`);
  }
}
