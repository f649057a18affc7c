/** The real `millrace serve` with a schedule of every second, killed in between: no time has two runs, none is lost. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { House } from "../../src/api/house.ts";
import { isJsonObject } from "../../src/base/json.ts";
import { readScheduleStatus } from "../../src/model/schedule/schedule-codec.ts";
import type { ScheduleStatus } from "../../src/model/schedule/schedule.ts";
import type { Program } from "../abuse/program.ts";
import { makeServePlace } from "./serve-place.ts";

const key = { kind: "CronWorkflow", name: "tick" } as const;

async function readStatus(house: House): Promise<ScheduleStatus | undefined> {
  const { status } = await house.definitions.get(key);
  return isJsonObject(status) ? readScheduleStatus(status["schedule"] ?? null) : undefined;
}

/** Waits until the home has at least so many runs, looking whenever its history changes. */
async function untilRuns(house: House, server: Program, count: number): Promise<void> {
  while ((await house.list()).length < count) await waitForChange(house, server);
}

/** A server that has ended, for whatever reason, will change nothing any more. */
async function waitForChange(house: House, { child }: Program): Promise<void> {
  assert.deepEqual([child.exitCode, child.signalCode], [null, null], "the server has ended");
  await house.changed(200);
}

function makeCron(folder: string): string {
  const source = `echo {{workflow.name}} {{workflow.scheduledTime}} >> ${folder}/ran`;
  return JSON.stringify({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "CronWorkflow",
    metadata: { name: key.name },
    spec: {
      schedules: ["@every 1s"],
      startingDeadlineSeconds: 60,
      successfulJobsHistoryLimit: 1000,
      workflowSpec: {
        entrypoint: "main",
        templates: [{ name: "main", script: { image: "busybox", command: ["sh"], source } }],
      },
    },
  });
}

test("killed between and during starts, every started time has one run, and all of them are counted", async (context) => {
  const { folder, house, serve } = makeServePlace(context);
  const first = await serve();
  const stored = { file: "cron.json", mode: "create", kinds: [key.kind], strict: true } as const;
  await house.definitions.store({ source: makeCron(folder), ...stored });
  await untilRuns(house, first, 2);
  first.child.kill("SIGKILL");
  await first.ended;
  for (let round = 0; round < 2; round += 1) {
    const before = (await house.list()).length;
    const server = await serve();
    // Just after a run has appeared, its confirmation and its end are on their way.
    await untilRuns(house, server, before + 2);
    server.child.kill("SIGKILL");
    await server.ended;
  }
  const last = await serve();
  await house.definitions.suspend(key.name, true);
  for (;;) {
    const rows = await house.list();
    const status = await readStatus(house);
    if (status?.active.length === 0 && status.succeeded === rows.length) break;
    await waitForChange(house, last);
  }
  const rows = await house.list();
  const status = (await readStatus(house)) ?? assert.fail("no status");
  const names = rows.map(({ name }) => name).sort();
  assert.ok(names.length >= 6, `${names.length} runs`);
  assert.ok(
    names.every((name) => /^tick-\d{10}$/u.test(name)),
    names.join(" "),
  );
  assert.deepEqual(status.finished.map(({ name }) => name).sort(), names);
  const lines = readFileSync(join(folder, "ran"), "utf8").trim().split("\n");
  const ran = lines.map((line) => {
    const [name = "", time = ""] = line.split(" ");
    assert.equal(name, `tick-${Date.parse(time) / 1000}`);
    return name;
  });
  assert.deepEqual(ran.sort(), names);
  last.child.kill("SIGTERM");
  assert.equal((await last.ended).code, 0);
});
