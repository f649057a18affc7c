import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runCli } from "../../src/cli/cli.ts";
import { measureWidth } from "../../src/cli/render/text-width.ts";
import { ask, old, pictures } from "./ask.ts";
import { createFakeHouse } from "./fake-house.ts";
import { makePicture } from "./fake-picture.ts";
import { createWorld } from "./fake-world.ts";

describe("list", () => {
  test("shows runs, newest first", async () => {
    const { out, code } = await ask(["list"], { pictures });
    assert.equal(code, 0);
    assert.deepEqual(out, [
      "NAME       STATUS       AGE    DURATION  PRIORITY  PROGRESS  MESSAGE",
      "orders     ● Running    1m30s  1m30s     0         1/2",
      "nightly-2  ✖ Failed     1h     5s        0         2/2       child failed",
      "nightly-1  ✔ Succeeded  2d2h   1m5s      0         1/1",
    ]);
  });

  test("filters", async () => {
    const names = async (...flags: readonly string[]): Promise<readonly string[]> =>
      (await ask(["list", "-o", "name", ...flags], { pictures })).out;
    assert.deepEqual(await names("--status", "Failed,running"), ["orders", "nightly-2"]);
    assert.deepEqual(await names("--running"), ["orders"]);
    assert.deepEqual(await names("--completed", "--limit", "1"), ["nightly-2"]);
    assert.deepEqual(await names("--prefix", "nightly"), ["nightly-2", "nightly-1"]);
    assert.deepEqual(await names("--since", "2h"), ["orders", "nightly-2"]);
    assert.deepEqual(await names("--older", "1d"), ["nightly-1"]);
    assert.deepEqual(await names("-l", "team=a,stage!=test"), ["orders"]);
    assert.deepEqual(await names("-l", "stage"), ["nightly-1"]);
    assert.deepEqual(await names("-l", "!stage", "-l", "team in (b, c)"), ["nightly-2"]);
    assert.deepEqual(await names("-l", "team notin (b)"), ["orders", "nightly-1"]);
    assert.equal((await ask(["list", "-l", "a>b"])).code, 2);
  });

  test("-n leaves the runs of other namespaces alone, where runs are selected", async () => {
    const staged = pictures.map((one) =>
      one.row.name === "nightly-2" ? { ...one, row: { ...one.row, namespace: "staging" } } : one,
    );
    const listed = async (...argv: readonly string[]): Promise<readonly string[]> =>
      (await ask(argv, { pictures: staged })).out;
    assert.deepEqual(await listed("list", "-o", "name", "-n", "staging"), ["nightly-2"]);
    assert.deepEqual(await listed("list", "-o", "name", "-n", "default"), ["orders", "nightly-1"]);
    assert.deepEqual(await listed("delete", "--all", "--dry-run", "-n", "staging"), [
      "Workflow 'nightly-2' deleted (dry-run)",
    ]);
    assert.deepEqual(await listed("stop", "-l", "team", "--dry-run", "-n", "staging"), []);
    const none = await ask(["list", "-n", "argo"], { pictures: staged });
    assert.match(none.err, /no such runs of namespace argo in .*; there are runs of default, staging/);
    const retried = await ask(["retry", "-l", "team", "-n", "default"], { pictures: staged });
    assert.match(retried.err, /no such runs/);
    assert.equal((await ask(["delete", "-n", "staging"], { pictures: staged })).code, 2);
  });

  test("knows the labels that Argo's controller keeps", async () => {
    const argo = "workflows.argoproj.io";
    const names = async (selector: string): Promise<readonly string[]> =>
      (await ask(["list", "-o", "name", "-l", selector], { pictures })).out;
    assert.deepEqual(await names(`${argo}/phase=Failed`), ["nightly-2"]);
    assert.deepEqual(await names(`${argo}/phase in (Running,Succeeded)`), ["orders", "nightly-1"]);
    assert.deepEqual(await names(`${argo}/completed=true,team=a`), ["nightly-1"]);
    assert.deepEqual(await names(`${argo}/completed!=true`), ["orders"]);
    const { out } = await ask(["get", "-o", "json"], { pictures });
    const { metadata } = JSON.parse(out.join("\n")) as { readonly metadata: { readonly labels: object } };
    assert.deepEqual(metadata.labels, {
      team: "a",
      [`${argo}/completed`]: "false",
      [`${argo}/phase`]: "Running",
    });
  });

  test("says which run nobody drives", async () => {
    const { out, err } = await ask(["list"], { pictures });
    assert.equal(out.length, 4);
    assert.equal(err, "no process drives this home now; orders goes on with: millrace resume orders\n");
    assert.equal((await ask(["list"], { pictures, driven: true })).err, "");
    assert.equal((await ask(["list", "--completed"], { pictures })).err, "");
    assert.equal((await ask(["get"], { pictures })).err, err);
    assert.equal((await ask(["get", "-o", "json"], { pictures })).err, "");
  });

  test("other forms", async () => {
    assert.equal((await ask(["list", "--no-headers"], { pictures })).out.length, 3);
    assert.match(
      (await ask(["list", "-o", "wide"], { pictures })).out[3] ?? "",
      /2025-11-19T07:30:00Z {2}id-of-nightly-1 {2}- {11}team=a,stage=test$/,
    );
    const [first] = JSON.parse((await ask(["list", "-o", "json"], { pictures })).out.join("\n")) as readonly {
      readonly metadata: { readonly name: string };
      readonly status: { readonly phase: string };
    }[];
    assert.deepEqual([first?.metadata.name, first?.status.phase], ["orders", "Running"]);
    assert.equal((await ask(["list", "-o", "yaml"], { pictures })).out[0], "- metadata:");
    const none = await ask(["list"]);
    assert.deepEqual([none.code, none.out, none.err], [0, [], "no runs in /home/of/runs\n"]);
    assert.equal((await ask(["list", "--prefix", "x"], { pictures })).err, "no such runs in /home/of/runs\n");
    const slip = await ask(["list", "--status", "Failed,Faild"], { pictures });
    assert.deepEqual([slip.code, slip.out], [2, []]);
    assert.match(slip.err, /^error: runs are in no state 'faild' \[cli\/bad-arguments\]/);
  });
});

describe("get", () => {
  test("shows the head and the tree of the newest run", async () => {
    const { out } = await ask(["get"], { pictures });
    assert.deepEqual(out, [
      "Name:      orders",
      "Status:    ● Running",
      "File:      workflow.yaml",
      "Labels:    team=a",
      "Created:   2025-11-21T09:28:30Z (1m30s ago)",
      "Started:   2025-11-21T09:28:30Z (1m30s ago)",
      "Duration:  1m30s",
      "Progress:  1/2",
      "Parameters:",
      "  day: today",
      "",
      "TASK      TEMPLATE  ATTEMPT  DURATION",
      "● orders  main               1m30s",
      "├─✔ a     t-a       1        10s",
      "└─● b     t-b       2        1m20s",
    ]);
  });

  test("shows how long the like of the run took, and what could not be measured", async () => {
    const running = pictures.find(({ row }) => row.phase === "running");
    assert.ok(running !== undefined);
    const outlook = { estimate: { runMs: 120_000, byProcess: {} }, metricProblems: ["metric 'm': no"] };
    const { out } = await ask(["get", running.row.name], {
      pictures: [{ ...running, outlook }],
    });
    const shown = out.filter((line) => /^(?:Estimated|Conditions)/.test(line));
    assert.deepEqual(shown, [
      "Estimated:   2m (about 30s left)",
      "Conditions:  MetricsError: metric 'm': no",
    ]);
  });

  test("filters tasks by state and selector", async () => {
    assert.deepEqual((await ask(["get", "nightly-2", "--status", "Failed"], { pictures })).out.slice(-2), [
      "✖ nightly-2    main               5s        child failed",
      "✖ nightly-2.a  t-a       1        5s        exit code 4",
    ]);
    assert.match(
      (await ask(["get", "nightly-2", "--node-field-selector", "b"], { pictures })).out.at(-1) ?? "",
      /^○ nightly-2\.b/,
    );
    assert.equal(
      (await ask(["get", "nightly-2", "--node", "zzz"], { pictures })).out.at(-1),
      "no such tasks",
    );
    assert.equal((await ask(["get", "nightly-2", "--status", "Failed,Skiped"], { pictures })).code, 2);
  });

  test("other forms", async () => {
    assert.deepEqual((await ask(["get", "orders", "-o", "short"], { pictures })).out, [
      "● orders  Running  1m30s  1/2",
    ]);
    assert.deepEqual((await ask(["get", "-o", "name"], { pictures })).out, ["orders"]);
    assert.match((await ask(["get", "-o", "wide"], { pictures })).out.at(-1) ?? "", /2025-11-21T09:28:40Z/);
    const printed = JSON.parse(
      (await ask(["get", "nightly-2", "-o", "json"], { pictures })).out.join("\n"),
    ) as { readonly status: { readonly phase: string } };
    assert.equal(printed.status.phase, "Failed");
    assert.equal((await ask(["get", "nobody"], { pictures })).code, 2);
  });
});

describe("looking on", () => {
  const suspended = makePicture({
    phase: "suspended",
    suspended: true,
    tasks: [{ name: "a", phase: "succeeded", from: 0, to: 1 }],
  });
  const ended = makePicture({
    phase: "failed",
    endedAfter: 4,
    tasks: [{ name: "a", phase: "failed", from: 0, to: 4 }],
  });
  const going = makePicture({ phase: "running", tasks: [{ name: "a", phase: "running", from: 0 }] });

  test("watch follows until the run ends, with the run's exit code", async () => {
    const world = createWorld();
    const house = createFakeHouse({ pictures: [going], driven: true });
    const code = runCli(["watch", "orders"], world.io, () => house);
    await world.stdout.until((text) => text.includes("orders.a started"));
    house.change([ended]);
    assert.equal(await code, 1);
    assert.match(world.stdout.text(), /orders\.a failed \(4s\)\n.*run failed.*\n✖ orders Failed in 4s\n/);
  });

  test("watch of a run at rest shows how it stands", async () => {
    const { code, out } = await ask(["watch"], { pictures: [suspended] });
    assert.equal(code, 4);
    assert.equal(out.at(-1), "  the run is suspended; go on with: millrace resume orders");
  });

  test("wait returns the worst end of several runs, and says when nobody drives them", async () => {
    const world = createWorld();
    const house = createFakeHouse({ pictures: [old, going] });
    const code = runCli(["wait", "nightly-1", "orders"], world.io, () => house);
    await world.stderr.until((text) => text.includes("no process drives this home"));
    house.change([old, ended]);
    assert.equal(await code, 1);
    assert.equal(world.stdout.text(), "✔ nightly-1 Succeeded\n✖ orders Failed\n");
  });

  test("wait for a run that does not exist is a mistake, unless that is fine", async () => {
    assert.equal((await ask(["wait", "gone"], { pictures })).code, 2);
    const fine = await ask(["wait", "gone", "nightly-1", "--ignore-not-found"], { pictures });
    assert.deepEqual([fine.code, fine.out, fine.err], [0, ["✔ nightly-1 Succeeded"], ""]);
  });

  test("wait gives up after its time", async () => {
    const world = createWorld();
    const house = createFakeHouse({ pictures: [going], driven: true });
    const code = runCli(["wait", "orders", "--timeout", "10s"], world.io, () => {
      // The clock passes the limit while the command waits for a change.
      queueMicrotask(() =>
        setImmediate(() => {
          world.advance(11_000);
          house.change();
        }),
      );
      return house;
    });
    assert.equal(await code, 4);
    assert.equal(world.stderr.text(), "orders has not ended in time\n");
  });

  test("explain refuses a name that no task has", async () => {
    const { code, err } = await ask(["explain", "nightly-2", "aa"], { pictures, explanations: [] });
    assert.deepEqual(
      [code, err],
      [2, "error: run nightly-2 has no task 'aa' [cli/unknown-task]\n  hint: Did you mean a?\n"],
    );
  });

  test("explain and doctor", async () => {
    const explanations = [
      {
        task: 1,
        name: "a",
        phase: "failed",
        facts: [{ code: "exit-nonzero", text: "it ended with exit code 4" }],
      },
    ];
    const explained = await ask(["explain", "orders", "a"], { pictures, explanations });
    assert.deepEqual(
      [explained.calls, explained.out],
      [["explain orders a"], ["✖ a failed", "    it ended with exit code 4"]],
    );
    assert.deepEqual(
      JSON.parse((await ask(["explain", "-o", "json"], { pictures, explanations })).out.join("\n")),
      explanations,
    );
    const cropped = await ask(["explain", "orders"], { pictures, explanations, unexplained: 3 });
    assert.match(cropped.err, /^3 more; /);
    const findings = [
      { topic: "node", state: "good" as const, message: "fine" },
      { topic: "disk", state: "bad" as const, message: "full", hint: "Free space." },
    ];
    const long = { topic: "machine", state: "good" as const, message: "many ".repeat(20).trim() };
    const folded = (await ask(["doctor"], { findings: [long], world: { columns: 40, isTTY: true } })).out;
    assert.ok(folded.length > 2 && folded.every((line) => measureWidth(line) <= 40));
    const piped = await ask(["doctor"], { findings: [long], world: { columns: 40, isTTY: false } });
    assert.equal(piped.out.length, 1);
    const doctor = await ask(["doctor"], { findings });
    assert.deepEqual([doctor.code, doctor.out], [5, ["✔ node: fine", "✖ disk: full", "    Free space."]]);
    assert.equal((await ask(["doctor"], { findings: findings.slice(0, 1) })).code, 0);
  });

  test("version", async () => {
    assert.match((await ask(["version"])).out[0] ?? "", /^millrace \d+\.\d+\.\d+ \(Node\.js 2\d/);
    assert.match((await ask(["--version"])).out[0] ?? "", /^millrace /);
    assert.match((await ask(["version", "-o", "json"])).out.join(""), /"version":/);
  });
});
