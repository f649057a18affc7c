/** The log of a command as one file, for those who keep logs as artifacts. */
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { attemptLogFile } from "../../ports/attempt-directory.ts";

/** Both streams of a command in one file: what it printed, and then what it complained of. */
export async function joinLogs(directory: string, command: string): Promise<string> {
  const path = join(directory, `${command}.log`);
  await rm(path, { force: true });
  for (const stream of ["out", "err"] as const) {
    const part = join(directory, attemptLogFile(command, stream));
    if (existsSync(part)) await pipeline(createReadStream(part), createWriteStream(path, { flags: "a" }));
  }
  return path;
}
