/**
 * How long the engine and its runtime need for a run, without the start of Node and the reading of the document:
 * the Argo document goes through the language, the runtime and the SQLite history, as under `millrace run`.
 * Prints the seconds from the start of a run to its durable end, as the median of the later half of several runs in
 * this process: what an engine that has been at work for a moment needs.
 *
 *   node drive-document.ts FILE HOME RUNS
 */
import { readFileSync } from "node:fs";
import { createHouse } from "../../src/main/house.ts";
import { median } from "../harness/measure-workload.ts";

const [file = "", home = "", runsText = ""] = process.argv.slice(2);
const runs = Number(runsText);
if (file === "" || home === "" || !(runs > 0)) {
  console.error("usage: drive-document.ts FILE HOME RUNS");
  process.exit(2);
}

const source = readFileSync(file, "utf8");
const engine = await createHouse(home).openEngine({ executor: "process", parallel: 1 });
const samples: number[] = [];
for (let run = 0; run < runs; run += 1) {
  const answer = await engine.submit({ source, file, submission: { parameters: {} } });
  if (!answer.ok)
    throw new Error(`the document is wrong: ${answer.diagnostics.map(({ message }) => message).join("; ")}`);
  // The run was handed to the runtime above; its first turn comes with the next round of the event loop.
  const startedAt = performance.now();
  await engine.settled(answer.name);
  samples.push((performance.now() - startedAt) / 1000);
  const { phase } = engine.picture(answer.name).row;
  if (phase !== "succeeded") throw new Error(`the run ended as ${phase}`);
}
console.log(median(samples.slice(samples.length >> 1)).toFixed(6));
await engine.close({ leaveRunning: false });
