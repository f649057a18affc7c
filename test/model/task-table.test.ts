import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskTable } from "../../src/model/run/task-table.ts";

test("columns keep apart, also after the table has grown", () => {
  const table = new TaskTable(3);
  const columns = [
    table.kind,
    table.phase,
    table.flags,
    table.parent,
    table.node,
    table.process,
    table.order,
    table.first,
    table.count,
    table.pending,
    table.active,
    table.exitCode,
    table.startedAt,
    table.endedAt,
  ];
  assert.equal(table.allocate(3, 7, 2), 0);
  columns.forEach((column, index) => column.fill(index + 1));
  assert.deepEqual(
    columns.map((column) => [...column]),
    columns.map((_, index) => [index + 1, index + 1, index + 1]),
  );
  assert.equal(table.allocate(2, 7, 2), 3);
  assert.deepEqual([...table.endedAt.subarray(0, 5)], [14, 14, 14, 0, 0]);
  assert.deepEqual([...table.phase.subarray(0, 5)], [2, 2, 2, 0, 0]);
  assert.deepEqual([...table.parent.subarray(0, 5)], [4, 4, 4, 7, 7]);
});
