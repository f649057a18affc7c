import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DefinitionPicture } from "../../src/api/definitions.ts";
import { ask } from "./ask.ts";
import { startAt } from "./fake-world.ts";
import { folder, good, start } from "./start-command.ts";

const hour = 3_600_000;

function makeDefinition(changes: Partial<DefinitionPicture>): DefinitionPicture {
  const { kind = "WorkflowTemplate", name = "orders" } = changes;
  return {
    kind,
    name,
    uid: `uid-of-${name}`,
    version: 1,
    createdAt: startAt - 2 * hour,
    updatedAt: startAt - 2 * hour,
    labels: {},
    source: `text of ${name}\n`,
    document: { apiVersion: "argoproj.io/v1alpha1", kind, metadata: { name } },
    status: {},
    ...changes,
  };
}

const orders = makeDefinition({
  version: 3,
  updatedAt: startAt - hour,
  labels: { team: "a" },
  document: {
    kind: "WorkflowTemplate",
    metadata: { name: "orders", labels: { team: "a" } },
    spec: {
      entrypoint: "main",
      templates: [{ name: "main" }, { name: "ship" }],
      arguments: { parameters: [{ name: "day" }] },
    },
  },
});
const returns = makeDefinition({ name: "returns" });
const nightly = makeDefinition({
  kind: "CronWorkflow",
  name: "nightly",
  document: {
    kind: "CronWorkflow",
    metadata: { name: "nightly" },
    spec: {
      schedules: ["0 3 * * *", "@daily"],
      timezone: "Europe/Berlin",
      suspend: false,
      workflowSpec: { workflowTemplateRef: { name: "orders" } },
    },
  },
  nextRunAt: startAt + 3 * hour,
  status: {
    suspend: { value: true, version: 1 },
    lastScheduledTime: "2025-11-21T08:30:00Z",
    active: [{ name: "nightly-1", uid: "u" }],
    succeeded: 4,
  },
});
const definitions = [orders, returns, nightly];
const world = { cwd: folder };

describe("storing", () => {
  test("create, apply and update ask for their kind, and say what became of each document", async () => {
    const stored = {
      ok: true,
      stored: [
        { change: "created", definition: returns },
        { change: "updated", definition: orders },
      ],
      leftAlone: ["Workflow", "ConfigMap", "Workflow"],
      warnings: [],
    } as const;
    const { code, out, err, calls } = await ask(["template", "create", "workflow.yaml"], { stored, world });
    assert.equal(code, 0);
    assert.deepEqual(calls, [
      'store {"file":"workflow.yaml","mode":"create","kinds":["WorkflowTemplate"],"strict":true} 13 characters',
    ]);
    assert.deepEqual(
      out.filter((line) => /^(?:Workflow|Name|Namespace)/u.test(line)),
      [
        "WorkflowTemplate returns created (version 1)",
        "Name:       returns",
        "Namespace:  default",
        "WorkflowTemplate orders updated (version 3)",
        "Name:        orders",
        "Namespace:   default",
      ],
    );
    assert.equal(err, "note: not stored by this command in workflow.yaml: Workflow, ConfigMap\n");
    const lax = await ask(["cron", "apply", "--no-strict", "-o", "name", "workflow.yaml"], { stored, world });
    assert.match(lax.calls[0] ?? "", /"mode":"apply","kinds":\["CronWorkflow"\],"strict":false/);
    assert.deepEqual(lax.out, ["returns", "orders"]);
    const event = await ask(["event-binding", "create", "workflow.yaml"], { stored, world });
    assert.match(event.calls[0] ?? "", /"mode":"create","kinds":\["WorkflowEventBinding"\],"strict":true/);
    const all = await ask(["apply", "workflow.yaml"], { stored, world });
    assert.match(all.calls[0] ?? "", /"mode":"apply","kinds":\[.*"ConfigMap","Secret"\]/);
  });

  test("cron create says over the document what the flags say", async () => {
    const { calls } = await ask(
      ["cron", "create", "workflow.yaml", "--schedule", "@daily", "-p", "a=1", "-l", "team=b", "--name", "n"],
      { world },
    );
    assert.match(
      calls[0] ?? "",
      /"overrides":\{"schedule":"@daily","name":"n","labels":\{"team":"b"\},"parameters":\{"a":"1"\}\}/,
    );
    const made = await ask(["cron", "create", "workflow.yaml", "--generate-name", "n-"], { world });
    assert.match(made.calls[0] ?? "", /"overrides":\{"namePrefix":"n-"\}/);
  });

  test("what is wrong is shown, and nothing of the later files is stored", async () => {
    const diagnostics = [{ code: "argo/x", severity: "error", message: "bad" }] as const;
    const { code, err, calls } = await ask(["template", "update", "workflow.yaml", "shared.yaml"], {
      stored: { ok: false, diagnostics },
      world,
    });
    assert.equal(code, 2);
    assert.equal(calls.length, 1);
    assert.match(err, /error: bad \[argo\/x\]/);
    assert.match(err, /1 error; nothing was stored/);
  });
});

describe("looking at definitions", () => {
  test("lists are by kind, with labels, and for programs", async () => {
    const { out } = await ask(["template", "list"], { definitions });
    assert.deepEqual(out, ["NAME     VERSION  AGE", "orders   3        2h", "returns  1        2h"]);
    const labelled = await ask(["template", "list", "-l", "team=a", "-o", "name"], { definitions });
    assert.deepEqual(labelled.out, ["orders"]);
    const cron = await ask(["cron", "list"], { definitions });
    assert.deepEqual(cron.out, [
      "NAME     AGE  LAST RUN  NEXT RUN  SCHEDULES         TIMEZONE       SUSPENDED",
      "nightly  2h   1h        3h        0 3 * * *,@daily  Europe/Berlin  true",
    ]);
    const none = await ask(["cluster-template", "list"], { definitions });
    assert.deepEqual(
      [none.code, none.out, none.err.split("\n")[0]],
      [0, [], "no stored cluster workflow templates in /home/of/runs"],
    );
  });

  test("get shows what a person asks for", async () => {
    const { out } = await ask(["template", "get", "orders"], { definitions });
    assert.deepEqual(out, [
      "Name:        orders",
      "Namespace:   default",
      "Kind:        WorkflowTemplate",
      "Version:     3",
      "Created:     2025-11-21T07:30:00Z (2h ago)",
      "Updated:     2025-11-21T08:30:00Z (1h ago)",
      "Labels:      team=a",
      "Entrypoint:  main",
      "Templates:   main, ship",
      "Parameters:  day",
    ]);
    const cron = await ask(["cron", "get", "nightly"], { definitions });
    for (const line of ["Suspended:          true", "Active Workflows:   nightly-1", "Succeeded:          4"])
      assert.ok(cron.out.includes(line), line);
  });

  test("get gives programs the object with what a cluster adds, and the exact text on request", async () => {
    const json = await ask(["cron", "get", "nightly", "-o", "json"], { definitions });
    const object = JSON.parse(json.out.join("\n")) as Record<string, Record<string, unknown>>;
    assert.deepEqual(object["metadata"], {
      name: "nightly",
      uid: "uid-of-nightly",
      generation: 1,
      creationTimestamp: "2025-11-21T07:30:00Z",
    });
    assert.equal(object["spec"]?.["suspend"], true);
    assert.equal(object["status"]?.["suspend"], undefined);
    assert.equal(object["status"]?.["succeeded"], 4);
    const source = await ask(["template", "get", "orders", "--source"], { definitions });
    assert.deepEqual(source.out, ["text of orders"]);
    const missing = await ask(["template", "get", "orders", "--version", "2"], { definitions });
    assert.equal(missing.code, 2);
    assert.match(missing.err, /definition\/unknown/);
  });
});

describe("steering definitions", () => {
  test("-n keeps lists and delete --all to one namespace", async () => {
    const far = { ...orders, name: "far", document: { metadata: { name: "far", namespace: "staging" } } };
    const listed = await ask(["template", "list", "-o", "name", "-n", "default"], {
      definitions: [...definitions, far],
    });
    assert.deepEqual(listed.out, ["orders", "returns"]);
    const deleted = await ask(["template", "delete", "--all", "-n", "staging"], {
      definitions: [...definitions, far],
    });
    assert.deepEqual(deleted.calls, ["remove WorkflowTemplate far"]);
    const shared = { ...far, kind: "ClusterWorkflowTemplate" } as const;
    const cluster = await ask(["cluster-template", "list", "-o", "name", "-n", "other"], {
      definitions: [shared],
    });
    assert.deepEqual(cluster.out, ["far"]);
  });

  test("delete takes names or all, and only existing ones", async () => {
    const one = await ask(["template", "delete", "orders", "orders"], { definitions });
    assert.deepEqual(one.calls, ["remove WorkflowTemplate orders"]);
    const all = await ask(["template", "delete", "--all"], { definitions });
    assert.deepEqual(all.calls, ["remove WorkflowTemplate orders", "remove WorkflowTemplate returns"]);
    const dry = await ask(["template", "delete", "--all", "--dry-run"], { definitions });
    assert.deepEqual([dry.calls, dry.out.length], [[], 2]);
    assert.equal((await ask(["template", "delete"], { definitions })).code, 2);
    const wrong = await ask(["template", "delete", "orders", "nobody"], { definitions });
    assert.deepEqual([wrong.code, wrong.calls], [2, []]);
  });

  test("suspend and resume", async () => {
    const { calls, out } = await ask(["cron", "suspend", "nightly"], { definitions });
    assert.deepEqual([calls, out], [["suspend nightly true"], ["CronWorkflow 'nightly' suspended"]]);
    assert.deepEqual((await ask(["cron", "resume", "nightly"], { definitions })).calls, [
      "suspend nightly false",
    ]);
  });

  test("backfill hands its runs to the process that serves the home", async () => {
    const line = [
      "cron",
      "backfill",
      "nightly",
      "--start",
      "2026-01-01",
      "--end",
      "2026-01-31",
      "--parallel",
    ];
    const served = { ok: true, name: "nightly-x", runId: "x", warnings: [] } as const;
    const handed = await ask(line, { definitions, served });
    assert.equal(handed.code, 0);
    assert.deepEqual(handed.calls, [
      'backfill nightly {"start":"2026-01-01","end":"2026-01-31","parallel":true}',
      'handOver nightly {"parameters":{},"name":"first"}',
      'handOver nightly {"parameters":{},"name":"second"}',
    ]);
    assert.deepEqual(handed.out, ["backfill made-up: 2 runs", "nightly-x submitted", "nightly-x submitted"]);
    assert.equal(
      (await ask(["cron", "backfill", "nobody", "--start", "2026-01-01"], { definitions })).code,
      2,
    );
  });
});

describe("run --from", () => {
  test("runs a stored definition with what the flags say", async () => {
    const run = start(["run", "--from", "CronWF/nightly", "-p", "day=today", "-q"], {
      definitions,
      pictures: [good],
    });
    run.engine.settle("ended");
    assert.equal(await run.code, 0);
    assert.equal(run.engine.calls[0], 'submit {"parameters":{"day":"today"}}');
  });

  test("needs one document, of a kind that is stored", async () => {
    for (const words of [[], ["a.yaml", "--from", "cronwf/nightly"], ["a.yaml", "b.yaml"]])
      assert.equal((await ask(["run", ...words], { definitions })).code, 2, words.join(" "));
    for (const from of ["nightly", "workflow/x", "cronwf/", "cronwf/a/b", "constructor/x"])
      assert.match((await ask(["run", "--from", from], { definitions })).err, /cli\/bad-arguments/, from);
    assert.match((await ask(["run", "--from", "cronwf/x"], { definitions })).err, /definition\/unknown/);
  });
});

test("a ConfigMap is shown with its texts, and with the size of what is long or no text", async () => {
  const data = { tone: "kind\n", empty: "", long: "x".repeat(201) };
  const map = makeDefinition({
    kind: "ConfigMap",
    name: "settings",
    document: { kind: "ConfigMap", metadata: { name: "settings" }, data, binaryData: { raw: "AP/+gA==" } },
  });
  const { out } = await ask(["configmap", "get", "settings"], { definitions: [map] });
  assert.deepEqual(
    out.slice(-4).map((line) => line.replace(/ +/gu, " ")),
    ["tone: kind", 'empty: ""', "long: (201 characters)", "raw: (4 bytes)"],
  );
});
