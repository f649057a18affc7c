/** The ledger of a run: a file below the working folder into which its tasks write a line when they begin and end. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "./place.ts";

export function ledgerPath(place: Place): string {
  return join(place.work, "ledger");
}

/** Its lines, in the order in which they were written. */
export function readLedger(place: Place): readonly string[] {
  const path = ledgerPath(place);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

/** Nobody tells of a line, so it is looked for again and again; a machine that is slow gets the time that it needs. */
const comesWithinMs = 60_000;

export async function untilLedger(place: Place, line: string): Promise<void> {
  for (const end = performance.now() + comesWithinMs; performance.now() < end;) {
    if (readLedger(place).includes(line)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.fail(`${line} never appeared in the ledger`);
}
