/** The schedules of serve over a host in memory and a clock of the test: what is stored, started, ended and removed. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RunRow, SubmitRequest } from "../../src/api/house.ts";
import { MillraceError } from "../../src/base/errors.ts";
import { createCronPart } from "../../src/main/serve/cron-part.ts";
import type { ServeHost, ServePart } from "../../src/main/serve/serve-part.ts";
import type { DefinitionStore } from "../../src/ports/definition-store.ts";
import type { RunSummary } from "../../src/ports/history-store.ts";
import {
  createDefinitionShelf,
  createMemoryDefinitions,
} from "../../src/stores/memory/memory-definitions.ts";
import { startOfTime } from "../argo/virtual-time.ts";

const minute = 60_000;
const nameAt = (minutes: number): string => `tick-${startOfTime / 1000 + minutes * 60}`;

interface Bench {
  readonly definitions: DefinitionStore;
  readonly runs: Map<string, RunSummary>;
  readonly calls: string[];
  readonly notes: string[];
  /** Makes the named calls of the host fail, or the store's writes. */
  failing: string | undefined;
  /** What another process does just before the next write. */
  meanwhile: (() => Promise<void>) | undefined;
  /** A process that is killed: everything in memory is gone. */
  restart(): void;
  now: number;
  look(ended?: readonly string[]): Promise<number>;
  /** Lets the clock come to a minute after the start, and looks. */
  lookAt(minutes: number): Promise<number>;
  end(name: string, phase?: string): Promise<number>;
  store(spec?: object, name?: string): Promise<void>;
  status(name?: string): Promise<Record<string, unknown>>;
  started(): readonly string[];
}

function makeBench(): Bench {
  const shelf = createDefinitionShelf();
  const store = createMemoryDefinitions(shelf);
  const runs = new Map<string, RunSummary>();
  const calls: string[] = [];
  const notes: string[] = [];
  const failWhen = (what: string): void => {
    if (bench.failing === what) throw new MillraceError("store/full", "exhausted", `no room to ${what}`);
  };
  const host: ServeHost = {
    clock: { now: () => bench.now, callAt: () => assert.fail("no timers here") },
    definitions: {
      ...store,
      writeStatus: async (...given) => {
        failWhen("write");
        const { meanwhile } = bench;
        bench.meanwhile = undefined;
        await meanwhile?.();
        return store.writeStatus(...given);
      },
    },
    setKeptLimits: () => undefined,
    submit: async ({ submission }: SubmitRequest) => {
      const { name = "", labels = {}, facts } = submission;
      failWhen("submit");
      if (bench.failing === "compile")
        return {
          ok: false,
          diagnostics: [{ code: "argo/x", severity: "error", message: "no such template" }],
        };
      const runId = JSON.stringify(facts?.["uid"]).slice(1, -1);
      calls.push(`submit ${name}`);
      assert.equal(
        [...runs.values()].some((run) => run.runId === runId || run.name === name),
        false,
      );
      const summary = { runId, name, phase: "running", createdAt: bench.now, labels };
      runs.set(name, { ...summary, progress: { done: 0, total: 0 }, view: {} });
      failWhen("answer");
      return { ok: true, name, runId, warnings: [] };
    },
    command: async (name, { kind }) => void calls.push(`${kind} ${name}`),
    listRuns: async (filter) => {
      const { label } = filter ?? {};
      assert.ok(label !== undefined && filter?.unfinishedOnly === true, "all runs are read");
      calls.push(`list ${label.value}`);
      return [...runs.values()].filter(
        (run) => run.labels[label.name] === label.value && run.phase === "running",
      );
    },
    findRun: async (name) => runs.get(name),
    expire: async () => ({ deleted: [], nextAt: undefined }),
    remove: async (name) => {
      calls.push(`remove ${name}`);
      if (runs.get(name)?.view["owes"] !== undefined) return "owing";
      if (!runs.delete(name)) throw new MillraceError("run/unknown", "not-found", name);
      return "removed";
    },
    note: (text) => notes.push(text),
  };
  let part: ServePart = createCronPart(host);
  const rowOf = (name: string): RunRow => {
    const { view: _, progress: __, ...run } = runs.get(name) ?? assert.fail(`no run ${name}`);
    return { ...run, shownPhase: run.phase, done: 0, total: 0 };
  };
  const bench: Bench = {
    definitions: store,
    runs,
    calls,
    notes,
    failing: undefined,
    meanwhile: undefined,
    now: startOfTime,
    restart: () => (part = createCronPart(host)),
    look: (ended = []) => part.look({ now: bench.now, ended: ended.map(rowOf) }),
    lookAt: (minutes) => {
      bench.now = startOfTime + minutes * minute;
      return bench.look();
    },
    end: (name, phase = "succeeded") => {
      runs.set(name, { ...(runs.get(name) ?? assert.fail(`no run ${name}`)), phase, endedAt: bench.now });
      return bench.look([name]);
    },
    store: async (spec = {}, name = "tick") => {
      const workflowSpec = { entrypoint: "main", templates: [{ name: "main", suspend: {} }] };
      const source = JSON.stringify({
        apiVersion: "argoproj.io/v1alpha1",
        kind: "CronWorkflow",
        metadata: { name },
        spec: { schedules: ["* * * * *"], timezone: "UTC", workflowSpec, ...spec },
      });
      const uid = `uid-${name}-${bench.now}`;
      await store.put([{ kind: "CronWorkflow", name, source, labels: {}, uid, expects: "any" }], bench.now);
    },
    status: async (name = "tick") =>
      ((await store.get({ kind: "CronWorkflow", name })) ?? assert.fail(`no ${name}`)).status,
    started: () => calls.filter((call) => call.startsWith("submit ")).map((call) => call.slice(7)),
  };
  return bench;
}

describe("schedules in serve", () => {
  test("a run starts at each time, is confirmed and counted, and the status is Argo's", async () => {
    const bench = makeBench();
    assert.equal(await bench.look(), Infinity);
    await bench.store();
    assert.equal(await bench.look(), startOfTime + minute);
    assert.equal(await bench.lookAt(1), startOfTime + 2 * minute);
    assert.deepEqual(bench.started(), [nameAt(1)]);
    const { active, lastScheduledTime, phase } = await bench.status();
    const { runId, labels } = bench.runs.get(nameAt(1)) ?? assert.fail();
    assert.match(runId, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u);
    assert.deepEqual(labels, { "workflows.argoproj.io/cron-workflow": "tick" });
    assert.deepEqual(
      [active, lastScheduledTime, phase],
      [
        [
          {
            apiVersion: "argoproj.io/v1alpha1",
            kind: "Workflow",
            name: nameAt(1),
            namespace: "default",
            uid: runId,
          },
        ],
        "2024-01-15T12:01:00Z",
        "Active",
      ],
    );
    await bench.end(nameAt(1));
    const after = await bench.status();
    assert.deepEqual([after["active"], after["succeeded"], after["failed"]], [undefined, 1, 0]);
  });

  test("C1: a look at which nothing is due, changed or ended reads no run and writes nothing", async () => {
    const bench = makeBench();
    for (let index = 0; index < 50; index += 1)
      await bench.store({ schedules: ["0 0 1 1 *"] }, `yearly-${index}`);
    await bench.store({ concurrencyPolicy: "Forbid" });
    await bench.look();
    await bench.look();
    const { revision } = await bench.definitions.changesSince(0);
    bench.calls.length = 0;
    await bench.lookAt(0.5);
    assert.deepEqual(bench.calls, []);
    await bench.lookAt(1);
    assert.deepEqual(bench.calls, ["list tick", `submit ${nameAt(1)}`]);
    const { changed } = await bench.definitions.changesSince(revision);
    assert.deepEqual(
      changed.map(({ name }) => name),
      ["tick"],
    );
  });

  test("Replace ends the active run before the next starts; Forbid holds back and heeds what people started", async () => {
    const bench = makeBench();
    await bench.store({ concurrencyPolicy: "Replace" });
    await bench.look();
    await bench.lookAt(1);
    await bench.lookAt(2);
    assert.deepEqual(
      bench.calls.filter((call) => !call.startsWith("list ")),
      [`submit ${nameAt(1)}`, `terminate ${nameAt(1)}`, `submit ${nameAt(2)}`],
    );
    await bench.store({ concurrencyPolicy: "Forbid" });
    await bench.end(nameAt(1), "failed");
    await bench.end(nameAt(2));
    const labels = { "workflows.argoproj.io/cron-workflow": "tick" };
    const own = { phase: "running", createdAt: 0, labels, progress: { done: 0, total: 0 }, view: {} };
    bench.runs.set("by-hand", { ...own, runId: "by-hand", name: "by-hand" });
    await bench.lookAt(3);
    assert.equal(bench.started().length, 2);
    await bench.end("by-hand");
    await bench.lookAt(4);
    assert.deepEqual(bench.started(), [nameAt(1), nameAt(2), nameAt(4)]);
  });

  test("history limits remove the oldest of the ended runs", async () => {
    const bench = makeBench();
    await bench.store({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 });
    await bench.look();
    for (const minutes of [1, 2, 3]) {
      await bench.lookAt(minutes);
      await bench.end(nameAt(minutes), minutes === 3 ? "failed" : "succeeded");
    }
    assert.deepEqual([...bench.runs.keys()], [nameAt(2)]);
    const { schedule } = (await bench.status()) as { readonly schedule: Record<string, unknown> };
    assert.deepEqual(schedule["deleting"], []);
  });

  test("a run that owes callbacks is removed when they are settled, also by a later process", async () => {
    const bench = makeBench();
    await bench.store({ successfulJobsHistoryLimit: 0 });
    await bench.look();
    await bench.lookAt(1);
    const owing = { ...(bench.runs.get(nameAt(1)) ?? assert.fail()), view: { owes: 1 } };
    bench.runs.set(nameAt(1), owing);
    await bench.end(nameAt(1));
    const readDeleting = async (): Promise<unknown> =>
      ((await bench.status()) as { readonly schedule: Record<string, unknown> }).schedule["deleting"];
    assert.deepEqual([[...bench.runs.keys()], await readDeleting()], [[nameAt(1)], [nameAt(1)]]);
    bench.restart();
    await bench.look();
    assert.deepEqual([[...bench.runs.keys()], await readDeleting()], [[nameAt(1)], [nameAt(1)]]);
    bench.runs.set(nameAt(1), { ...owing, view: {} });
    await bench.end(nameAt(1));
    assert.deepEqual([[...bench.runs.keys()], await readDeleting()], [[], []]);
    const { succeeded, schedule } = await bench.status();
    assert.deepEqual([succeeded, (schedule as Record<string, unknown>)["finished"]], [1, []]);
  });

  test("suspending, resuming, changing and deleting by others take effect at the next look", async () => {
    const bench = makeBench();
    await bench.store();
    await bench.look();
    const suspend = async (value: boolean): Promise<void> => {
      const key = { kind: "CronWorkflow", name: "tick" } as const;
      const found = (await bench.definitions.get(key)) ?? assert.fail();
      const status = { ...found.status, suspend: { value, version: found.version } };
      await bench.definitions.writeStatus(key, status, found.statusRevision);
    };
    await suspend(true);
    assert.equal(await bench.look(), Infinity);
    await bench.lookAt(1);
    await suspend(false);
    assert.equal(await bench.look(), startOfTime + 2 * minute);
    await bench.store({ schedules: ["30 * * * *"] });
    assert.equal(await bench.look(), startOfTime + 30 * minute);
    assert.deepEqual(bench.started(), []);
    await bench.definitions.remove({ kind: "CronWorkflow", name: "tick" });
    await bench.lookAt(31);
    assert.deepEqual([bench.started(), await bench.look()], [[], Infinity]);
  });

  test("a person who suspends while a time is decided is not overwritten", async () => {
    const bench = makeBench();
    await bench.store();
    await bench.look();
    const key = { kind: "CronWorkflow", name: "tick" } as const;
    const found = (await bench.definitions.get(key)) ?? assert.fail();
    const suspend = { value: true, version: 1 };
    bench.meanwhile = async () => {
      await bench.definitions.writeStatus(key, { ...found.status, suspend }, found.statusRevision);
    };
    await bench.lookAt(1);
    assert.deepEqual((await bench.status())["suspend"], suspend);
    assert.deepEqual(bench.started(), []);
    assert.equal(await bench.lookAt(2), Infinity);
  });
});

describe("schedules after a crash", () => {
  for (const failing of ["write", "submit", "answer"] as const)
    test(`killed when it could not ${failing}: the run is started once`, async () => {
      const bench = makeBench();
      await bench.store({ startingDeadlineSeconds: 600 });
      await bench.look();
      bench.failing = failing;
      await bench.lookAt(1);
      assert.equal(bench.notes.length, 1);
      bench.failing = undefined;
      bench.restart();
      await bench.lookAt(1.5);
      assert.deepEqual(bench.started(), [nameAt(1)]);
      const { active, lastScheduledTime } = await bench.status();
      assert.ok(Array.isArray(active) && active.length === 1);
      assert.equal(lastScheduledTime, "2024-01-15T12:01:00Z");
    });

  test("C2: a write that fails is tried again in the same process, and its time is not lost", async () => {
    const bench = makeBench();
    await bench.store();
    await bench.look();
    bench.failing = "write";
    const nextAt = await bench.lookAt(1);
    assert.equal(nextAt, startOfTime + minute + 10_000);
    bench.failing = undefined;
    bench.now = nextAt;
    await bench.look();
    assert.deepEqual(bench.started(), [nameAt(1)]);
  });

  test("what ended or vanished while nobody looked is counted, and a held-back time has its turn", async () => {
    const bench = makeBench();
    await bench.store({ concurrencyPolicy: "Forbid", startingDeadlineSeconds: 600 });
    await bench.look();
    await bench.lookAt(1);
    await bench.lookAt(2);
    assert.deepEqual(bench.started(), [nameAt(1)]);
    const first = bench.runs.get(nameAt(1)) ?? assert.fail();
    bench.runs.set(nameAt(1), { ...first, phase: "succeeded" });
    bench.restart();
    await bench.lookAt(2.5);
    assert.deepEqual(bench.started(), [nameAt(1), nameAt(2)]);
    assert.equal((await bench.status())["succeeded"], 1);
    bench.runs.delete(nameAt(2));
    bench.restart();
    await bench.lookAt(2.6);
    assert.equal((await bench.status())["active"], undefined);
  });

  test("a run that is refused is a problem in the status and is noted once", async () => {
    const bench = makeBench();
    await bench.store();
    await bench.look();
    bench.failing = "compile";
    await bench.lookAt(1);
    await bench.lookAt(2);
    const { conditions, failed } = await bench.status();
    assert.deepEqual(
      [conditions, failed, bench.notes],
      [
        [{ type: "SubmissionError", status: "True", message: "no such template" }],
        2,
        ["CronWorkflow/tick: no such template"],
      ],
    );
  });

  test("a clock that was set back repeats no time, and the next ones have their turn", async () => {
    const bench = makeBench();
    await bench.store();
    await bench.look();
    await bench.lookAt(60);
    assert.deepEqual(bench.started(), [nameAt(60)]);
    // What was jumped over has its turn when the clock passes it, and what was done stays done.
    assert.equal(await bench.lookAt(30), startOfTime + 31 * minute);
    await bench.lookAt(31);
    await bench.lookAt(60);
    await bench.lookAt(61);
    assert.deepEqual(bench.started(), [60, 31, 59, 61].map(nameAt));
  });
});
