/** Definition stores against their conformance suite, and what only several processes or a disk can get wrong. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { describeDefinitionStore, sampleDraft } from "../../src/ports/conformance/definition-store.ts";
import {
  createDefinitionShelf,
  createMemoryDefinitions,
} from "../../src/stores/memory/memory-definitions.ts";
import {
  findSqliteDefinitions,
  openSqliteDefinitions,
} from "../../src/stores/sqlite/open-sqlite-definitions.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";

const shelves = new Map<string, ReturnType<typeof createDefinitionShelf>>();

describeDefinitionStore("memory", {
  makePlace: () => {
    const place = `shelf ${shelves.size}`;
    shelves.set(place, createDefinitionShelf());
    return place;
  },
  open: (place) => createMemoryDefinitions(shelves.get(place) ?? assert.fail(`no ${place}`)),
});

describeDefinitionStore("sqlite", {
  makePlace: (context) => join(makeTemporaryFolder(context), "definitions"),
  open: openSqliteDefinitions,
});

describe("definitions in SQLite", () => {
  test("several processes put at once, on a file that is new to all of them", async (context) => {
    const folder = join(makeTemporaryFolder(context), "definitions");
    const children = ["a", "b", "c"].map((name) =>
      spawn(process.execPath, [join(import.meta.dirname, "definition-child.ts"), folder, name, "20"], {
        stdio: ["ignore", "inherit", "inherit"],
      }),
    );
    const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0] as number));
    assert.deepEqual(codes, [0, 0, 0]);
    const store = openSqliteDefinitions(folder);
    const shared = await store.listVersions({ kind: "WorkflowTemplate", name: "shared" });
    assert.deepEqual(
      shared.map(({ version }) => version),
      Array.from({ length: 60 }, (_, index) => 60 - index),
    );
    assert.equal(new Set(shared.map(({ source }) => source)).size, 60);
    assert.equal((await store.list()).length, 4);
    await store.close();
  });

  test("the file is touched once there is something new to read in it", async (context) => {
    const folder = makeTemporaryFolder(context);
    const path = join(folder, "definitions.db");
    const store = openSqliteDefinitions(folder);
    context.after(() => store.close());
    const isTouchedBy = async (act: () => Promise<unknown>): Promise<boolean> => {
      utimesSync(path, 0, 0);
      await act();
      return statSync(path).mtimeMs > 0;
    };
    const draft = sampleDraft();
    assert.equal(await isTouchedBy(() => store.put([draft], 1)), true);
    assert.equal(await isTouchedBy(() => store.writeStatus(draft, { a: 1 }, 0)), true);
    assert.equal(await isTouchedBy(() => store.changesSince(0)), false);
    assert.equal(await isTouchedBy(() => store.remove(draft)), true);
  });

  test("a text that the disk has changed is refused", async (context) => {
    const folder = makeTemporaryFolder(context);
    const store = openSqliteDefinitions(folder);
    await store.put([sampleDraft()], 1);
    await store.close();
    const database = new DatabaseSync(join(folder, "definitions.db"));
    database.exec("UPDATE definition_version SET source = 'kind: Other'");
    database.close();
    const again = openSqliteDefinitions(folder);
    await assert.rejects(again.get(sampleDraft()), { code: "store/damaged", message: /orders@1/u });
    await again.close();
  });

  test("a file of a newer Millrace is left alone", (context) => {
    const folder = makeTemporaryFolder(context);
    const database = new DatabaseSync(join(folder, "definitions.db"));
    database.exec("PRAGMA user_version = 99");
    database.close();
    assert.throws(() => openSqliteDefinitions(folder), { code: "store/too-new" });
  });

  test("looking for what was never stored makes nothing", (context) => {
    const folder = join(makeTemporaryFolder(context), "definitions");
    assert.equal(findSqliteDefinitions(folder), undefined);
  });

  test("something that is no database is damaged", async (context) => {
    const folder = makeTemporaryFolder(context);
    const { writeFileSync } = await import("node:fs");
    writeFileSync(
      join(folder, "definitions.db"),
      "no database, but long enough to be taken for one ".repeat(40),
    );
    assert.throws(() => openSqliteDefinitions(folder), {
      code: "store/damaged",
      message: /^the definitions in/u,
    });
  });
});
