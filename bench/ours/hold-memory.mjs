// Loaded with `--import` into the command under test by P4: a gigabyte that stays, as the state of a very large
// engine would. It is taken after the start, because the engine starts its execution slots before it loads state.

const sizeBytes = 2 ** 30;
const blockBytes = 2 ** 26;

/** @type {Buffer[]} */
const held = [];
globalThis
  .setTimeout(() => {
    // Filled, because memory that was never written to is not there.
    for (let taken = 0; taken < sizeBytes; taken += blockBytes) held.push(Buffer.alloc(blockBytes, 1));
  }, 200)
  .unref();
