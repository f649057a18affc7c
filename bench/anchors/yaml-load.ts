/**
 * How long the YAML reader alone needs for a document. Prints the seconds of one load in a fresh process,
 * without the start of Node.
 *
 *   node yaml-load.ts FILE
 */
import { readFileSync } from "node:fs";
import { load } from "js-yaml";

const text = readFileSync(process.argv[2] ?? "", "utf8");
const startedAt = performance.now();
const value = load(text, { json: true });
const seconds = (performance.now() - startedAt) / 1000;
if (typeof value !== "object" || value === null) throw new Error("the document is empty");
console.log(seconds.toFixed(6));
