/** Commands that take names and selectors, and argo's words for runs that have ended. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ask, bad, live, old, pictures } from "./ask.ts";
import { makePicture } from "./fake-picture.ts";
import { startAt } from "./fake-world.ts";
import { start } from "./start-command.ts";

const broken = makePicture({
  name: "other",
  phase: "failed",
  createdAt: startAt - 7_200_000,
  endedAfter: 5,
  tasks: [],
  labels: { team: "b" },
});
const several = [...pictures, broken];

describe("several runs", () => {
  test("retry goes through those that failed, the oldest first", async () => {
    const { code, calls, out } = await ask(["retry", "-l", "team in (a, b)"], {
      pictures: several,
      driven: true,
    });
    assert.equal(code, 0);
    const retry = '{"kind":"retry","restartSuccessful":false,"parameters":{}}';
    assert.deepEqual(calls, [`command other ${retry}`, `command nightly-2 ${retry}`]);
    assert.equal(out[0], "other goes on (by the process that drives it)");
    assert.match(out[1] ?? "", /^Name: +other$/u);
  });

  test("resume means those that have not ended", async () => {
    const found = await ask(["resume", "--field-selector", "metadata.namespace=default"], {
      pictures: several,
      driven: true,
    });
    assert.deepEqual([found.code, found.out], [0, ["workflow orders is already going on"]]);
    const none = await ask(["resume", "--field-selector", "metadata.namespace=elsewhere"], {
      pictures: several,
    });
    assert.deepEqual([none.code, none.err], [0, "no such runs\n"]);
  });

  test("resubmit takes a selector with -l, as argo does, and labels of the new runs with --labels", async () => {
    const run = start(["resubmit", "-l", "team=b", "--labels", "again=yes", "-q"], {
      pictures: several,
      served: { ok: true, name: "x", runId: "id", warnings: [] },
    });
    assert.equal(await run.code, 0);
    assert.deepEqual(
      run.calls.map((call) => /"labels":(\{.*?\})/u.exec(call)?.[1]),
      [broken, bad].map(({ row }) =>
        JSON.stringify({ again: "yes", "workflows.argoproj.io/resubmitted-from-workflow": row.name }),
      ),
    );
  });

  describe("a namespace and nothing else means its newest run", () => {
    const inStaging = (name: string, hoursAgo: number) =>
      makePicture({
        name,
        namespace: "staging",
        phase: "failed",
        createdAt: startAt - hoursAgo * 3_600_000,
        endedAfter: 5,
        tasks: [],
      });
    const mixed = [...pictures, inStaging("staged-2", 3), inStaging("staged-1", 4), live];
    const served = { ok: true, name: "x", runId: "id", warnings: [] } as const;
    const made = (calls: readonly string[]): readonly (string | undefined)[] =>
      calls.map((call) => /resubmitted-from-workflow":"([^"]+)"/u.exec(call)?.[1]);

    test("retry, also where a run of another one is newer", async () => {
      const retry = 'command staged-2 {"kind":"retry","restartSuccessful":false,"parameters":{}}';
      const { code, calls } = await ask(["retry", "-n", "staging"], { pictures: mixed, driven: true });
      assert.deepEqual([code, calls], [0, [retry]]);
    });

    test("resume, also a run that cannot go on", async () => {
      const ended = await ask(["resume", "-n", "staging"], { pictures: mixed, driven: true });
      assert.equal(ended.code, 2);
      assert.match(ended.err, /run staged-2 has already ended \[run\/ended\]/u);
      const going = await ask(["resume", "-n", "default"], { pictures: mixed, driven: true });
      assert.deepEqual([going.code, going.out], [0, ["workflow orders is already going on"]]);
    });

    test("resubmit, and a name is enough by itself", async () => {
      const again = start(["resubmit", "-n", "staging", "-q"], { pictures: mixed, served });
      assert.deepEqual([await again.code, made(again.calls)], [0, ["staged-2"]]);
      const named = start(["resubmit", "nightly-2", "-n", "staging", "-q"], { pictures: mixed, served });
      assert.deepEqual([await named.code, made(named.calls)], [0, ["nightly-2"]]);
    });

    test("that there is none is said, and nothing is done", async () => {
      for (const word of ["retry", "resume", "resubmit"]) {
        const { code, err, calls } = await ask([word, "-n", "elsewhere"], { pictures: mixed, driven: true });
        assert.deepEqual([code, err, calls], [0, "no such runs\n", []], word);
      }
    });
  });

  test("one that is refused does not keep the others", async () => {
    const { code, out, err } = await ask(["resume", "nightly-1", "orders"], { pictures, driven: true });
    assert.equal(code, 2);
    assert.deepEqual(out, ["workflow orders is already going on"]);
    assert.match(err, /run nightly-1 has already ended \[run\/ended\]/u);
  });
});

describe("archive", () => {
  test("lists runs that have ended, with their ids", async () => {
    const { out } = await ask(["archive", "list", "--chunk-size", "1"], { pictures });
    assert.deepEqual(out, [
      "NAMESPACE  NAME       STATUS     UID",
      "default    nightly-2  Failed     id-of-nightly-2",
      "default    nightly-1  Succeeded  id-of-nightly-1",
    ]);
    assert.deepEqual((await ask(["archive", "list", "-l", "team=a", "-o", "name"], { pictures })).out, [
      "id-of-nightly-1",
    ]);
    const json = JSON.parse((await ask(["archive", "list", "-o", "json"], { pictures })).out.join("\n")) as {
      readonly metadata: { readonly uid: string };
    }[];
    assert.deepEqual(
      json.map(({ metadata }) => metadata.uid),
      ["id-of-nightly-2", "id-of-nightly-1"],
    );
  });

  test("knows their labels", async () => {
    assert.deepEqual((await ask(["archive", "list-label-keys"], { pictures })).out, [
      "stage",
      "team",
      "workflows.argoproj.io/completed",
      "workflows.argoproj.io/phase",
    ]);
    assert.deepEqual((await ask(["archive", "list-label-values", "-l", "team"], { pictures })).out, [
      "a",
      "b",
    ]);
    assert.deepEqual((await ask(["archive", "list-label-values", "-l", "none"], { pictures })).out, []);
    assert.equal((await ask(["archive", "list-label-values"], { pictures })).code, 2);
  });

  test("shows, deletes and repeats them", async () => {
    assert.match(
      (await ask(["archive", "get", "nightly-1"], { pictures })).out[0] ?? "",
      /^Name: +nightly-1$/u,
    );
    const gone = await ask(["archive", "delete", "nightly-1"], { pictures });
    assert.deepEqual(
      [gone.calls, gone.out],
      [["remove nightly-1"], ["Archived workflow 'nightly-1' deleted"]],
    );
    assert.equal((await ask(["archive", "delete", "nobody"], { pictures })).code, 2);
    const retried = await ask(["archive", "retry", "nightly-2"], { pictures, driven: true });
    assert.match(retried.calls[0] ?? "", /^command nightly-2 \{"kind":"retry"/u);
    const run = start(["archive", "resubmit", "nightly-1", "-q"], {
      pictures: [old],
      served: { ok: true, name: "x", runId: "id", warnings: [] },
    });
    assert.equal(await run.code, 0);
    assert.match(run.calls[0] ?? "", /^handOver/u);
    assert.equal((await ask(["archive", "retry"], { pictures })).code, 2);
  });
});
