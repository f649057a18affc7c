/**
 * How fast this machine can make history durable at best: rows of about 212 bytes into SQLite,
 * write-ahead log, synchronous FULL, a thousand to a commit. Prints the wall time in seconds.
 *
 *   node sqlite-insert.ts FILE ROWS ROWS_PER_COMMIT
 */
import { DatabaseSync } from "node:sqlite";

const [file = "", rowsText = "", perCommitText = ""] = process.argv.slice(2);
const rows = Number(rowsText);
const rowsPerCommit = Number(perCommitText);
if (file === "" || !(rows > 0) || !(rowsPerCommit > 0)) {
  console.error("usage: sqlite-insert.ts FILE ROWS ROWS_PER_COMMIT");
  process.exit(2);
}

const database = new DatabaseSync(file);
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 10000");
database.exec(
  "CREATE TABLE event (seq INTEGER PRIMARY KEY, run INTEGER NOT NULL, body TEXT NOT NULL) STRICT",
);
const insert = database.prepare("INSERT INTO event (seq, run, body) VALUES (?, ?, ?)");
const body = JSON.stringify({
  kind: "attempt.ended",
  task: 123456,
  attempt: 1,
  at: 1700000000000,
  filler: "x".repeat(130),
});

const startedAt = performance.now();
for (let seq = 0; seq < rows; seq += rowsPerCommit) {
  database.exec("BEGIN");
  const end = Math.min(rows, seq + rowsPerCommit);
  for (let row = seq; row < end; row += 1) insert.run(row, 1, body);
  database.exec("COMMIT");
}
console.log(((performance.now() - startedAt) / 1000).toFixed(6));
database.close();
