/** Reads a log that may still grow: each call goes on where the last one stopped, in chunks. */
import type { LineWriter } from "./line-writer.ts";
import { findLastLines, openIfThere } from "./read-last-lines.ts";

export interface LogCursor {
  /** Passes on what is there now. Calls at the same time become one after the other. */
  readOn(): Promise<void>;
  /** Reads what is left and ends the last line. */
  finish(): Promise<void>;
}

const chunkBytes = 65_536;

/** `tail`: begin with so many lines before the end; undefined for the beginning. `isWanted` is asked before each chunk. */
export function createLogCursor(
  path: string,
  tail: number | undefined,
  writer: LineWriter,
  isWanted: () => boolean,
): LogCursor {
  let offset = tail === undefined ? 0 : -1;
  let queue = Promise.resolve();
  const read = async (): Promise<void> => {
    const handle = await openIfThere(path);
    if (handle === undefined) return;
    try {
      const { size } = await handle.stat();
      if (offset < 0) offset = await findLastLines(handle, size, tail ?? 0);
      const buffer = Buffer.alloc(chunkBytes);
      // Not what is written meanwhile: a reader that chases the writer takes processor and memory from it.
      while (offset < size && isWanted()) {
        const { bytesRead } = await handle.read(buffer, 0, chunkBytes, offset);
        if (bytesRead === 0) return;
        offset += bytesRead;
        await writer.write(Buffer.from(buffer.subarray(0, bytesRead)));
      }
    } finally {
      await handle.close();
    }
  };
  const enqueue = (work: () => Promise<void>): Promise<void> => {
    queue = queue.then(work);
    return queue;
  };
  return {
    readOn: () => enqueue(read),
    finish: () => enqueue(read).then(() => enqueue(writer.end)),
  };
}
