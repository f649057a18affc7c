import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Json, JsonObject } from "../../../src/base/json.ts";
import {
  createObjectKeeper,
  makerAnnotation,
  ownerLabel,
  parentLabel,
} from "../../../src/executors/objects/object-keeper.ts";
import type { ObjectRequest } from "../../../src/model/plan/plan.ts";
import type { Answer } from "../../../src/ports/object-keeper.ts";
import { createMemoryCollection } from "./memory-collection.ts";
import type { MemoryCollection } from "./memory-collection.ts";

const caller = { runId: "u-1", runName: "parent", task: 3 };
let maps: MemoryCollection;

beforeEach(() => {
  maps = createMemoryCollection("ConfigMap", "configmaps");
});

function ask(
  request: Partial<ObjectRequest>,
  tell: (answer: Answer) => void,
  signal = new AbortController().signal,
) {
  const keeper = createObjectKeeper({
    collections: [maps],
    readText: (text) => [JSON.parse(text) as Json],
    matchesSelector: (labels, selector) =>
      selector === "" || Object.entries(labels).some((one) => one.join("=") === selector),
  });
  const whole = {
    action: "get",
    manifest: "",
    mergeStrategy: "strategic",
    flags: [],
    isOwned: false,
    isWatched: false,
  };
  return keeper.act({ ...whole, ...request }, caller, tell, signal);
}

async function act(
  request: Partial<ObjectRequest>,
): Promise<{ readonly status: number; readonly body: string }> {
  const answers: Answer[] = [];
  await ask(request, (answer) => answers.push(answer));
  const [answer] = answers;
  assert.ok(answers.length === 1 && answer !== undefined && "statusCode" in answer);
  return { status: answer.statusCode, body: answer.body };
}

function map(metadata: JsonObject, data: JsonObject = {}): string {
  return JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata, data });
}

describe("create", () => {
  test("keeps the object, marked with who made it", async () => {
    const { status, body } = await act({ action: "create", manifest: map({ name: "it" }, { a: "1" }) });
    assert.equal(status, 200);
    assert.deepEqual(JSON.parse(body), maps.objects.get("it"));
    assert.deepEqual(maps.objects.get("it")?.["metadata"], {
      name: "it",
      labels: { [parentLabel]: "parent" },
      annotations: { [makerAnnotation]: "u-1/3" },
    });
  });

  test("makes a name that is the same when the request comes again, and then makes nothing", async () => {
    const manifest = map({ generateName: "it-" });
    const first = await act({ action: "create", manifest, isOwned: true });
    assert.deepEqual(await act({ action: "create", manifest, isOwned: true }), first);
    assert.equal(maps.made(), 1);
    const [object] = maps.objects.values();
    const metadata = object?.["metadata"] as JsonObject;
    assert.match([...maps.objects.keys()].join(), /^it-[0-9a-z]{5,7}$/);
    assert.equal((metadata["ownerReferences"] as readonly JsonObject[])[0]?.["uid"], "u-1");
  });

  test("takes the owner that a manifest names, and keeps its other references", async () => {
    const manual = [
      { kind: "Pod", name: "p" },
      { kind: "Workflow", name: "owner" },
    ];
    await act({ action: "create", manifest: map({ name: "it", ownerReferences: manual }) });
    await act({
      action: "create",
      manifest: map({ name: "ours", ownerReferences: manual }),
      isOwned: true,
    });
    const [it, ours] = ["it", "ours"].map(
      (name) => maps.objects.get(name)?.["metadata"] as JsonObject & { readonly labels: JsonObject },
    );
    assert.equal(it?.labels[ownerLabel], "owner");
    assert.deepEqual(it["ownerReferences"], manual);
    assert.equal(ours?.labels[ownerLabel], "parent");
    assert.equal((ours["ownerReferences"] as readonly JsonObject[]).length, 3);
  });

  test("refuses a name that is taken, an object without a name, and a kind that nobody keeps", async () => {
    maps.objects.set("it", { metadata: { name: "it" } });
    assert.deepEqual(await act({ action: "create", manifest: map({ name: "it" }) }), {
      status: 409,
      body: 'Error from server (AlreadyExists): configmaps "it" already exists',
    });
    assert.equal((await act({ action: "create", manifest: map({}) })).status, 422);
    const pod = await act({ action: "create", manifest: '{"kind":"Pod","metadata":{"name":"p"}}' });
    assert.match(pod.body, /kind Pod are kept by a cluster only/);
    assert.equal((await act({ action: "create" })).status, 422);
    assert.equal((await act({ action: "destroy", manifest: map({ name: "it" }) })).status, 422);
  });
});

test("apply makes an object, and merges into one that is there", async () => {
  await act({ action: "apply", manifest: map({ name: "it" }, { a: "1", b: "2" }) });
  maps.objects.set("it", { ...maps.objects.get("it"), metadata: { name: "it" } });
  await act({ action: "apply", manifest: map({ name: "it" }, { b: "3" }) });
  assert.deepEqual(maps.objects.get("it")?.["data"], { a: "1", b: "3" });
});

describe("patch", () => {
  beforeEach(
    () => void maps.objects.set("it", { metadata: { name: "it", labels: { a: "b" } }, data: { x: "1" } }),
  );

  test("by words and operations", async () => {
    const change = JSON.stringify([{ op: "add", path: "/metadata/labels/foo", value: "bar" }]);
    const { status } = await act({
      action: "patch",
      mergeStrategy: "json",
      flags: ["configmap", "it"],
      manifest: change,
    });
    assert.equal(status, 200);
    assert.deepEqual(maps.objects.get("it")?.["metadata"], { name: "it", labels: { a: "b", foo: "bar" } });
  });

  test("by manifest and merge", async () => {
    await act({
      action: "patch",
      mergeStrategy: "merge",
      manifest: map({ name: "it" }, { x: null, y: "2" }),
    });
    assert.deepEqual(maps.objects.get("it")?.["data"], { y: "2" });
  });

  test("of what is not there is refused in kubectl's words", async () => {
    const { status, body } = await act({ action: "patch", manifest: map({ name: "no" }) });
    assert.deepEqual([status, body], [404, 'Error from server (NotFound): configmaps "no" not found']);
  });
});

describe("delete and get", () => {
  beforeEach(() => {
    maps.objects.set("a", { metadata: { name: "a", labels: { cleanup: "true" } } });
    maps.objects.set("b", { metadata: { name: "b", labels: { cleanup: "false" } } });
  });

  test("delete by a selector takes what fits it", async () => {
    await act({ action: "delete", flags: ["configmap", "--selector", "cleanup=true"] });
    assert.deepEqual([...maps.objects.keys()], ["b"]);
    await act({ action: "delete", flags: ["configmaps", "-l=cleanup=false"] });
    assert.equal(maps.objects.size, 0);
  });

  test("delete by names, and of what is not there", async () => {
    await act({ action: "delete", flags: ["configmap/a"] });
    assert.equal((await act({ action: "delete", flags: ["configmap", "a"] })).status, 404);
    assert.equal(
      (await act({ action: "delete", flags: ["configmap", "a", "--ignore-not-found"] })).status,
      200,
    );
    assert.equal((await act({ action: "delete", flags: ["configmap"] })).status, 422);
    assert.deepEqual([...maps.objects.keys()], ["b"]);
  });

  test("get answers one object, or a list", async () => {
    const one = await act({ manifest: map({ name: "a" }) });
    assert.deepEqual(JSON.parse(one.body), maps.objects.get("a"));
    const all = JSON.parse((await act({ flags: ["configmaps", "--all"] })).body) as {
      items: readonly Json[];
    };
    assert.equal(all.items.length, 2);
  });
});

test("a watched object is told again whenever it is another, until nobody listens", async () => {
  maps.objects.set("it", { metadata: { name: "it" }, data: { n: "0" } });
  const controller = new AbortController();
  const told: string[] = [];
  let next: (() => void) | undefined;
  const done = ask(
    { manifest: map({ name: "it" }), isWatched: true },
    (answer) => {
      if ("body" in answer) told.push((JSON.parse(answer.body) as { data: { n: string } }).data.n);
      next?.();
    },
    controller.signal,
  );
  const change = (n: string) =>
    new Promise<void>((resolve) => {
      next = resolve;
      void maps.replace("it", { metadata: { name: "it" }, data: { n } });
    });
  await new Promise<void>((resolve) => (told.length > 0 ? resolve() : (next = resolve)));
  await change("1");
  await change("2");
  controller.abort();
  await done;
  await maps.replace("it", { metadata: { name: "it" }, data: { n: "3" } });
  assert.deepEqual(told, ["0", "1", "2"]);
});

test("a watched object that is deleted is told as not found, and that ends it", async () => {
  maps.objects.set("it", { metadata: { name: "it" } });
  const answers: Answer[] = [];
  await ask({ manifest: map({ name: "it" }), isWatched: true }, (answer) => {
    answers.push(answer);
    if (answers.length === 1) void maps.remove("it");
  });
  assert.deepEqual(
    answers.map((answer) => ("statusCode" in answer ? answer.statusCode : 0)),
    [200, 404],
  );
});
