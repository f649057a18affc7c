/**
 * How long Millrace needs to read, check and plan a document. Prints the seconds of one compilation in a fresh
 * process, without the start of Node and the loading of modules.
 *
 *   node compile-document.ts FILE
 */
import { readFileSync } from "node:fs";
import { findLanguage } from "../../src/main/languages.ts";

const file = process.argv[2] ?? "";
const source = readFileSync(file, "utf8");
const facts = { uid: "00000000-0000-4000-8000-000000000000", nameSuffix: "bench", createdAt: 0 };

const startedAt = performance.now();
const compiled = findLanguage(source, file).compile(source, file, { parameters: {}, facts });
const seconds = (performance.now() - startedAt) / 1000;

if (compiled.plan === undefined) {
  throw new Error(
    `the document is wrong: ${compiled.diagnostics
      .map(({ message }) => message)
      .slice(0, 3)
      .join("; ")}`,
  );
}
console.log(seconds.toFixed(6));
