/** What every store of kept results must do; the numbers are those of ports/memo-store.ts. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { MemoEntry } from "../../model/run/memo.ts";
import type { MemoStore } from "../memo-store.ts";

const entry = (createdAt: number, result = "r"): MemoEntry => ({
  nodeId: "n-1",
  createdAt,
  outputs: { result, values: { a: [1, null], ä: "b" }, files: {} },
  exitCode: 0,
});

/** `open` opens the same store again when it is given the same place. */
export function describeMemoStore(
  name: string,
  subject: {
    readonly makePlace: (context: TestContext) => string;
    readonly open: (place: string) => MemoStore;
  },
): void {
  void describe(`store of kept results: ${name}`, () => {
    void test("M1: what was put is found, also later", (context) => {
      const place = subject.makePlace(context);
      subject.open(place).put("default/c", "k", entry(5));
      assert.deepEqual(subject.open(place).find("default/c", "k"), entry(5));
    });
    void test("M2: a younger result replaces an older one, and not the other way round", (context) => {
      const store = subject.open(subject.makePlace(context));
      for (const [at, result] of [
        [5, "a"],
        [7, "b"],
        [6, "c"],
        [7, "d"],
      ] as const)
        store.put("c", "k", entry(at, result));
      assert.deepEqual(store.find("c", "k"), entry(7, "d"));
    });
    void test("M3: what is not there is not found, and odd names are kept apart", (context) => {
      const store = subject.open(subject.makePlace(context));
      const names = ["a", "A", "a/b", "..", ".", "__proto__", "x".repeat(300), "~a", ""];
      for (const one of names) assert.equal(store.find(one, one), undefined);
      for (const [at, one] of names.entries()) {
        store.put(one, "k", entry(at));
        store.put("c", one, entry(100 + at));
      }
      for (const [at, one] of names.entries()) {
        assert.equal(store.find(one, "k")?.createdAt, at);
        assert.equal(store.find("c", one)?.createdAt, 100 + at);
      }
    });
  });
}
