/** Fields of `status` and of its nodes: types, boundaries, arrows, progress, times, conditions (Argo fields.md, NodeStatus). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nameToId } from "../../../src/languages/argo/view/node-names.ts";
import type { Ran } from "../rig.ts";
import { call, dag, run, steps } from "./documents.ts";

const r = "  - {name: r, retryStrategy: {limit: 1}, container: {image: x, command: [echo]}}\n";
const inner = (body: string): string => `  - name: inner\n    ${body}\n`;

/** Arrows as `from -> to, to`, names below the run. */
function arrows(ran: Ran): readonly string[] {
  const nameOf = (id: string): string =>
    ran.nodes.find((node) => node.id === id)?.name.slice("wf".length) ?? `? ${id}`;
  return ran.nodes.flatMap(({ name, children }) =>
    children === undefined ? [] : [`${name.slice("wf".length)} -> ${children.map(nameOf).join(", ")}`],
  );
}

function fields(
  ran: Ran,
  field: "boundaryID" | "type" | "displayName" | "progress",
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(ran.nodes.map((node) => [node.name.slice("wf".length), node[field]]));
}

test("ids are the run's name and a hash of the node's name", async () => {
  const ran = await run(steps(call("a", "ok")));
  assert.equal(ran.node("").id, "wf");
  for (const { id, name } of ran.nodes) assert.equal(id, nameToId(ran.state, name));
  assert.equal(ran.node("[0].a").id, "wf-3986212215");
});

test("arrows of steps go from group to members to the next group", async () => {
  const ran = await run(steps(`${call("a", "ok")}, ${call("b", "ok")}`, call("c", "ok")));
  assert.deepEqual(arrows(ran), [
    " -> [0]",
    "[0].a -> [1]",
    "[0].b -> [1]",
    "[0] -> [0].a, [0].b",
    "[1] -> [1].c",
  ]);
  assert.deepEqual(ran.node("").outboundNodes, [ran.node("[1].c").id]);
});

test("arrows of a dag go from task to task", async () => {
  const ran = await run(
    dag(
      call("a", "ok"),
      call("b", "ok", "depends: a"),
      call("c", "ok", "depends: a"),
      call("d", "ok", "depends: b && c"),
    ),
  );
  assert.deepEqual(arrows(ran), [" -> .a", ".a -> .b, .c", ".b -> .d", ".c -> .d"]);
  assert.deepEqual(ran.node("").outboundNodes, [ran.node(".d").id]);
});

test("arrows of a retry go to its attempts, and on from the last", async () => {
  const ran = await run(steps(call("a", "r"), call("b", "ok")) + r, {
    answers: { a: [{ exit: 1 }, { exit: 0 }] },
  });
  assert.deepEqual(arrows(ran), [
    " -> [0]",
    "[0].a -> [0].a(0), [0].a(1)",
    "[0] -> [0].a",
    "[1] -> [1].b",
    "[0].a(1) -> [1]",
  ]);
  assert.deepEqual(ran.node("[0].a(1)").nodeFlag, { retried: true });
});

test("arrows of a loop in a dag go through its group", async () => {
  const ran = await run(dag(call("a", "ok", "withItems: [u, v]"), call("b", "ok", "depends: a")));
  assert.deepEqual(arrows(ran), [" -> .a", ".a -> .a(0:u), .a(1:v)", ".a(0:u) -> .b", ".a(1:v) -> .b"]);
});

test("arrows of nested steps go on from the last of what is inside", async () => {
  const ran = await run(
    steps(call("a", "inner"), call("b", "ok")) + inner(`steps: [[${call("p", "ok")}], [${call("q", "ok")}]]`),
  );
  assert.deepEqual(arrows(ran), [
    " -> [0]",
    "[0].a -> [0].a[0]",
    "[0] -> [0].a",
    "[1] -> [1].b",
    "[0].a[0].p -> [0].a[1]",
    "[0].a[1].q -> [1]",
    "[0].a[0] -> [0].a[0].p",
    "[0].a[1] -> [0].a[1].q",
  ]);
  assert.deepEqual(ran.node("[0].a").outboundNodes, [ran.node("[0].a[1].q").id]);
});

test("a boundary is the nearest steps or dag around a node", async () => {
  const ran = await run(
    steps(call("a", "inner"), call("b", "r")) +
      inner(`dag: {tasks: [${call("p", "ok", "withItems: [u]")}]}`) +
      r,
  );
  const { id } = ran.node("[0].a");
  assert.deepEqual(fields(ran, "boundaryID"), {
    "": undefined,
    "[0]": "wf",
    "[0].a": "wf",
    "[1]": "wf",
    "[1].b": "wf",
    "[1].b(0)": "wf",
    "[0].a.p": id,
    "[0].a.p(0:u)": id,
  });
});

test("types of nodes", async () => {
  const ran = await run(
    dag(
      call("a", "inner"),
      call("b", "r"),
      call("c", "wait"),
      call("d", "web"),
      call("e", "ok", "withItems: [u]"),
      call("f", "ok", 'when: "false"'),
    ) +
      inner(`steps: [[${call("p", "ok")}]]`) +
      r +
      '  - {name: wait, suspend: {duration: "1"}}\n  - {name: web, http: {url: "http://host.example/"}}\n',
    { respond: () => ({ statusCode: 200, headers: {}, body: "fine" }) },
  );
  assert.deepEqual(fields(ran, "type"), {
    "": "DAG",
    ".a": "Steps",
    ".b": "Retry",
    ".c": "Suspend",
    ".d": "HTTP",
    ".e": "TaskGroup",
    ".f": "Skipped",
    ".a[0].p": "Pod",
    ".a[0]": "StepGroup",
    ".b(0)": "Pod",
    ".e(0:u)": "Pod",
  });
});

test("display names are names without what stands around", async () => {
  const ran = await run(
    steps(call("a", "inner")) + inner(`dag: {tasks: [${call("p", "r", "withItems: [u]")}]}`) + r,
  );
  assert.deepEqual(fields(ran, "displayName"), {
    "": "wf",
    "[0]": "[0]",
    "[0].a": "a",
    "[0].a.p": "p",
    "[0].a.p(0:u)": "p(0:u)",
    "[0].a.p(0:u)(0)": "p(0:u)(0)",
  });
});

test("progress counts pods, up to the run", async () => {
  const ran = await run(
    dag(call("a", "ok"), call("b", "inner"), call("c", "fail")) +
      inner(`steps: [[${call("p", "ok")}, ${call("q", "ok")}]]`),
  );
  assert.equal(ran.status["progress"], "3/4");
  assert.equal(ran.node(".b").progress, "2/2");
  assert.equal(ran.node(".a").progress, "1/1");
  assert.equal(ran.node(".c").progress, "0/1");
});

test("times are those of the clock, in whole seconds", async () => {
  const ran = await run(steps(call("a", "slow"), call("b", "ok")));
  assert.deepEqual(
    [ran.status["startedAt"], ran.status["finishedAt"]],
    ["2024-01-15T12:00:00Z", "2024-01-15T12:00:11Z"],
  );
  assert.deepEqual(
    [ran.node("[1].b").startedAt, ran.node("[1].b").finishedAt],
    ["2024-01-15T12:00:10Z", "2024-01-15T12:00:11Z"],
  );
});

test("a run that goes on has no end, and says that pods run", async () => {
  const ran = await run(steps(call("a", "slow")), { atMost: 1000 });
  assert.equal(ran.status["finishedAt"], null);
  assert.equal(ran.node("[0].a").finishedAt, null);
  assert.deepEqual(ran.status["conditions"], [{ type: "PodRunning", status: "True" }]);
});

test("a run that has ended is completed", async () => {
  const ran = await run(steps(call("a", "fail")));
  assert.deepEqual(ran.status["conditions"], [
    { type: "PodRunning", status: "False" },
    { type: "Completed", status: "True" },
  ]);
});

test("inputs, results and exit codes of a pod", async () => {
  const ran = await run(
    steps(
      call("a", "say", "arguments: {parameters: [{name: text, value: hey}]}"),
      call("b", "ok", 'when: "{{steps.a.outputs.result}} == hey"'),
    ),
  );
  assert.deepEqual(ran.node("[0].a").inputs, { parameters: [{ name: "text", value: "hey" }] });
  assert.deepEqual(ran.node("[0].a").outputs, { result: "hey", exitCode: "0" });
});
