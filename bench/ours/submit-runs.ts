/**
 * Hands documents of three steps to the serve of a home, as `millrace submit` does, but from one process that is warm.
 *
 *   node submit-runs.ts HOME steadily RUNS PER_MINUTE   prints milliseconds from a submission until its first step runs:
 *                                                       the 99th of 100, the 90th and the 50th
 *   node submit-runs.ts HOME together RUNS AT_ONCE      prints seconds until all runs have ended
 *
 * Each step is `date`, so it says itself when it ran. Submissions come at fixed times, whether the ones before them have
 * been answered or not: a slow answer delays nobody else's clock.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { createHouse } from "../../src/main/house.ts";
import { renderThreeSteps } from "./documents.ts";

const [home = "", manner = "", runsText = "", paceText = ""] = process.argv.slice(2);
const runs = Number(runsText);
const pace = Number(paceText);
if (home === "" || !["steadily", "together"].includes(manner) || !(runs > 0) || !(pace > 0)) {
  console.error("usage: submit-runs.ts HOME steadily RUNS PER_MINUTE | HOME together RUNS AT_ONCE");
  process.exit(2);
}

const house = createHouse(home);
const source = renderThreeSteps(["container: {image: busybox, command: [/bin/date, '+%s%N']}"]);

/** Hands one over; its name and the time at which that began, in epoch milliseconds. */
async function submit(): Promise<{ readonly name: string; readonly at: number }> {
  const at = readClock();
  const answer = await house.handOver({ source, file: "steps.yaml", submission: { parameters: {} } });
  if (!answer.ok)
    throw new Error(`the document is wrong: ${answer.diagnostics.map(({ message }) => message).join("; ")}`);
  return { name: answer.name, at };
}

function readClock(): number {
  return performance.timeOrigin + performance.now();
}

async function submitSteadily(): Promise<string> {
  // What is loaded and compiled with the first ones is not what is measured.
  for (let index = 0; index < 20; index += 1) await submit();
  const startsAt = performance.now();
  const pending: ReturnType<typeof submit>[] = [];
  for (let index = 0; index < runs; index += 1) {
    const waitMs = startsAt + (index * 60_000) / pace - performance.now();
    if (waitMs > 0) await wait(waitMs);
    pending.push(submit());
  }
  const submitted = await Promise.all(pending);
  await waitForEnds(runs + 20);
  const latencies = submitted.map(({ name, at }) => readFirstStep(name) - at).sort((a, b) => a - b);
  return [0.99, 0.9, 0.5]
    .map((share) => (latencies[Math.ceil(share * runs) - 1] ?? Number.NaN).toFixed(1))
    .join(" ");
}

/** When the first step ran, in epoch milliseconds: it is task 1, after the whole. */
function readFirstStep(name: string): number {
  return Number(readFileSync(join(home, "runs", name, "1", "main.out"), "utf8")) / 1e6;
}

async function submitTogether(): Promise<string> {
  const startsAt = performance.now();
  let left = runs;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await submit();
    }
  };
  await Promise.all(Array.from({ length: pace }, work));
  await waitForEnds(runs);
  return ((performance.now() - startsAt) / 1000).toFixed(3);
}

/** Resolves when so many runs more have succeeded than when this program began. Looking costs serve nothing. */
async function waitForEnds(count: number): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (performance.now() < deadline) {
    if (countEnded() - endedBefore >= count) return;
    await wait(20);
  }
  throw new Error(`only ${countEnded() - endedBefore} of ${count} runs have succeeded`);
}

function countEnded(): number {
  const database = new DatabaseSync(join(home, "history.db"), { readOnly: true });
  try {
    const row = database.prepare("SELECT count FROM run_count WHERE phase = 'succeeded'").get();
    return Number(row?.["count"] ?? 0);
  } finally {
    database.close();
  }
}

const endedBefore = countEnded();
console.log(await (manner === "steadily" ? submitSteadily() : submitTogether()));
