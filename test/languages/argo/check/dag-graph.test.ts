/** The graph of a dag: order, circles and ancestors agree with their plain definitions, also when it is large. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createDagGraph } from "../../../../src/languages/argo/check/dag-graph.ts";
import type { DagTask } from "../../../../src/languages/argo/read/types.ts";

/** Tasks that depend on earlier ones only. */
const acyclic = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 40 }).map((rows) =>
  rows.map((row, index): DagTask => {
    const dependencies = index === 0 ? [] : [...new Set(row.map((number) => `t${number % index}`))];
    return { name: `t${index}`, dependencies };
  }),
);

function isAncestorPlainly(tasks: readonly DagTask[], ancestor: number, task: number): boolean {
  const parents = tasks[task]?.dependencies ?? [];
  return parents.some((name) => {
    const index = tasks.findIndex((other) => other.name === name);
    return index === ancestor || isAncestorPlainly(tasks, ancestor, index);
  });
}

test("ancestors are those that are reached through dependencies", () => {
  fc.assert(
    fc.property(acyclic, fc.nat(), fc.nat(), (tasks, first, second) => {
      const [ancestor, task] = [first % tasks.length, second % tasks.length];
      assert.equal(
        createDagGraph(tasks).isAncestor(ancestor, task),
        isAncestorPlainly(tasks, ancestor, task),
      );
    }),
  );
});

test("the order has every task once, after its dependencies", () => {
  fc.assert(
    fc.property(
      acyclic.chain((tasks) => fc.shuffledSubarray(tasks, { minLength: tasks.length })),
      (tasks) => {
        const { order, cycle, indexOf } = createDagGraph(tasks);
        assert.equal(cycle, undefined);
        assert.deepEqual(
          [...order].sort((a, b) => a - b),
          tasks.map((_, index) => index),
        );
        for (const [index, task] of tasks.entries()) {
          for (const name of task.dependencies ?? []) {
            assert.ok(order.indexOf(indexOf(name) ?? -1) < order.indexOf(index));
          }
        }
      },
    ),
  );
});

test("a circle is found and is one", () => {
  fc.assert(
    fc.property(acyclic, fc.nat(), (tasks, seed) => {
      const last = tasks.length - 1;
      const chain = tasks.map((task, index) => ({
        ...task,
        dependencies: [...(task.dependencies ?? []), ...(index > 0 ? [`t${index - 1}`] : [])],
      }));
      const start = seed % tasks.length;
      const closed = chain.map((task, index) =>
        index === start ? { ...task, dependencies: [...task.dependencies, `t${last}`] } : task,
      );
      const { cycle = [], indexOf } = createDagGraph(closed);
      assert.ok(cycle.length >= 2);
      assert.equal(cycle[0], cycle.at(-1));
      for (const [position, name] of cycle.slice(0, -1).entries()) {
        assert.ok(closed[indexOf(name) ?? -1]?.dependencies.includes(cycle[position + 1] ?? ""));
      }
    }),
  );
});

test("words of a depends text are tasks and their results", () => {
  const [dependencies] = createDagGraph([
    { name: "x", depends: "(a && !b-c.Failed) || d.AnySucceeded || d" },
  ]).dependencies;
  assert.deepEqual(dependencies, [
    { name: "a", task: undefined, ofItems: false },
    { name: "b-c", task: undefined, ofItems: false },
    { name: "d", task: undefined, ofItems: true },
  ]);
});

test("a chain of thirty thousand tasks answers questions about its ends", () => {
  const tasks = Array.from({ length: 30_000 }, (_, index): DagTask => ({
    name: `t${index}`,
    dependencies: index === 0 ? [] : [`t${index - 1}`],
  }));
  const graph = createDagGraph(tasks);
  assert.ok(graph.isAncestor(0, 29_999));
  assert.ok(!graph.isAncestor(29_999, 0));
});
