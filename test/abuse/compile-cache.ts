/** Where Node keeps what it has compiled of the sources that children of tests begin with, so that each child need not. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../../tools/checks.ts";

/** The value of NODE_COMPILE_CACHE; the folder is there. */
export const compileCache: string = join(projectFolder, "node_modules", ".cache", "millrace-compiled");

mkdirSync(compileCache, { recursive: true, mode: 0o700 });
