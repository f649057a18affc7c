/**
 * Fills a home with what `millrace serve` finds when it starts: stored schedules, none of them due soon, and runs that
 * wait for a lock that the first of them has and nobody gives back. Each run has a process with three steps, so that it
 * costs what an ordinary run costs when it is read.
 *
 *   node fill-home.ts HOME RUNS SCHEDULES
 */
import { openHome } from "../../src/main/home.ts";
import { createHouse } from "../../src/main/house.ts";
import { openLocalEngine } from "../../src/main/local-engine.ts";
import { renderThreeSteps } from "./documents.ts";

const [home = "", runsText = "", schedulesText = ""] = process.argv.slice(2);
const runs = Number(runsText);
const schedules = Number(schedulesText);
if (home === "" || !(runs >= 0) || !(schedules >= 0)) {
  console.error("usage: fill-home.ts HOME RUNS SCHEDULES");
  process.exit(2);
}

/** On the first of January, at one of the minutes of the day. */
function renderSchedule(index: number): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: bench-${index}}
spec:
  schedule: "${index % 60} ${Math.floor(index / 60) % 24} 1 1 *"
  timezone: Etc/UTC
  workflowSpec:
    entrypoint: main
    templates:
      - name: main
        container: {image: busybox, command: [/bin/true]}
`;
}

const house = createHouse(home);
for (let index = 0; index < schedules; index += 1)
  await house.definitions.store({
    source: renderSchedule(index),
    file: "schedule.yaml",
    mode: "create",
    kinds: ["CronWorkflow"],
    strict: true,
  });
const source = renderThreeSteps(["suspend: {}"], ["  synchronization: {mutexes: [{name: bench}]}"]);
const engine = await openLocalEngine(openHome(home), { executor: "process", parallel: 1, serves: true });
for (let first = 0; first < runs; first += 100)
  await Promise.all(Array.from({ length: Math.min(100, runs - first) }, submit));
await engine.close({ leaveRunning: true });

async function submit(): Promise<void> {
  const answer = await engine.submitDurably({ source, file: "queued.yaml", submission: { parameters: {} } });
  if (!answer.ok)
    throw new Error(`the document is wrong: ${answer.diagnostics.map(({ message }) => message).join("; ")}`);
}
