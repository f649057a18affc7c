/** What every definition store must do; the numbers are those of ports/definition-store.ts. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { DefinitionKey } from "../../model/run/definition.ts";
import type { DefinitionDraft, DefinitionStore } from "../definition-store.ts";

/** `open` opens the same store again, also beside one that is open, when it is given the same place. */
export interface DefinitionStoreSubject {
  readonly makePlace: (context: TestContext) => string;
  readonly open: (place: string) => DefinitionStore;
}

const orders: DefinitionKey = { kind: "WorkflowTemplate", name: "orders" };

/** A draft with characters that careless storing breaks. */
export function sampleDraft(changes: Partial<DefinitionDraft> = {}): DefinitionDraft {
  return {
    ...orders,
    source: "kind: WorkflowTemplate # \u0000 \u{1f600} 'quoted'\r\n\n---\t\n",
    labels: { team: "data", "with space": "äöü" },
    uid: "uid-1",
    expects: "any",
    ...changes,
  };
}

type Body = (store: DefinitionStore, open: () => DefinitionStore) => Promise<void>;

export function describeDefinitionStore(name: string, subject: DefinitionStoreSubject): void {
  const check = (title: string, body: Body): void =>
    void test(title, async (context) => {
      const place = subject.makePlace(context);
      const opened: DefinitionStore[] = [];
      const open = (): DefinitionStore => {
        const store = subject.open(place);
        opened.push(store);
        return store;
      };
      try {
        await body(open(), open);
      } finally {
        for (const store of opened) await store.close();
      }
    });
  void describe(`definition store: ${name}`, () => {
    describePutting(check);
    describeVersions(check);
    describeStatus(check);
    describeReading(check);
  });
}

type Check = (title: string, body: Body) => void;

function describePutting(check: Check): void {
  check("D1: what a draft expects is compared with what is there", async (store) => {
    await assert.rejects(store.put([sampleDraft({ expects: 1 })], 5), { code: "definition/unknown" });
    await store.put([sampleDraft({ expects: "none" })], 10);
    await assert.rejects(store.put([sampleDraft({ expects: "none" })], 11), {
      code: "definition/exists",
      category: "conflict",
    });
    await assert.rejects(store.put([sampleDraft({ source: "b", expects: 2 })], 12), {
      code: "definition/changed",
      category: "conflict",
    });
    const [answer] = await store.put([sampleDraft({ source: "b", expects: 1 })], 13);
    assert.equal(answer?.change, "updated");
    assert.equal(answer.definition.version, 2);
    await assert.rejects(store.put([sampleDraft({ source: "c", expects: 1 })], 14), {
      code: "definition/changed",
    });
  });

  check("D1: a refused draft takes the others with it", async (store) => {
    await store.put([sampleDraft({ name: "second" })], 1);
    const before = await store.changesSince(0);
    const drafts = [sampleDraft({ name: "first" }), sampleDraft({ name: "second", expects: "none" })];
    await assert.rejects(store.put(drafts, 2), { code: "definition/exists" });
    assert.deepEqual(await store.changesSince(0), before);
  });

  check("D3: the text comes back as it was, and the same again makes no version", async (store) => {
    const draft = sampleDraft();
    const [made] = await store.put([draft], 10);
    assert.equal(made?.change, "created");
    const { source, labels, uid } = draft;
    const expected = { ...orders, source, labels, uid, version: 1, createdAt: 10, updatedAt: 10 };
    assert.deepEqual(await store.get(orders), { ...expected, status: {}, statusRevision: 0 });
    const revision = (await store.changesSince(0)).revision;
    const [again] = await store.put([{ ...draft, uid: "another" }], 20);
    assert.equal(again?.change, "unchanged");
    assert.deepEqual(again.definition, made.definition);
    assert.equal((await store.changesSince(0)).revision, revision);
    const [labelled] = await store.put([{ ...draft, labels: { team: "other" } }], 30);
    assert.equal(labelled?.change, "updated");
  });
}

function describeVersions(check: Check): void {
  check("D2: versions are kept and counted", async (store) => {
    for (const source of ["a", "b", "c"]) await store.put([sampleDraft({ source })], source.charCodeAt(0));
    assert.deepEqual(
      (await store.listVersions(orders)).map(({ version, source, updatedAt, createdAt }) => [
        version,
        source,
        updatedAt,
        createdAt,
      ]),
      [
        [3, "c", 99, 97],
        [2, "b", 98, 97],
        [1, "a", 97, 97],
      ],
    );
    assert.equal((await store.get(orders, 2))?.source, "b");
    assert.equal(await store.get(orders, 4), undefined);
    assert.equal((await store.get(orders))?.version, 3);
  });

  check("D2, D7: a name that is made again goes on counting", async (store) => {
    await store.put([sampleDraft()], 10);
    await store.writeStatus(orders, { seen: 1 }, 0);
    assert.equal(await store.remove(orders), true);
    assert.equal(await store.remove(orders), false);
    assert.equal(await store.get(orders), undefined);
    assert.equal(await store.get(orders, 1), undefined);
    assert.deepEqual(await store.list(), []);
    assert.deepEqual(await store.listVersions(orders), []);
    await assert.rejects(store.writeStatus(orders, {}, 0), { code: "definition/unknown" });
    const [answer] = await store.put([sampleDraft({ uid: "uid-2", expects: "none" })], 20);
    assert.equal(answer?.change, "created");
    const { version, uid, createdAt, status, statusRevision } = answer.definition;
    assert.deepEqual(
      { version, uid, createdAt, status, statusRevision },
      { version: 2, uid: "uid-2", createdAt: 20, status: {}, statusRevision: 0 },
    );
  });
}

function describeStatus(check: Check): void {
  check("D5: a status is written over the one that was read, and no other", async (store) => {
    await store.put([sampleDraft()], 10);
    const first = await store.writeStatus(orders, { lastScheduledTime: "x", nested: [1, null] }, 0);
    await assert.rejects(store.writeStatus(orders, { lost: true }, 0), {
      code: "definition/status-changed",
      category: "conflict",
    });
    await store.put([sampleDraft({ source: "b" })], 20);
    const found = await store.get(orders);
    assert.deepEqual(found?.status, { lastScheduledTime: "x", nested: [1, null] });
    assert.equal(found.statusRevision, first);
    const second = await store.writeStatus(orders, {}, first);
    assert.ok(second > first);
    assert.equal((await store.get(orders))?.statusRevision, second);
  });
}

function describeReading(check: Check): void {
  check("D4: a store beside another sees what it did, and what is left behind", async (store, open) => {
    await store.put([sampleDraft()], 10);
    const other = open();
    assert.deepEqual(await other.get(orders), await store.get(orders));
    await other.put([sampleDraft({ source: "b", expects: 1 })], 20);
    assert.equal((await store.get(orders))?.source, "b");
    await assert.rejects(store.put([sampleDraft({ source: "c", expects: 1 })], 30), {
      code: "definition/changed",
    });
    await store.close();
    await other.close();
    assert.equal((await open().get(orders))?.version, 2);
  });

  check("D6: changes are told once each, with what is gone", async (store) => {
    assert.deepEqual(await store.changesSince(0), { revision: 0, changed: [], removed: [] });
    await store.put([sampleDraft(), sampleDraft({ kind: "CronWorkflow", name: "nightly" })], 10);
    const start = await store.changesSince(0);
    assert.equal(start.changed.length, 2);
    assert.deepEqual((await store.changesSince(start.revision)).changed, []);
    await store.writeStatus({ kind: "CronWorkflow", name: "nightly" }, { a: 1 }, 0);
    await store.put([sampleDraft({ source: "b" })], 20);
    const later = await store.changesSince(start.revision, "CronWorkflow");
    assert.deepEqual(
      later.changed.map(({ name, status }) => [name, status]),
      [["nightly", { a: 1 }]],
    );
    await store.remove({ kind: "CronWorkflow", name: "nightly" });
    const last = await store.changesSince(later.revision, "CronWorkflow");
    assert.deepEqual(last.changed, []);
    assert.deepEqual(last.removed, [{ kind: "CronWorkflow", name: "nightly" }]);
    assert.ok(last.revision > later.revision);
  });

  check("lists are by kind and name, and filtered", async (store) => {
    const drafts = ["b", "a", "B"].map((name) => sampleDraft({ name, labels: { name } }));
    const cron = sampleDraft({ kind: "CronWorkflow", name: "z", labels: { name: "a", "2": "x" } });
    await store.put([...drafts, cron], 10);
    const names = async (filter?: Parameters<DefinitionStore["list"]>[0]): Promise<readonly string[]> =>
      (await store.list(filter)).map(({ kind, name }) => `${kind}/${name}`);
    assert.deepEqual(await names(), [
      "CronWorkflow/z",
      "WorkflowTemplate/B",
      "WorkflowTemplate/a",
      "WorkflowTemplate/b",
    ]);
    assert.deepEqual(await names({ kind: "CronWorkflow" }), ["CronWorkflow/z"]);
    assert.deepEqual(await names({ labels: { name: "a" } }), ["CronWorkflow/z", "WorkflowTemplate/a"]);
    assert.deepEqual(await names({ kind: "CronWorkflow", labels: { name: "a", "2": "y" } }), []);
    assert.deepEqual(await names({ labels: { toString: "x" } }), []);
  });

  check("odd names are kept apart, and kinds do not share theirs", async (store) => {
    const odd = [".", "../up", "a/b", "A", "a", "__proto__", "x".repeat(253)];
    await store.put(
      odd.map((name) => sampleDraft({ name, source: `source of ${name}` })),
      1,
    );
    for (const name of odd)
      assert.equal((await store.get({ kind: "WorkflowTemplate", name }))?.source, `source of ${name}`);
    assert.equal(await store.get({ kind: "ClusterWorkflowTemplate", name: "a" }), undefined);
  });
}
