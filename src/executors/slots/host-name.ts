/** What this machine calls itself; attempts are recorded with it. */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { lazily } from "../../base/lazily.ts";

const nameFile = "/proc/sys/kernel/hostname";

/** The host's name. A file tells it where there is `/proc`, and spares a short run the loading of `node:os`. */
export const findHostName: () => string = lazily(() => readNameFile() ?? hostname());

function readNameFile(): string | undefined {
  try {
    const name = readFileSync(nameFile, "utf8").trim();
    return name === "" ? undefined : name;
  } catch {
    // Not Linux, or its files are hidden; the system can still be asked.
    return undefined;
  }
}
