/** The serving engine in this process, with a part in it: what a part is told, and what it can do. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { ServeOptions, SubmitRequest } from "../../src/api/house.ts";
import { openHome } from "../../src/main/home.ts";
import { createHouse } from "../../src/main/house.ts";
import { createExpiryPart } from "../../src/main/serve/expiry-part.ts";
import { openServer } from "../../src/main/serve/serve.ts";
import type { MakeServePart, Occasion, ServeHost } from "../../src/main/serve/serve-part.ts";
import { openReceiver } from "./receiver.ts";

function makeRoot(context: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), "millrace-serving-"));
  context.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  return root;
}

interface Probe {
  readonly make: MakeServePart;
  readonly looks: Occasion[];
  readonly host: () => ServeHost;
  /** Resolves after a look that the test accepts. */
  readonly until: (test: (occasion: Occasion) => boolean) => Promise<void>;
  readonly closed: () => boolean;
}

function makeProbe(): Probe {
  const looks: Occasion[] = [];
  const waiting = new Set<() => void>();
  let host: ServeHost | undefined;
  let isClosed = false;
  return {
    looks,
    host: () => host ?? assert.fail("the part was not made"),
    closed: () => isClosed,
    until: (accept) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!looks.some(accept)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    make: (given) => {
      host = given;
      return {
        name: "probe",
        look: async (occasion) => {
          looks.push(occasion);
          for (const told of waiting) told();
          return Infinity;
        },
        close: async () => {
          isClosed = true;
        },
      };
    },
  };
}

const document = (command: string): SubmitRequest => ({
  source: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: job-}
spec:
  entrypoint: main
  templates: [{name: main, script: {image: busybox, command: [sh], source: "${command}"}}]
`,
  file: "job.yaml",
  submission: { parameters: {} },
});
const template = `
apiVersion: argoproj.io/v1alpha1
kind: WorkflowTemplate
metadata: {name: kept}
spec: {entrypoint: main, templates: [{name: main, suspend: {}}]}
`;
const options = { executor: "process", parallel: 1, note: (text: string) => assert.fail(text) };

/** A server with a probe in it, for the time of some work; it is closed in every case. Returns the probe. */
async function whileServing(
  root: string,
  work: (probe: Probe) => Promise<void>,
  more: Partial<Pick<ServeOptions, "network">> = {},
): Promise<Probe> {
  const probe = makeProbe();
  const server = await openServer(openHome(root), { ...options, ...more }, [probe.make]);
  try {
    await probe.until(() => true);
    await work(probe);
  } finally {
    await server.close();
  }
  return probe;
}

describe("a part of serve", () => {
  test("is told of stored definitions and of ended runs, and starts runs once for each identity", async (context) => {
    const root = makeRoot(context);
    const house = createHouse(root);
    const served = await whileServing(root, async (probe) => {
      const before = probe.looks.length;
      await house.definitions.store({
        source: template,
        file: "t.yaml",
        mode: "create",
        kinds: ["WorkflowTemplate"],
        strict: true,
      });
      await probe.until((occasion) => probe.looks.indexOf(occasion) >= before);
      const changes = await probe.host().definitions.changesSince(0);
      assert.deepEqual(
        changes.changed.map(({ name }) => name),
        ["kept"],
      );

      const request = document("true");
      const submission = { ...request.submission, facts: { uid: "one-and-only" } };
      const answers = await Promise.all([1, 2, 3].map(() => probe.host().submit({ ...request, submission })));
      const names = new Set(answers.map((answer) => (answer.ok ? answer.name : "refused")));
      assert.equal(names.size, 1);
      const [name = ""] = names;
      await probe.until(({ ended }) => ended.some((row) => row.name === name && row.phase === "succeeded"));
      const again = await probe.host().submit({ ...request, submission });
      assert.deepEqual(again, answers[0]);
      assert.equal((await probe.host().listRuns()).length, 1);
      await probe.host().remove(name);
      assert.deepEqual(await probe.host().listRuns(), []);
    });
    assert.equal(served.closed(), true);
  });

  test("a payload that is handed over joins, is answered, and runs again when that is forced", async (context) => {
    const root = makeRoot(context);
    const house = createHouse(root);
    await whileServing(root, async (probe) => {
      const { source, ...rest } = document("true");
      const request = {
        ...rest,
        source: source.replace("spec:", "spec:\n  arguments: {parameters: [{name: payload}]}"),
        submission: { parameters: {}, payload: '{"id": "one"}' },
      };
      const submit = async (force: boolean) => {
        const answer = await house.handOver({ ...request, ...(force ? { force } : {}) });
        return answer.ok ? answer : assert.fail(JSON.stringify(answer));
      };
      const first = await submit(false);
      await probe.until(({ ended }) => ended.some(({ name }) => name === first.name));
      const answered = await submit(false);
      assert.deepEqual([answered.name, answered.joined], [first.name, "succeeded"]);
      const forced = await submit(true);
      assert.notEqual(forced.name, first.name);
      assert.equal(forced.joined, undefined);
      await probe.until(({ ended }) => ended.some(({ name }) => name === forced.name));
    });
  });

  test("hears of an end before its callbacks have arrived, and can be rid of the run when they have", async (context) => {
    // The first request is left without an answer, so that the run owes for a while.
    const receiver = await openReceiver(context, (number) => (number === 0 ? undefined : 200));
    const http = { url: receiver.url, timeoutSeconds: 1 };
    const callbacks = [{ name: "tell", http, retryStrategy: { backoff: { duration: "0" } } }];
    const work = async (probe: Probe): Promise<void> => {
      const { submission, ...rest } = document("true");
      const annotations = { "millrace/callbacks": JSON.stringify(callbacks) };
      const answer = await probe.host().submit({ ...rest, submission: { ...submission, annotations } });
      const name = answer.ok ? answer.name : assert.fail(JSON.stringify(answer));
      await probe.until(({ ended }) => ended.some((row) => row.name === name && row.owes === 1));
      assert.equal((await probe.host().findRun(name))?.view["owes"], 1);
      assert.equal(await probe.host().remove(name), "owing");
      assert.equal((await probe.host().findRun(name))?.name, name);
      await probe.until(({ ended }) => ended.some((row) => row.name === name && row.owes === undefined));
      assert.equal(receiver.arrived.length, 2);
      assert.equal(await probe.host().remove(name), "removed");
      assert.equal(await probe.host().findRun(name), undefined);
    };
    await whileServing(makeRoot(context), work, { network: { local: ["loopback"] } });
  });

  test("runs whose time is over are deleted, and the next look is when the next one falls due", async (context) => {
    const root = makeRoot(context);
    const notes: string[] = [];
    const deleted = new Promise<string>((resolve) => {
      const note = (text: string): void => {
        notes.push(text);
        resolve(text);
      };
      const request = document("true");
      const source = request.source.replace("spec:", "spec:\n  ttlStrategy: {secondsAfterSuccess: 0}");
      const probe = makeProbe();
      openServer(openHome(root), { ...options, note }, [createExpiryPart, probe.make]).then(
        async (server) => {
          context.after(() => server.close());
          await probe.host().submit({ ...request, source });
        },
        assert.fail,
      );
    });
    assert.match(await deleted, /^job-\w+ is deleted: its time is over$/);
    assert.equal(notes.length, 1);
    assert.deepEqual(await createHouse(root).list(), []);
  });

  test("a submission that an earlier server took is carried out, and one that was carried out is only answered", async (context) => {
    const root = makeRoot(context);
    const inbox = join(root, "inbox");
    mkdirSync(inbox);
    const letter = (uid: string): string => {
      const request = document("true");
      return JSON.stringify({ ...request, submission: { ...request.submission, facts: { uid } } });
    };
    writeFileSync(join(inbox, "1.submit.taken"), letter("left"));
    writeFileSync(join(inbox, "2.submit"), letter("sent"));
    writeFileSync(join(inbox, "3.submit.tmp"), "half a let");
    writeFileSync(join(inbox, "4.submit"), "no letter at all");
    const serveUntil = async (count: number): Promise<readonly string[]> => {
      const probe = makeProbe();
      const server = await openServer(openHome(root), options, [probe.make]);
      try {
        while (readdirSync(inbox).filter((name) => name.endsWith(".answer")).length < count)
          await new Promise((resolve) => setImmediate(resolve));
        return (await probe.host().listRuns()).map(({ runId }) => runId).sort();
      } finally {
        await server.close();
      }
    };
    assert.deepEqual(await serveUntil(3), ["left", "sent"]);
    const answer = JSON.parse(readFileSync(join(inbox, "1.submit.answer"), "utf8")) as {
      readonly value: { readonly ok: boolean; readonly runId: string };
    };
    assert.deepEqual([answer.value.ok, answer.value.runId], [true, "left"]);
    assert.match(readFileSync(join(inbox, "4.submit.answer"), "utf8"), /"ok":false/u);
    // Its server was killed between the history and the answer.
    for (const name of readdirSync(inbox)) if (name.endsWith(".answer")) rmSync(join(inbox, name));
    writeFileSync(join(inbox, "1.submit.taken"), letter("left"));
    assert.deepEqual(await serveUntil(1), ["left", "sent"]);
    assert.deepEqual(readdirSync(inbox).sort(), ["1.submit.answer", "3.submit.tmp"]);
  });
});
