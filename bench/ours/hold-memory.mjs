// Loaded with `--import` into the command under test by P4: a gigabyte that stays, as the state of a very large
// engine would. It is taken after the start, because the engine starts its execution slots before it loads state.
// A large engine comes to its state little by little; how long taking it at once held up the run is written to the file
// that FILL_TIME_FILE names, in seconds, so that it can be taken off.

import { writeFileSync } from "node:fs";
import process from "node:process";

const sizeBytes = 2 ** 30;
const blockBytes = 2 ** 26;

/** @type {Buffer[]} */
const held = [];
globalThis
  .setTimeout(() => {
    const startedAt = globalThis.performance.now();
    // Filled, because memory that was never written to is not there.
    for (let taken = 0; taken < sizeBytes; taken += blockBytes) held.push(Buffer.alloc(blockBytes, 1));
    const seconds = (globalThis.performance.now() - startedAt) / 1000;
    writeFileSync(process.env["FILL_TIME_FILE"] ?? "/dev/null", String(seconds));
  }, 200)
  .unref();
