/** Reads the end of a log without reading what comes before it. */
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";

const chunkBytes = 16_384;
/** A log without line ends is cut here. */
const lineBytesAtMost = 65_536;

/** The last lines of a file, at most `count`; empty for a file that is not there. */
export async function readLastLines(path: string, count: number): Promise<readonly string[]> {
  const handle = await openIfThere(path);
  if (handle === undefined) return [];
  try {
    const { size } = await handle.stat();
    const from = Math.max(await findLastLines(handle, size, count), size - lineBytesAtMost);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    const text = buffer.toString("utf8", 0, bytesRead).replace(/\r?\n$/, "");
    return text === "" ? [] : text.split(/\r?\n/);
  } finally {
    await handle.close();
  }
}

/** Where the last `count` lines of a file begin. A line end at the very end does not begin a line. */
export async function findLastLines(handle: FileHandle, size: number, count: number): Promise<number> {
  if (count <= 0) return size;
  let missing = count;
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - chunkBytes);
    const buffer = Buffer.alloc(end - start);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
    for (let index = bytesRead - 1; index >= 0; index -= 1) {
      if (buffer[index] !== 0x0a || start + index === size - 1) continue;
      missing -= 1;
      if (missing === 0) return start + index + 1;
    }
    end = start;
  }
  return 0;
}

/** Undefined when the file is not there (any more). */
export async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
