import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { describeMemoStore } from "../../src/ports/conformance/memo-store.ts";
import type { MemoStore } from "../../src/ports/memo-store.ts";
import { openFolderMemos } from "../../src/stores/folder/folder-memos.ts";
import { createMemoryMemos } from "../../src/stores/memory/memory-memos.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";

const kept = new Map<string, MemoStore>();

describeMemoStore("memory", {
  makePlace: () => `place ${kept.size}`,
  open: (place) => {
    const store = kept.get(place) ?? createMemoryMemos();
    kept.set(place, store);
    return store;
  },
});

describeMemoStore("folder", {
  makePlace: (context) => join(makeTemporaryFolder(context), "memos"),
  open: openFolderMemos,
});

test("folder: a spoilt file holds no result, and the next one replaces it", (context) => {
  const folder = join(makeTemporaryFolder(context), "memos");
  const store = openFolderMemos(folder);
  store.put("c", "k", { nodeId: "n", createdAt: 9 });
  const [cache = ""] = readdirSync(folder);
  for (const text of ["", "{", "[]", '{"cache":"c","key":"k"}', '{"cache":"d","key":"k","entry":{}}']) {
    mkdirSync(join(folder, cache), { recursive: true });
    writeFileSync(join(folder, cache, "k.json"), text);
    assert.equal(store.find("c", "k"), undefined, text);
    store.put("c", "k", { nodeId: "n", createdAt: 1 });
    assert.equal(store.find("c", "k")?.createdAt, 1);
  }
});
