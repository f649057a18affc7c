/** Backfills of stored schedules as submissions, carried out by an engine of this process. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { House } from "../../src/api/house.ts";
import { createHouse } from "../../src/main/house.ts";

const source = `
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: nightly}
spec:
  schedules: ["0 3 * * *"]
  timezone: Europe/Berlin
  workflowMetadata: {labels: {team: a}}
  workflowSpec:
    entrypoint: main
    arguments: {parameters: [{name: cronScheduleTime, value: never}, {name: other, value: kept}]}
    templates: [{name: main, suspend: {duration: "0"}}]
`;
const wishes = { start: "2026-03-28", end: "2026-03-30T12:00:00Z", name: "spring" };

async function makeHouse(context: TestContext): Promise<House> {
  const root = mkdtempSync(join(tmpdir(), "millrace-backfill-"));
  context.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  const house = createHouse(root);
  const stored = { file: "n.yaml", mode: "create", kinds: ["CronWorkflow"], strict: true } as const;
  assert.ok((await house.definitions.store({ source, ...stored })).ok);
  return house;
}

const times = ["2026-03-28T02:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"];
const names = times.map((time) => `nightly-backfill-spring-${Date.parse(time) / 1000}`);

describe("backfill", () => {
  test("without a zone of the definition the times are those of the start's offset", async (context) => {
    const house = await makeHouse(context);
    const lines = source.replace(/ {2}timezone: .*\n/u, "").replace("name: nightly", "name: anywhere");
    const stored = { file: "a.yaml", mode: "create", kinds: ["CronWorkflow"], strict: true } as const;
    assert.ok((await house.definitions.store({ source: lines, ...stored })).ok);
    const list = async (start: string, end: string): Promise<readonly (string | undefined)[]> => {
      const plan = await house.definitions.planBackfill("anywhere", { start, end, name: "b" });
      return plan.requests.map(({ submission }) => submission.name);
    };
    const nameAt = (time: string): string => `anywhere-backfill-b-${Date.parse(time) / 1000}`;
    assert.deepEqual(await list("2026-03-28T00:00:00+05:30", "2026-03-29T00:00:00+05:30"), [
      nameAt("2026-03-28T03:00:00+05:30"),
    ]);
    assert.deepEqual(await list("2026-03-28T00:00:00-08:00", "2026-03-29T00:00:00-08:00"), [
      nameAt("2026-03-28T03:00:00-08:00"),
    ]);
    assert.deepEqual(await list("2026-03-28", "2026-03-28T23:00:00Z"), [nameAt("2026-03-28T03:00:00Z")]);
  });

  test("there is a run for each time of the definition's zone, always the same ones", async (context) => {
    const house = await makeHouse(context);
    const plan = await house.definitions.planBackfill("nightly", wishes);
    assert.equal(plan.name, "spring");
    assert.deepEqual(
      plan.requests.map(({ submission }) => submission.name),
      names,
    );
    const [first] = plan.requests;
    assert.deepEqual(first?.submission.labels, {
      "workflows.argoproj.io/cron-workflow": "nightly",
      team: "a",
      "workflows.argoproj.io/backfill": "nightly",
    });
    assert.match(first.source, /"synchronization": \{\s*"mutexes": \[\s*\{\s*"name": "spring"/u);
    assert.deepEqual(await house.definitions.planBackfill("nightly", wishes), plan);
    const parallel = await house.definitions.planBackfill("nightly", { ...wishes, parallel: true });
    assert.doesNotMatch(parallel.requests[0]?.source ?? "", /mutexes/u);
    const unnamed = await house.definitions.planBackfill("nightly", { start: "2026-03-28" });
    assert.match(unnamed.name, /^[a-z0-9]{5}$/u);
  });

  test("what cannot be is refused", async (context) => {
    const house = await makeHouse(context);
    const code = { code: "definition/bad-backfill" };
    await assert.rejects(house.definitions.planBackfill("nightly", { start: "" }), code);
    await assert.rejects(house.definitions.planBackfill("nightly", { start: "soon" }), code);
    const unknown = { code: "definition/unknown" };
    await assert.rejects(house.definitions.planBackfill("nobody", wishes), unknown);
  });

  test("repeated, it runs only what has not run, each with its time among its arguments", async (context) => {
    const house = await makeHouse(context);
    const drive = async (end: string): Promise<readonly string[]> => {
      const plan = await house.definitions.planBackfill("nightly", { ...wishes, end });
      const engine = await house.openEngine({ executor: "none" });
      try {
        const started: string[] = [];
        for (const request of plan.requests) {
          const answer = await engine.submit(request);
          assert.ok(answer.ok);
          started.push(answer.name);
        }
        for (const name of started) await engine.adopt(name);
        await Promise.all(started.map((name) => engine.settled(name)));
        return started;
      } finally {
        await engine.close({ leaveRunning: false });
      }
    };
    assert.deepEqual(await drive("2026-03-29T12:00:00Z"), names.slice(0, 2));
    assert.deepEqual(await drive(wishes.end), names);
    const rows = await house.list();
    assert.deepEqual(
      rows.map(({ name, phase }) => `${name} ${phase}`).sort(),
      names.map((name) => `${name} succeeded`),
    );
    const { source: document, annotations } = await house.get(names[1] ?? "");
    assert.match(document, /"value": "2026-03-29 03:00:00 \+0200 CEST"/u);
    assert.equal(annotations["workflows.argoproj.io/scheduled-time"], times[1]);
  });

  test("lists and pictures say when the next run is due, and nothing for what is suspended", async (context) => {
    const house = await makeHouse(context);
    const [listed] = await house.definitions.list("CronWorkflow");
    const next = new Date(listed?.nextRunAt ?? 0);
    assert.ok(next.getTime() > Date.now() && next.getTime() < Date.now() + 26 * 3_600_000);
    assert.equal(
      new Intl.DateTimeFormat("en", { timeZone: "Europe/Berlin", hour: "numeric", hourCycle: "h23" }).format(
        next,
      ),
      "03",
    );
    await house.definitions.suspend("nightly", true);
    const picture = await house.definitions.get({ kind: "CronWorkflow", name: "nightly" });
    assert.equal(picture.nextRunAt, undefined);
  });
});
