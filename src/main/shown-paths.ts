/**
 * What attempts may read of the machine even where the rest is private to them:
 * the working folder, the document's folder, and whatever an absolute path in the parameters names.
 */
import { existsSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import type { RunDocument } from "../ports/history-store.ts";
import { decodeRunRecord } from "../runtime/recover/run-record.ts";

export interface ShownPaths {
  readonly list: () => readonly string[];
  readonly addRun: (document: RunDocument) => void;
}

export function createShownPaths(): ShownPaths {
  const paths = new Set<string>([process.cwd()]);
  return {
    list: () => [...paths],
    addRun: (document) => {
      if (existsSync(document.file)) paths.add(dirname(resolve(document.file)));
      for (const value of Object.values(decodeRunRecord(document).submission.parameters)) {
        if (isAbsolute(value) && value.length < 4_096 && !value.includes("\0") && existsSync(value))
          paths.add(value);
      }
    },
  };
}
