/** Reads an input as text, for what the runtime does by itself: the manifest of an object that a task acts on. */
import { existsSync, statSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MillraceError } from "../../base/errors.ts";
import type { RuntimePorts } from "../runtime-ports.ts";
import { layInput } from "./local-attempt-files.ts";
import type { InputSources } from "./local-attempt-files.ts";

/** Longest text in bytes; a cluster takes objects of 1.5 MiB. */
const textBytesAtMost = 4 * 1024 * 1024;

export function createInputReader(sources: InputSources): NonNullable<RuntimePorts["readInput"]> {
  return async (input) => {
    const refuse = (code: string, message: string): never => {
      throw new MillraceError(code, "invalid", `artifact ${input.name}: ${message}`);
    };
    const folder = await mkdtemp(join(tmpdir(), "millrace-input-"));
    try {
      const target = join(folder, "input");
      const problem = await layInput(sources, input, folder, target);
      if (problem !== undefined) {
        const message = "message" in problem ? problem.message : problem.kind;
        throw new MillraceError("artifact/missing", "not-found", message);
      }
      if (!existsSync(target)) return refuse("artifact/missing", "nothing lies at its place");
      const found = statSync(target);
      if (!found.isFile()) return refuse("artifact/no-text", "it is a directory, and a text is wanted");
      if (found.size > textBytesAtMost)
        return refuse("artifact/no-text", `it has ${found.size} bytes, and ${textBytesAtMost} are the most`);
      return await readFile(target, "utf8");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}
