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
    waiting: [user("six")],
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
        "default/Database/db  0 (no limit)  -               six",
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
