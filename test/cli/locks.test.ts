/** `millrace locks` and `millrace locks limit`. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LockRow } from "../../src/api/house.ts";
import { ask } from "./ask.ts";

const user = (run: string, name?: string): LockRow["holders"][number] => ({
  run,
  runId: `id-of-${run}`,
  priority: 0,
  ...(name === undefined ? {} : { task: 3, name }),
});
const locks: readonly LockRow[] = [
  {
    key: "default/Database/db",
    used: 0,
    holders: [],
    waiting: [user("six"), { ...user("seven"), suspended: true }],
  },
  {
    key: "default/Mutex/m",
    limit: 1,
    used: 1,
    holders: [user("one", "deploy(0)")],
    waiting: ["a", "b", "c", "d", "e", "f", "g"].map((name) => user(name)),
  },
];

describe("locks", () => {
  test("a table of holders and waiters, cut where many wait", async () => {
    const { code, out } = await ask(["locks"], { locks });
    assert.equal(code, 0);
    assert.deepEqual(
      out.map((line) => line.trimEnd()),
      [
        "LOCK                 USED          HELD BY         WAITING",
        "default/Database/db  0 (no limit)  -               six, seven (suspended)",
        "default/Mutex/m      1/1           one: deploy(0)  a, b, c, d, e and 2 more",
      ],
    );
  });

  test("one lock for programs, with everybody who waits", async () => {
    const { out } = await ask(["locks", "default/Mutex/m", "-o", "json"], { locks });
    const [row] = JSON.parse(out.join("\n")) as readonly LockRow[];
    assert.deepEqual(row, locks[1]);
  });

  test("says when there is none", async () => {
    assert.match((await ask(["locks"], {})).err, /no locks are held/);
    assert.match((await ask(["locks", "x"], { locks })).err, /nobody uses lock 'x'/);
  });

  test("a limit is set, and taken away", async () => {
    const set = await ask(["locks", "limit", "default/ConfigMap/c/k", "3"], {});
    const none = await ask(["locks", "limit", "default/Database/a/b", "none"], {});
    const nobody = await ask(["locks", "limit", "default/Database/a/b", "0"], {});
    assert.deepEqual(
      [set.calls, none.calls, nobody.calls],
      [
        ["limit default/ConfigMap/c/k 3"],
        ["limit default/Database/a/b none"],
        ["limit default/Database/a/b 0"],
      ],
    );
  });

  test("refuses what is no semaphore and no limit", async () => {
    const wrong = [
      ["default/Mutex/m", "2"],
      ["workflow", "2"],
      ["default/ConfigMap/c", "2"],
      ["default/Database/k", "-1"],
      ["default/Database/k", "1.5"],
      ["default/Database/k", "many"],
    ];
    for (const [key = "", limit = ""] of wrong) {
      const { code, err, calls } = await ask(["locks", "limit", key, limit], {});
      assert.deepEqual([code, calls], [2, []], `${key} ${limit}`);
      assert.match(err, /cli\/bad-arguments|is no key|whole number/);
    }
  });
});

describe("sync", () => {
  const database = ["--type", "database"] as const;
  const inMap = ["--type", "configmap", "--cm-name", "limits"] as const;
  const map = {
    kind: "ConfigMap",
    name: "limits",
    uid: "u",
    version: 1,
    createdAt: 0,
    updatedAt: 0,
    labels: {},
    source: "",
    status: {},
    document: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "limits", labels: { team: "a" } },
      data: { two: "2", word: "x" },
    },
  } as const;

  test("limits of the database are those of `locks limit`", async () => {
    const limits = { "default/Database/k": 2 };
    const lines = ["Key: k", "Type: database", "Namespace: default"];
    const got = await ask(["sync", "get", "k", ...database], { limits });
    assert.deepEqual(got.out, [...lines, "Limit: 2"]);
    const made = await ask(["sync", "create", "k", ...database, "--limit", "3", "-n", "own"], { limits });
    assert.deepEqual(made.calls, ["limit own/Database/k 3"]);
    const changed = await ask(["sync", "update", "k", ...database, "--limit", "4"], { limits });
    assert.deepEqual([changed.out[0], changed.calls], ["Sync limit updated", ["limit default/Database/k 4"]]);
    const gone = await ask(["sync", "delete", "k", ...database], { limits });
    assert.deepEqual([gone.out, gone.calls], [["Sync limit deleted"], ["limit default/Database/k none"]]);
  });

  test("limits of ConfigMaps are keys of stored ones, and the rest of them stays", async () => {
    const options = { definitions: [map] };
    const got = await ask(["sync", "get", "two", ...inMap], options);
    assert.deepEqual(got.out, [
      "Key: two",
      "Type: configmap",
      "ConfigMap Name: limits",
      "Namespace: default",
      "Limit: 2",
    ]);
    const stored = async (...argv: readonly string[]): Promise<readonly unknown[]> => {
      const { calls, sources } = await ask(["sync", ...argv], options);
      assert.match(
        calls.join(),
        /^store \{"file":"configmap limits","mode":"apply","kinds":\["ConfigMap"\],/,
      );
      return sources.map((source) => JSON.parse(source));
    };
    assert.deepEqual(await stored("create", "new", ...inMap, "--limit", "12"), [
      { ...map.document, data: { two: "2", word: "x", new: "12" } },
    ]);
    assert.deepEqual(await stored("update", "two", ...inMap, "--limit", "3"), [
      { ...map.document, data: { two: "3", word: "x" } },
    ]);
    assert.deepEqual(await stored("delete", "two", ...inMap), [{ ...map.document, data: { word: "x" } }]);
  });

  test("a new ConfigMap belongs to the namespace of the semaphore", async () => {
    for (const namespace of ["default", "own"]) {
      const flags = namespace === "default" ? [] : ["-n", namespace];
      const { sources } = await ask(["sync", "create", "k", ...inMap, "--limit", "1", ...flags], {});
      assert.deepEqual(
        sources.map((source) => JSON.parse(source)),
        [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "limits", namespace }, data: { k: "1" } }],
      );
    }
  });

  test("a ConfigMap of another namespace is left alone, and shows nothing", async () => {
    const metadata = { ...map.document.metadata, namespace: "own" };
    const definitions = [{ ...map, document: { ...map.document, metadata } }];
    const got = await ask(["sync", "get", "two", ...inMap, "-n", "own"], { definitions });
    assert.deepEqual(got.out.slice(-2), ["Namespace: own", "Limit: 2"]);
    for (const argv of [
      ["get", "two"],
      ["create", "new", "--limit", "3"],
      ["update", "two", "--limit", "3"],
      ["delete", "two", "-n", "elsewhere"],
    ]) {
      const { code, out, err, sources } = await ask(["sync", ...argv, ...inMap], { definitions });
      assert.deepEqual([code, out, sources], [2, [], []], argv.join(" "));
      assert.match(
        err,
        /the ConfigMap limits is not in namespace "(?:default|elsewhere)" \[cli\/bad-arguments\]/,
      );
    }
  });

  test("a limit has at most nine digits", async () => {
    const long = "1000000000";
    for (const [kind, place] of Object.entries({ database, inMap })) {
      const { code, err, calls } = await ask(["sync", "create", "k", ...place, "--limit", long], {});
      assert.deepEqual([code, calls], [2, []], kind);
      assert.match(err, /limit must have at most nine digits \[cli\/bad-arguments\]/);
    }
    const most = await ask(["sync", "create", "k", ...database, "--limit", "999999999"], {});
    assert.deepEqual(most.calls, ["limit default/Database/k 999999999"]);
  });

  test("what stands in a ConfigMap and is no limit is said", async () => {
    for (const text of ["many", "1000000000", "-1", "0.5", "", 2]) {
      const definitions = [{ ...map, document: { ...map.document, data: { k: text } } }];
      const { code, err, calls } = await ask(["sync", "update", "k", ...inMap, "--limit", "3"], {
        definitions,
      });
      assert.deepEqual([code, calls], [2, []], `${text}`);
      assert.ok(err.includes(`'k' of ConfigMap limits is no whole number: ${JSON.stringify(text)}`), err);
    }
    const definitions = [{ ...map, document: { ...map.document, data: { k: " 7\n" } } }];
    assert.equal((await ask(["sync", "get", "k", ...inMap], { definitions })).out.at(-1), "Limit: 7");
  });

  test("what cannot be is refused, and nothing is changed", async () => {
    const options = { limits: { "default/Database/k": 2 }, definitions: [map] };
    const table: readonly (readonly [code: string, ...argv: string[]])[] = [
      ["cli/bad-arguments", "get", "k"],
      ["cli/bad-arguments", "get", "k", "--type", "configmap"],
      ["cli/bad-arguments", "create", "k", ...database],
      ["cli/bad-arguments", "create", "other", ...database, "--limit", "0"],
      ["cli/bad-arguments", "get", "word", ...inMap],
      ["locks/limit-exists", "create", "k", ...database, "--limit", "3"],
      ["locks/limit-exists", "create", "two", ...inMap, "--limit", "3"],
      ["locks/unknown-limit", "update", "other", ...database, "--limit", "3"],
      ["locks/unknown-limit", "get", "none", ...inMap],
      ["locks/unknown-limit", "delete", "k", ...database, "-n", "elsewhere"],
    ];
    for (const [expected, ...argv] of table) {
      const { code, err, calls } = await ask(["sync", ...argv], options);
      assert.deepEqual([code, calls], [2, []], argv.join(" "));
      assert.match(err, new RegExp(`\\[${expected}\\]`));
    }
  });
});
